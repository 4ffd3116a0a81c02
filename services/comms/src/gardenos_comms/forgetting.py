"""Forgetting: what was said with a person goes, also what they wrote before anybody knew whose their address was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gardenos_chassis.events import Consumer, UnitOfWork
from gardenos_chassis.ids import derived_id
from gardenos_chassis.sealing.forgetting import forget
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.clients import PersonForgotten as ClientForgotten
from gardenos_contracts.comms import ConversationsForgotten
from gardenos_contracts.leads import PersonForgotten as LeadForgotten
from sqlalchemy import ColumnElement, Table, delete, or_, select

from gardenos_comms.people import alone_with
from gardenos_comms.tables import addresses, calls, emails, messages, people, same_people, threads, timeline
from gardenos_comms.tasks.tables import tasks

forgetting = Consumer("comms.forgetting", listens_to=[LeadForgotten, ClientForgotten])


@dataclass(frozen=True, slots=True)
class _Said:
    threads: Sequence[UUID]
    calls: Sequence[UUID]
    messages: Sequence[UUID]


@forgetting.reacts_to(LeadForgotten)
async def lead_forgotten(event: Received[LeadForgotten], work: UnitOfWork) -> None:
    """Nothing of them stays here, and who reads what this service publishes is told."""
    await _forget(event, work)


@forgetting.reacts_to(ClientForgotten)
async def client_forgotten(event: Received[ClientForgotten], work: UnitOfWork) -> None:
    """As of a lead."""
    await _forget(event, work)


async def _forget(event: Received[LeadForgotten] | Received[ClientForgotten], work: UnitOfWork) -> None:
    person_id = event.data.person_id
    await _record(work, person_id, await _said_with(work.session, event.agency_id, person_id))


async def forget_stranger(work: UnitOfWork, thread_id: UUID, email: str | None, before: datetime) -> None:
    """What somebody wrote whom nobody knew until now goes, unless they are known by now, or wrote again since a moment."""
    db, agency_id = work.session, work.context.agency_id
    if email is not None:
        await alone_with(db, agency_id, email)
    this = (threads.c.agency_id == agency_id, threads.c.id == thread_id)
    found = await _ids(db, threads, *this, threads.c.person_id.is_(None), threads.c.last_at < before)
    if found:
        await _record(work, thread_id, await _said_in(db, agency_id, found))


async def _record(work: UnitOfWork, whose: UUID, said: _Said) -> None:
    """Of a person, or of the thread of somebody unknown."""
    db, agency_id = work.session, work.context.agency_id
    await forget(db, agency_id, [*said.threads, *said.calls, *said.messages])
    await _empty(db, agency_id, whose, said)
    if said.threads:
        stream_id = derived_id("conversations of", whose)
        told = ConversationsForgotten(
            person_id=whose,
            thread_ids=tuple(said.threads),
            communication_ids=(*said.calls, *said.messages),
        )
        work.record(stream_id, len(await work.load(stream_id)), [told])


async def _said_with(db: Session, agency_id: UUID, person_id: UUID) -> _Said:
    """Once nobody writes of the person's addresses any more: what arrives later comes from somebody unknown."""
    known = select(addresses.c.email).where(addresses.c.agency_id == agency_id, addresses.c.person_id == person_id)
    for email in sorted(set((await db.execute(known)).scalars())):
        await alone_with(db, agency_id, email)
    found = await _ids(db, threads, threads.c.agency_id == agency_id, threads.c.person_id == person_id)
    return await _said_in(db, agency_id, found)


async def _said_in(db: Session, agency_id: UUID, found: Sequence[UUID]) -> _Said:
    said = [
        await _ids(db, table, table.c.agency_id == agency_id, table.c.thread_id.in_(found))
        for table in (calls, messages)
    ]
    return _Said(found, *said)


async def _ids(db: Session, table: Table, *wanted: ColumnElement[bool]) -> Sequence[UUID]:
    return (await db.execute(select(table.c.id).where(*wanted).order_by(table.c.id))).scalars().all()


async def _empty(db: Session, agency_id: UUID, person_id: UUID, said: _Said) -> None:
    theirs = (
        (timeline, or_(timeline.c.person_id == person_id, timeline.c.thread_id.in_(said.threads))),
        (emails, emails.c.message_id.in_(said.messages)),
        (calls, calls.c.id.in_(said.calls)),
        (messages, messages.c.id.in_(said.messages)),
        (threads, threads.c.id.in_(said.threads)),
        (tasks, tasks.c.person_id == person_id),
        (addresses, addresses.c.person_id == person_id),
        (same_people, same_people.c.person_id == person_id),
        (people, people.c.person_id == person_id),
    )
    for table, wanted in theirs:
        await db.execute(delete(table).where(table.c.agency_id == agency_id, wanted))
