"""What this service does when others' events arrive: it learns who is who, and what happened to them."""

from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.ids import derived_id
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.clients import ClientAssigned, ClientDetailsChanged, ClientOnboarded
from gardenos_contracts.identity import ProfileChanged, UserJoined
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadUnmerged
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadStageChanged,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_comms import same_people
from gardenos_comms.people import Person, Telling, called, details_before, learn, reached_at
from gardenos_comms.tables import timeline, users
from gardenos_comms.telling import changes_between, details_of, title_of_changes, title_of_stage

OfLead: TypeAlias = (
    LeadCaptured | LeadDetailsChanged | LeadAssigned | LeadStageChanged | LeadConverted | LeadRemoved | LeadRestored
)
OfClient: TypeAlias = ClientOnboarded | ClientDetailsChanged | ClientAssigned

directory = Consumer(
    "comms.directory",
    listens_to=[
        LeadCaptured,
        LeadDetailsChanged,
        LeadAssigned,
        LeadStageChanged,
        LeadConverted,
        LeadRemoved,
        LeadRestored,
        LeadMergedInto,
        LeadUnmerged,
        ClientOnboarded,
        ClientDetailsChanged,
        ClientAssigned,
        UserJoined,
        ProfileChanged,
    ],
    skips_forgotten=True,
)


@directory.on(LeadCaptured)
async def captured(event: Received[LeadCaptured], db: Session) -> None:
    """A person becomes known, and with them the threads that an address unknown until now began."""
    lead, telling = event.data, _of_lead(event)
    await learn(db, telling, owner_id=lead.owner_id, team_id=lead.team_id, **_reached_by(lead))
    await details_before(db, telling, details_of(lead))
    await reached_at(db, telling, lead.email, event.occurred_at)
    # A lead imported today may have been captured last year.
    at = min(lead.captured_at, event.occurred_at)
    await _remember(db, event, "captured", f"Captured from {lead.source}", {"source": lead.source}, at)


@directory.on(LeadDetailsChanged)
async def details_changed(event: Received[LeadDetailsChanged], db: Session) -> None:
    """A new address may be one that wrote before."""
    await _details_changed(event, _of_lead(event), db)


@directory.on(LeadAssigned)
async def assigned(event: Received[LeadAssigned], db: Session) -> None:
    """The conversations go with the lead."""
    await _assigned(event, _of_lead(event), db)


@directory.on(LeadStageChanged)
async def stage_changed(event: Received[LeadStageChanged], db: Session) -> None:
    """The pipeline in the timeline. Of the person nothing new is said, but as of a newer version of the lead."""
    lead = event.data
    await learn(db, _of_lead(event))
    detail = {"stage": lead.stage.value, "previous_stage": lead.previous_stage.value, "reason": lead.reason}
    await _remember(db, event, "stage_changed", title_of_stage(lead), detail)


@directory.on(LeadConverted)
async def converted(event: Received[LeadConverted], db: Session) -> None:
    """The same person goes on as a client."""
    await learn(db, _of_lead(event))
    await _remember(db, event, "converted", "Converted to a client", {"client_id": str(event.data.client_id)})


@directory.on(LeadRemoved)
async def removed(event: Received[LeadRemoved], db: Session) -> None:
    """What was said with them stands in no list any more. Of one that was merged it does, as another's."""
    await learn(db, _of_lead(event), removed_at=event.occurred_at)


@directory.on(LeadRestored)
async def restored(event: Received[LeadRestored], db: Session) -> None:
    """It is back as it was."""
    await learn(db, _of_lead(event), removed_at=None)


@directory.on(LeadMergedInto)
async def merged(event: Received[LeadMergedInto], db: Session) -> None:
    """What was said with them is shown as another's, who they are."""
    await same_people.merged(db, event.agency_id, event.data.person_id, event.data.into_person_id)


@directory.on(LeadUnmerged)
async def unmerged(event: Received[LeadUnmerged], db: Session) -> None:
    """They are somebody by themselves again."""
    await same_people.unmerged(db, event.agency_id, event.data.person_id)


@directory.on(ClientOnboarded)
async def onboarded(event: Received[ClientOnboarded], db: Session) -> None:
    """A client, who may never have been a lead here."""
    client, telling = event.data, _of_client(event)
    await learn(db, telling, owner_id=client.owner_id, team_id=client.team_id, **_reached_by(client))
    await details_before(db, telling, details_of(client))
    await reached_at(db, telling, client.email, event.occurred_at)
    await _remember(db, event, "onboarded", "Onboarded as a client", {"client_id": str(client.client_id)})


@directory.on(ClientDetailsChanged)
async def client_details_changed(event: Received[ClientDetailsChanged], db: Session) -> None:
    """As for a lead."""
    await _details_changed(event, _of_client(event), db)


@directory.on(ClientAssigned)
async def client_assigned(event: Received[ClientAssigned], db: Session) -> None:
    """The conversations go with the client."""
    await _assigned(event, _of_client(event), db)


@directory.on(UserJoined)
async def joined(event: Received[UserJoined], db: Session) -> None:
    """Names for the timeline."""
    await _called(event.agency_id, event.data.user_id, event.data.name, db)


@directory.on(ProfileChanged)
async def profile_changed(event: Received[ProfileChanged], db: Session) -> None:
    """Whoever has another name has it in what they did before, too."""
    await _called(event.agency_id, event.data.user_id, event.data.name, db)


async def _called(agency_id: UUID, user_id: UUID, name: str, db: Session) -> None:
    user = upsert(users).values(agency_id=agency_id, id=user_id, name=name)
    await db.execute(user.on_conflict_do_update(index_elements=["agency_id", "id"], set_={"name": name}))


async def _details_changed(
    event: Received[LeadDetailsChanged | ClientDetailsChanged], telling: Telling, db: Session
) -> None:
    now = details_of(event.data)
    await learn(db, telling, **_reached_by(event.data))
    changes = changes_between(await details_before(db, telling, now), now)
    await reached_at(db, telling, event.data.email, event.occurred_at)
    await _remember(db, event, "details_changed", title_of_changes(changes), {"changes": changes})


async def _assigned(event: Received[LeadAssigned | ClientAssigned], telling: Telling, db: Session) -> None:
    said = event.data
    await learn(db, telling, owner_id=said.owner_id, team_id=said.team_id)
    ids = {"owner_id": said.owner_id, "previous_owner_id": said.previous_owner_id}
    # The title names the owners, and their names may come later: it is made when it is read.
    await _remember(db, event, "assigned", "", {name: str(id) if id else None for name, id in ids.items()})


def _of_lead(event: Received[OfLead]) -> Telling:
    client_id = event.data.client_id if isinstance(event.data, LeadConverted) else None
    person = Person(event.data.person_id, event.data.lead_id, client_id)
    return Telling(event.agency_id, person, "lead", event.version)


def _of_client(event: Received[OfClient]) -> Telling:
    lead_id = event.data.lead_id if isinstance(event.data, ClientOnboarded) else None
    person = Person(event.data.person_id, lead_id, event.data.client_id)
    return Telling(event.agency_id, person, "client", event.version)


def _reached_by(
    said: LeadCaptured | LeadDetailsChanged | ClientOnboarded | ClientDetailsChanged,
) -> dict[str, str | None]:
    """By what the person is called and reached."""
    return {"name": called(said.name, said.email, said.phone), "email": said.email, "phone": said.phone}


async def _remember(
    db: Session,
    event: Received[OfLead | OfClient],
    kind: str,
    title: str,
    detail: dict[str, Any],
    at: datetime | None = None,
) -> None:
    entry = upsert(timeline).values(
        agency_id=event.agency_id,
        id=derived_id(event.data.service, event.id),
        person_id=event.data.person_id,
        kind=kind,
        occurred_at=at or event.occurred_at,
        actor=str(event.actor),
        title=title,
        detail=detail,
    )
    await db.execute(entry.on_conflict_do_nothing())
