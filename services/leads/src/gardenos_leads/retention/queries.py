"""Who is kept too long."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.tenancy import Session, driver_of
from sqlalchemy import select

from gardenos_leads.retention.tables import lead_disposals

# By two indexes, one of each kind. Of several leads that are one person only the one goes on which they are kept; what became
# a client stays with the client. A day to come back, a task that is planned or a contact since says that somebody goes on.
_KEPT_TOO_LONG = """
select id from leads
where agency_id = $1 and stage = 'lost' and removed_at is null and forgotten_at is null and stage_since < $2
    and client_id is null and merged_into is null and comes_back_on is null and next_task_on is null
    and (last_contacted_at is null or last_contacted_at < $2)
union all
select id from leads
where agency_id = $1 and removed_at < $2 and forgotten_at is null
    and client_id is null and merged_into is null and next_task_on is null
    and (last_contacted_at is null or last_contacted_at < $2)
"""
_HOW_MANY = f"select count(*) from ({_KEPT_TOO_LONG}) as found"  # noqa: S608 - constants
_NEXT = f"select id from ({_KEPT_TOO_LONG}) as found where $3::uuid is null or id > $3 order by id limit $4"  # noqa: S608
_STILL = f"select exists (select from ({_KEPT_TOO_LONG}) as found where id = $3)"  # noqa: S608


async def how_many_closed(session: Session, agency_id: UUID, before: datetime) -> int:
    """How many leads were closed before a moment, with nothing since."""
    found: int = await driver_of(session).fetchval(_HOW_MANY, agency_id, before)
    return found


async def some_closed(
    session: Session, agency_id: UUID, before: datetime, *, after: UUID | None, most: int
) -> list[UUID]:
    """Some of them, in the order of their ids, after one."""
    rows = await driver_of(session).fetch(_NEXT, agency_id, before, after, most)
    return [UUID(bytes=row["id"].bytes) for row in rows]


async def is_closed(session: Session, agency_id: UUID, before: datetime, lead_id: UUID) -> bool:
    """Whether a lead is among them."""
    found: bool = await driver_of(session).fetchval(_STILL, agency_id, before, lead_id)
    return found


async def announcement(session: Session) -> dict[str, Any] | None:
    """What is announced for the session's agency."""
    columns: Sequence[Any] = [column for column in lead_disposals.c if column.name != "agency_id"]
    row = (await session.execute(select(*columns))).mappings().first()
    return None if row is None else dict(row)
