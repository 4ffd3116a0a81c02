"""What this service does when others' events arrive: it learns who is who, and what happened to them."""

from typing import Any, TypeAlias
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.ids import derived_id
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Received
from gardenos_contracts.clients import ClientOnboarded
from gardenos_contracts.identity import UserJoined
from gardenos_contracts.leads import LeadAssigned, LeadCaptured, LeadConverted, LeadDetailsChanged, LeadStageChanged
from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_comms.tables import people, threads, timeline, users

directory = Consumer(
    "comms.directory",
    listens_to=[
        LeadCaptured,
        LeadDetailsChanged,
        LeadAssigned,
        LeadStageChanged,
        LeadConverted,
        ClientOnboarded,
        UserJoined,
    ],
)

AboutPerson: TypeAlias = (
    LeadCaptured | LeadDetailsChanged | LeadAssigned | LeadStageChanged | LeadConverted | ClientOnboarded
)


@directory.on(LeadCaptured)
async def captured(event: Received[LeadCaptured], db: Session) -> None:
    """A person becomes known, and with them the threads that an address unknown until now began."""
    lead = event.data
    known = {"lead_id": lead.lead_id, "owner_id": lead.owner_id, "team_id": lead.team_id}
    await learn(db, event.agency_id, lead.person_id, **known, **_details(lead))
    await adopt(db, event.agency_id, lead.person_id, lead.email)
    await _remember(db, event, "captured", f"Captured from {lead.source}", {"source": lead.source})


@directory.on(LeadDetailsChanged)
async def details_changed(event: Received[LeadDetailsChanged], db: Session) -> None:
    """A new address may be one that wrote before."""
    await learn(db, event.agency_id, event.data.person_id, **_details(event.data))
    await adopt(db, event.agency_id, event.data.person_id, event.data.email)
    await _remember(db, event, "details_changed", "Details changed", {})


@directory.on(LeadAssigned)
async def assigned(event: Received[LeadAssigned], db: Session) -> None:
    """The conversations go with the lead."""
    lead = event.data
    await learn(db, event.agency_id, lead.person_id, lead_id=lead.lead_id, owner_id=lead.owner_id, team_id=lead.team_id)
    title = "Assigned" if lead.owner_id else "Returned to the pool"
    ids = {"owner_id": lead.owner_id, "previous_owner_id": lead.previous_owner_id}
    await _remember(db, event, "assigned", title, {name: str(id) if id else None for name, id in ids.items()})


@directory.on(LeadStageChanged)
async def stage_changed(event: Received[LeadStageChanged], db: Session) -> None:
    """The pipeline in the timeline."""
    lead = event.data
    title = f"Moved from {lead.previous_stage} to {lead.stage}"
    detail = {"stage": lead.stage.value, "previous_stage": lead.previous_stage.value, "reason": lead.reason}
    await _remember(db, event, "stage_changed", title, detail)


@directory.on(LeadConverted)
async def converted(event: Received[LeadConverted], db: Session) -> None:
    """The same person goes on as a client."""
    await learn(db, event.agency_id, event.data.person_id, client_id=event.data.client_id)
    await _remember(db, event, "converted", "Converted to a client", {"client_id": str(event.data.client_id)})


@directory.on(ClientOnboarded)
async def onboarded(event: Received[ClientOnboarded], db: Session) -> None:
    """A client, who may never have been a lead here."""
    client = event.data
    known = {"client_id": client.client_id, "owner_id": client.owner_id, "team_id": client.team_id}
    details = {"name": str(client.name), "email": client.email, "phone": client.phone}
    await learn(db, event.agency_id, client.person_id, **known, **details)
    await adopt(db, event.agency_id, client.person_id, client.email)
    await _remember(db, event, "onboarded", "Onboarded as a client", {"client_id": str(client.client_id)})


@directory.on(UserJoined)
async def joined(event: Received[UserJoined], db: Session) -> None:
    """Names for the timeline."""
    user = upsert(users).values(agency_id=event.agency_id, id=event.data.user_id, name=event.data.name)
    await db.execute(user.on_conflict_do_update(index_elements=["agency_id", "id"], set_={"name": event.data.name}))


def _details(lead: LeadCaptured | LeadDetailsChanged) -> dict[str, str | None]:
    return {"name": str(lead.name), "email": lead.email, "phone": lead.phone}


async def learn(db: Session, agency_id: UUID, person_id: UUID, **known: Any) -> None:
    """What is said of a person becomes what is known; what is not said stays."""
    row = upsert(people).values(agency_id=agency_id, person_id=person_id, **{"name": "", **known})
    await db.execute(row.on_conflict_do_update(index_elements=["agency_id", "person_id"], set_=known))


async def adopt(db: Session, agency_id: UUID, person_id: UUID, email: str | None) -> None:
    """Gives a person the threads that their address began before anybody knew it."""
    if email is None:
        return
    theirs = and_(threads.c.agency_id == agency_id, threads.c.person_id.is_(None), threads.c.sender == email)
    adopted = select(threads.c.id).where(theirs).scalar_subquery()
    await db.execute(
        update(timeline)
        .where(timeline.c.agency_id == agency_id, timeline.c.thread_id.in_(adopted))
        .values(person_id=person_id)
    )
    await db.execute(update(threads).where(theirs).values(person_id=person_id))


async def _remember(
    db: Session, event: Received[AboutPerson], kind: str, title: str, detail: dict[str, str | None]
) -> None:
    source: Event = event.data
    entry = upsert(timeline).values(
        agency_id=event.agency_id,
        id=derived_id(source.service, event.id),
        person_id=event.data.person_id,
        kind=kind,
        occurred_at=_moment(event),
        actor=str(event.actor),
        title=title,
        detail=detail,
    )
    await db.execute(entry.on_conflict_do_nothing())


def _moment(event: Received[AboutPerson]) -> Any:
    """When it happened to the person: a lead imported today may have been captured last year."""
    if isinstance(event.data, LeadCaptured):
        return func.least(event.data.captured_at, event.occurred_at)
    return event.occurred_at
