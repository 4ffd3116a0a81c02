"""Which tables hold what is an agency's, by what the database itself says of them: a new table needs no word here."""

from collections.abc import Collection
from dataclasses import dataclass

from gardenos_chassis.tenancy import Session, driver_of

MACHINERY = frozenset(
    {
        "access_seals",
        "agency_heads",
        "chain_heads",
        "commands",
        "consumer_marks",
        "event_links",
        "events",
        "jobs",
        "parked_events",
        "person_keys",
        "relay_marks",
        "snapshots",
    }
)
"""How far things are, what is still to be done, and keys: nothing that an agency wrote or would read. Events are handed out
as a history, opened."""

_COLUMNS = """
select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns,
    array_agg(a.atttypid = 'bytea'::regtype order by a.attnum) as bytes
from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = 'public' and c.relkind in ('r', 'p')
    and exists (select from pg_attribute where attrelid = c.oid and attname = 'agency_id' and not attisdropped)
group by c.oid, c.relname order by c.relname
"""


@dataclass(frozen=True, slots=True)
class AgencyTable:
    """A table with the columns of it that are handed out."""

    name: str
    columns: tuple[str, ...]
    """Without those that are secret."""
    bytes: frozenset[str]
    """Those among them that hold bytes."""
    withheld: tuple[str, ...]


async def tables_to_hand_out(session: Session, secrets: Collection[str]) -> list[AgencyTable]:
    """The tables of the session's database that hold what is an agency's, by name.

    `secrets` are handed to nobody: a table, or a column as `table.column`. Raises ValueError for one that is not there.
    """
    rows = await driver_of(session).fetch(_COLUMNS)
    there = {row["name"] for row in rows} | {f"{row['name']}.{column}" for row in rows for column in row["columns"]}
    if missing := set(secrets) - there:
        raise ValueError(f"{', '.join(sorted(missing))} is declared as secret, and is not there")
    found = []
    for row in rows:
        name = row["name"]
        if name in MACHINERY or name in secrets:
            continue
        withheld = tuple(column for column in row["columns"] if f"{name}.{column}" in secrets)
        kept = [
            (column, is_bytes)
            for column, is_bytes in zip(row["columns"], row["bytes"], strict=True)
            if column not in withheld
        ]
        found.append(
            AgencyTable(name, tuple(column for column, _ in kept), frozenset(c for c, b in kept if b), withheld)
        )
    return found
