"""Forgetting: what was read of a person goes, with its texts, its pieces and their vectors."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.jobs import Job, enqueue
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.sealing.forgetting import forget
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Received
from gardenos_contracts.clients import PersonForgotten as ClientForgotten
from gardenos_contracts.comms import ConversationsForgotten
from gardenos_contracts.identity import AgencyErased
from gardenos_contracts.leads import PersonForgotten as LeadForgotten
from sqlalchemy import delete, or_, select

from gardenos_ai.people import alone_with
from gardenos_ai.reading.to_read import READ, key_of
from gardenos_ai.tables import (
    addresses,
    chunks,
    communications,
    insights,
    people,
    same_people,
    score_due,
    score_inputs,
    scores,
)
from gardenos_ai.vectors import Vectors

REMOVE_VECTORS = "ai.remove-vectors"
"""The kind of job."""

_ONCE_MORE = timedelta(hours=1)
"""By then whoever was reading, or restoring vectors, at the moment of forgetting has put theirs into the store."""

forgetting = Consumer(
    "ai.forgetting", listens_to=[LeadForgotten, ClientForgotten, ConversationsForgotten, AgencyErased]
)


@forgetting.on(LeadForgotten)
async def lead_forgotten(event: Received[LeadForgotten], db: Session) -> None:
    """Whatever is known to be theirs."""
    await _forget(db, event, event.data.person_id, ())


@forgetting.on(ClientForgotten)
async def client_forgotten(event: Received[ClientForgotten], db: Session) -> None:
    """As of a lead."""
    await _forget(db, event, event.data.person_id, ())


@forgetting.on(ConversationsForgotten)
async def conversations_forgotten(event: Received[ConversationsForgotten], db: Session) -> None:
    """What comms knows to be theirs besides, by whichever address they wrote."""
    await _forget(db, event, event.data.person_id, event.data.communication_ids)


@forgetting.on(AgencyErased)
async def agency_erased(event: Received[AgencyErased], db: Session) -> None:
    """The rows are gone by now, as in every service; what is left is outside of the database."""
    await _remove_vectors(db, event, [None])


async def _forget(db: Session, event: Received[Event], person_id: UUID, said: Collection[UUID]) -> None:
    agency_id = event.agency_id
    sources = await _sources(db, agency_id, person_id, said)
    ids = [id for _, id in sources]
    # What nobody known had said is sealed with a key of its own.
    await forget(db, agency_id, ids)
    readings = [key_of(kind, id) for kind, id in sources]
    leads = select(score_inputs.c.lead_id).where(
        score_inputs.c.agency_id == agency_id, score_inputs.c.person_id == person_id
    )
    theirs = (
        (jobs, jobs.c.key.in_(readings) & (jobs.c.kind == READ)),
        (chunks, or_(chunks.c.person_id == person_id, chunks.c.source_id.in_(ids))),
        (insights, or_(insights.c.person_id == person_id, insights.c.source_id.in_(ids))),
        (communications, communications.c.source_id.in_(ids)),
        (addresses, addresses.c.person_id == person_id),
        (same_people, same_people.c.person_id == person_id),
        (people, people.c.person_id == person_id),
        # In this order, as those who count them take them: whoever counts at this moment is waited for.
        (score_due, score_due.c.lead_id.in_(leads)),
        (score_inputs, score_inputs.c.person_id == person_id),
        (scores, scores.c.person_id == person_id),
    )
    for table, wanted in theirs:
        await db.execute(delete(table).where(table.c.agency_id == agency_id, wanted))
    await _remove_vectors(db, event, ids)


async def _sources(db: Session, agency_id: UUID, person_id: UUID, said: Collection[UUID]) -> list[tuple[str, UUID]]:
    """The communications that are theirs, once whoever records what was read of one has done so."""
    known = select(addresses.c.email).where(addresses.c.agency_id == agency_id, addresses.c.person_id == person_id)
    for email in sorted(set((await db.execute(known)).scalars())):
        await alone_with(db, agency_id, email)
    theirs = or_(
        communications.c.person_id == person_id,
        communications.c.told_person_id == person_id,
        communications.c.source_id.in_(said),
    )
    found = (
        select(communications.c.source_kind, communications.c.source_id)
        .where(communications.c.agency_id == agency_id, theirs)
        .order_by(communications.c.source_id)
        .with_for_update()
    )
    return [(row.source_kind, row.source_id) for row in await db.execute(found)]


async def _remove_vectors(db: Session, event: Received[Event], source_ids: Iterable[UUID | None]) -> None:
    later = datetime.now(UTC) + _ONCE_MORE
    for id in source_ids:
        for key, at in ((f"{id or 'all'}", None), (f"{id or 'all'} once more", later)):
            await enqueue(db, REMOVE_VECTORS, {"source_id": id}, because_of=event, key=key, at=at)


class Remover:
    """Takes the vectors of what was forgotten, or of an agency that was erased, out of the store."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    async def remove(self, job: Job) -> None:
        """Of one communication, or of all; a second time there are none. Raises Unavailable, and is tried again."""
        source_id = job.arguments["source_id"]
        await self._vectors.remove(job.agency_id, UUID(source_id) if source_id else None)
