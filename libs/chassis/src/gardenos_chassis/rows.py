"""Many rows at once, by one statement on the driver: for consumers that must keep up with a flood."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ARRAY, Table
from sqlalchemy.dialects import postgresql

from gardenos_chassis.tenancy import Session, driver_of


async def upsert_many(db: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows; where one with the same primary key stands, sets the columns that are given.

    Every row gives the same columns, the primary key among them, in the driver's own Python types; of several with the
    same key the last one counts. Raises TypeError for columns that are arrays.
    """
    if not rows:
        return
    names = tuple(rows[0])
    key_of = itemgetter(*(column.name for column in table.primary_key))
    # One statement cannot set the same row twice.
    last = {key_of(row): row for row in rows}.values()
    await driver_of(db).execute(upsert_of(table, names), *([row[name] for row in last] for name in names))


@lru_cache(maxsize=256)
def upsert_of(table: Table, names: tuple[str, ...]) -> str:
    """The statement of `upsert_many`: it takes an array a column, `$1` for the first."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    quoted = dialect.identifier_preparer.quote
    columns = [table.columns[name] for name in names]
    if arrays := [column.name for column in columns if isinstance(column.type, ARRAY)]:
        raise TypeError(f"{table.name}: {', '.join(arrays)} cannot be given by columns")
    key = {column.name for column in table.primary_key}
    types = [column.type.compile(dialect=dialect) for column in columns]
    given = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types, 1))
    listed = ", ".join(quoted(name) for name in names)
    changes = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in names if name not in key)
    return (  # names of a declared table, quoted
        f"insert into {quoted(table.name)} ({listed}) select * from unnest({given})"  # noqa: S608
        f" on conflict ({', '.join(quoted(column.name) for column in table.primary_key)})"
        f" do {f'update set {changes}' if changes else 'nothing'}"
    )
