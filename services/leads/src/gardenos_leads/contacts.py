"""When somebody was in touch with a lead, and how often it was tried: of each lead, and added up where several are one person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gardenos_chassis.tenancy import Session, driver_of
from sqlalchemy import Column, DateTime, Integer, Table, Uuid

from gardenos_leads.tables import metadata

lead_contacts = Table(
    "lead_contacts",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("first_contacted_at", DateTime(timezone=True)),
    Column("last_contacted_at", DateTime(timezone=True)),
    Column("contact_attempts", Integer),
    Column("first_touched_at", DateTime(timezone=True)),
    Column("first_automated_at", DateTime(timezone=True)),
)
"""What is known of each lead by itself. In `leads` stands what lists go by: with those that are merged into it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What a call or a message says of it."""

    contacted_at: datetime | None = None
    attempts: int = 0
    touched_at: datetime | None = None
    """When somebody of the agency was on it."""
    automated_at: datetime | None = None
    """When an automation of the agency's reached out, and nobody of it."""


_GOES_ON_AS = "select coalesce(merged_into, id) from leads where agency_id = $1 and id = $2"
# Whoever merges at this moment is waited for, or waits: neither overlooks the other. Both lock who goes on first.
_HOLD = (
    "select coalesce(merged_into, id) from leads where agency_id = $1 and id in ($2, $3) order by id = $2 for update"
)
# least and greatest pass over nulls, and make the order in which contacts arrive not matter.
_KEEP = """
insert into lead_contacts as known
    (agency_id, lead_id, first_contacted_at, last_contacted_at, contact_attempts, first_touched_at,
    first_automated_at)
values ($1, $2, $3, $3, $4, $5, $6)
on conflict (agency_id, lead_id) do update set
    first_contacted_at = least(known.first_contacted_at, excluded.first_contacted_at),
    last_contacted_at = greatest(known.last_contacted_at, excluded.last_contacted_at),
    contact_attempts = known.contact_attempts + excluded.contact_attempts,
    first_touched_at = least(known.first_touched_at, excluded.first_touched_at),
    first_automated_at = least(known.first_automated_at, excluded.first_automated_at)
"""
_ADD_UP = """
with parts (id, part) as (
    select id, id from unnest($2::uuid[]) as asked (id)
    union select merged_into, id from leads where agency_id = $1 and merged_into = any($2::uuid[])
), sums as (
    select parts.id, min(first_contacted_at) as first, max(last_contacted_at) as last,
        coalesce(sum(contact_attempts), 0) as attempts, min(first_touched_at) as touched,
        min(first_automated_at) as automated
    from parts left join lead_contacts known on known.agency_id = $1 and known.lead_id = parts.part
    group by parts.id
)
update leads set first_contacted_at = sums.first, last_contacted_at = sums.last, contact_attempts = sums.attempts,
    first_touched_at = sums.touched, first_automated_at = sums.automated
from sums where leads.agency_id = $1 and leads.id = sums.id
"""


async def keep_contact(db: Session, agency_id: UUID, lead_id: UUID, contact: Contact) -> None:
    """One more contact with a lead; of nobody, where there is no such lead."""
    if held := await hold(db, agency_id, lead_id):
        said = (contact.contacted_at, contact.attempts, contact.touched_at, contact.automated_at)
        await driver_of(db).execute(_KEEP, agency_id, lead_id, *said)
        await add_up(db, agency_id, held)


async def hold(db: Session, agency_id: UUID, lead_id: UUID) -> set[UUID]:
    """A lead, and what it goes on as: nobody merges either until the transaction ends. None, where there is no such lead."""
    driver = driver_of(db)
    root = await driver.fetchval(_GOES_ON_AS, agency_id, lead_id)
    if root is None:
        return set()
    held = await driver.fetch(_HOLD, agency_id, lead_id, root)
    return {lead_id, root, held[-1][0]}


async def add_up(db: Session, agency_id: UUID, lead_ids: Collection[UUID]) -> None:
    """What lists show of these leads, anew: of each with those that go on as it."""
    if lead_ids:
        await driver_of(db).execute(_ADD_UP, agency_id, sorted(lead_ids))
