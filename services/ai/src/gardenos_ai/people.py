"""Who is who: whose conversations these are, so that each is seen by those alone who may see the person.

Leads and clients tell of one person, each in its own order and neither in step with the other; comms tells of messages
from addresses that nobody knew yet. What each says has columns of its own, and addresses are only ever added: so any
order of arrival ends in the same rows.
"""

from typing import Any
from uuid import UUID

from gardenos_chassis.tenancy import Session
from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_ai.tables import addresses, chunks, communications, insights, people


async def learn(db: Session, agency_id: UUID, person_id: UUID, **said: Any) -> None:
    """What is said of a person becomes what is known; what is not said stays."""
    row = upsert(people).values({"agency_id": agency_id, "person_id": person_id, **said})
    await db.execute(row.on_conflict_do_update(index_elements=["agency_id", "person_id"], set_=said))


async def reached_at(db: Session, agency_id: UUID, person_id: UUID, email: str | None) -> None:
    """A person has this address; what came from it before anybody knew is theirs."""
    if email is None:
        return
    await alone_with(db, agency_id, email)
    row = upsert(addresses).values(agency_id=agency_id, email=email, person_id=person_id)
    await db.execute(row.on_conflict_do_nothing())
    owner = await _person_at(db, agency_id, email)
    unknown = and_(
        communications.c.agency_id == agency_id,
        communications.c.told_person_id.is_(None),
        communications.c.sender == email,
        communications.c.person_id.is_distinct_from(owner),
    )
    changed = update(communications).where(unknown).values(person_id=owner)
    for source in await db.execute(changed.returning(communications.c.source_kind, communications.c.source_id)):
        for table in (insights, chunks):
            of_it = and_(
                table.c.agency_id == agency_id,
                table.c.source_kind == source.source_kind,
                table.c.source_id == source.source_id,
            )
            await db.execute(update(table).where(of_it).values(person_id=owner))


async def sender_of(db: Session, agency_id: UUID, email: str | None) -> UUID | None:
    """Whose address this is; nobody else comes to have it while the transaction lasts."""
    if email is None:
        return None
    await alone_with(db, agency_id, email)
    return await _person_at(db, agency_id, email)


async def _person_at(db: Session, agency_id: UUID, email: str) -> UUID | None:
    """The person known first, where several have the address: their ids are in the order of time."""
    theirs = select(addresses.c.person_id).where(addresses.c.agency_id == agency_id, addresses.c.email == email)
    found: UUID | None = (await db.execute(theirs.order_by(addresses.c.person_id).limit(1))).scalar_one_or_none()
    return found


async def alone_with(db: Session, agency_id: UUID, email: str) -> None:
    """Nobody else writes of an address until this transaction ends; who does so now is waited for."""
    # Else a message, and the news whose address it came from, could pass each other before either is committed.
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{agency_id} {email}", 0))))
