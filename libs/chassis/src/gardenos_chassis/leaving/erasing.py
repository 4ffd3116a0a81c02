"""An agency erased: nothing of it that can be read is left in a database.

All its people's keys are destroyed, and its rows go from every table that has an agency, but for what follows: history
stays as it is, sealed, for others have counted on its sequence; so do its chain of hashes, the trail of who looked at what,
which holds ids alone and goes in its own time, and the marks. A row of the agency's own among its people's keys, without a
key, says that it is erased, as it says of a person that they are forgotten: by it nothing that comes late is taken.
"""

from graphlib import TopologicalSorter
from uuid import UUID

import asyncpg

from gardenos_chassis.tenancy import Session, driver_of

STAYS = frozenset(
    {
        "access_seals",
        "accesses",
        "agency_heads",
        "agency_standings",
        "chain_heads",
        "consumer_marks",
        "event_links",
        "events",
        "person_keys",
        "relay_marks",
    }
)
"""Tables that keep an erased agency's rows. None holds what can be read of a person or of what was written."""

# Those that are being made again beside the live ones, in a schema of their own, too.
_TABLES = """
select c.oid, format('%I.%I', n.nspname, c.relname) as name, c.relname::text as table from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema$)' and has_schema_privilege(n.oid, 'usage')
    and exists (select from pg_attribute where attrelid = c.oid and attname = 'agency_id' and not attisdropped)
"""
_KEYS = "select conrelid as child, confrelid as parent from pg_constraint where contype = 'f' and conrelid <> confrelid"
_DESTROY = "update public.person_keys set key = null, forgotten_at = now() where agency_id = $1 and key is not null"
_NOTHING_PARKED = "update public.consumer_marks set parked = 0 where agency_id = $1 and parked <> 0"
_ERASED = "select exists (select from public.person_keys where agency_id = $1 and person_id = $1 and key is null)"


async def is_erased(session: Session, agency_id: UUID) -> bool:
    """Whether the agency is erased here."""
    found: bool = await driver_of(session).fetchval(_ERASED, agency_id)
    return found


async def erase(session: Session, agency_id: UUID, *, again: bool) -> None:
    """Erases the session's agency in this database. That it is erased says whoever calls this, by its row.

    `again`: it was erased before; what a transaction that was under way then has left goes too, and jobs stay, for they are
    those of the erasing itself.
    """
    driver = driver_of(session)
    await driver.execute(_DESTROY, agency_id)
    tables = {row["oid"]: row for row in await driver.fetch(_TABLES)}
    for oid in _children_first(tables, await driver.fetch(_KEYS)):
        if tables[oid]["table"] not in STAYS and not (again and tables[oid]["table"] == "jobs"):
            await driver.execute(f"delete from {tables[oid]['name']} where agency_id = $1", agency_id)  # noqa: S608
    await driver.execute(_NOTHING_PARKED, agency_id)


def _children_first(tables: dict[int, "asyncpg.Record"], keys: "list[asyncpg.Record]") -> list[int]:
    """So that no row is taken away that another still names."""
    order: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(tables, ()))
    for key in keys:
        if key["child"] in tables and key["parent"] in tables:
            order.add(key["parent"], key["child"])
    return list(order.static_order())
