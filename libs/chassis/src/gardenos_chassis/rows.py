"""Many rows at once, by one statement on the driver: for consumers that must keep up with a flood."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ARRAY, Table
from sqlalchemy.dialects import postgresql

from gardenos_chassis.tenancy import Session, driver_of

_dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


async def upsert_many(db: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows; where one with the same primary key stands, sets the columns that are given.

    Every row gives the same columns, the primary key among them, in the driver's own Python types; of several with the
    same key the last one counts. Raises TypeError for columns that are arrays.
    """
    await upsert_together(db, {table: rows})


async def insert_many(db: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows, which are new; given as for `upsert_many`. A row that stands already is the database's error."""
    if rows:
        names = tuple(rows[0])
        await driver_of(db).execute(insert_of(table, names), *([row[name] for row in rows] for name in names))


async def upsert_together(db: Session, rows_of: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
    """As `upsert_many` for several tables, by one statement: rows of one must not refer to new rows of another."""
    given = {table: (tuple(rows[0]), _last_of_each(table, rows)) for table, rows in rows_of.items() if rows}
    if not given:
        return
    statement = upsert_of(*((table, names) for table, (names, _) in given.items()))
    columns = ([row[name] for row in rows] for names, rows in given.values() for name in names)
    await driver_of(db).execute(statement, *columns)


@lru_cache(maxsize=256)
def insert_of(table: Table, names: tuple[str, ...], first: int = 1) -> str:
    """The statement of `insert_many` for these columns: it takes an array a column, in their order, from `first` on."""
    quoted = _dialect.identifier_preparer.quote
    columns = [table.columns[name] for name in names]
    if arrays := [column.name for column in columns if isinstance(column.type, ARRAY)]:
        raise TypeError(f"{table.name}: {', '.join(arrays)} cannot be given by columns")
    types = [column.type.compile(dialect=_dialect) for column in columns]
    given = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types, first))
    listed = ", ".join(quoted(name) for name in names)
    # Names of a declared table, quoted.
    return f"insert into {quoted(table.name)} ({listed}) select * from unnest({given})"  # noqa: S608


@lru_cache(maxsize=256)
def upsert_of(*given: tuple[Table, tuple[str, ...]]) -> str:
    """The statement of `upsert_together` for these columns of these tables: it takes an array a column, in their order."""
    statements = []
    place = 1
    for table, names in given:
        statements.append(_upsert(table, names, place))
        place += len(names)
    *others, last = statements
    before = ", ".join(f"also_{number} as ({other})" for number, other in enumerate(others))
    return f"with {before} {last}" if others else last


def rows_in(tag: str) -> int:
    """How many rows a statement concerned, by the tag that the driver's `execute` answers: 3 for "UPDATE 3"."""
    return int(tag.rpartition(" ")[2])


def _last_of_each(table: Table, rows: Sequence[Mapping[str, Any]]) -> Collection[Mapping[str, Any]]:
    """One statement cannot set the same row twice."""
    key_of = itemgetter(*(column.name for column in table.primary_key))
    return {key_of(row): row for row in rows}.values()


def _upsert(table: Table, names: tuple[str, ...], first: int) -> str:
    quoted = _dialect.identifier_preparer.quote
    key = [column.name for column in table.primary_key]
    changes = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in names if name not in key)
    return (
        f"{insert_of(table, names, first)} on conflict ({', '.join(map(quoted, key))})"
        f" do {f'update set {changes}' if changes else 'nothing'}"
    )
