"""What this service does when others' events arrive: it learns who is who, and puts down what is to be read.

Nothing is read here: effect and mark commit together, and an engine may take its time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.ai import SourceField, SourceKind
from gardenos_contracts.clients import ClientAssigned, ClientDetailsChanged, ClientOnboarded
from gardenos_contracts.comms import CallLogged, MessageReceived
from gardenos_contracts.identity import AgencyRegistered, AgencySettingsChanged
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadUnmerged
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_ai import same_people
from gardenos_ai.people import learn, reached_at, sender_of
from gardenos_ai.reading.to_read import put_down
from gardenos_ai.tables import agencies, communications

directory = Consumer(
    "ai.directory",
    listens_to=[
        AgencyRegistered,
        AgencySettingsChanged,
        LeadCaptured,
        LeadDetailsChanged,
        LeadAssigned,
        LeadConverted,
        LeadRemoved,
        LeadRestored,
        LeadMergedInto,
        LeadUnmerged,
        ClientOnboarded,
        ClientDetailsChanged,
        ClientAssigned,
    ],
    skips_forgotten=True,
)


@directory.on(AgencyRegistered)
async def registered(event: Received[AgencyRegistered], db: Session) -> None:
    """Where the agency is: what day a call was on, and so what "tomorrow" means."""
    await _is_in(db, event.agency_id, event.data.time_zone)


@directory.on(AgencySettingsChanged)
async def settled(event: Received[AgencySettingsChanged], db: Session) -> None:
    """It may be somewhere else now."""
    await _is_in(db, event.agency_id, event.data.time_zone)


async def _is_in(db: Session, agency_id: UUID, time_zone: str) -> None:
    row = upsert(agencies).values(agency_id=agency_id, time_zone=time_zone)
    await db.execute(row.on_conflict_do_update(index_elements=["agency_id"], set_={"time_zone": time_zone}))


@directory.on(LeadCaptured)
async def captured(event: Received[LeadCaptured], db: Session) -> None:
    """A person, whose lead they are, and what they are called."""
    lead = event.data
    scope = {"lead_owner_id": lead.owner_id, "lead_team_id": lead.team_id}
    await learn(db, event.agency_id, lead.person_id, lead_id=lead.lead_id, lead_name=_name(lead), **scope)
    await reached_at(db, event.agency_id, lead.person_id, lead.email)


@directory.on(LeadDetailsChanged)
async def lead_changed(event: Received[LeadDetailsChanged], db: Session) -> None:
    """Another name, or another address."""
    await learn(db, event.agency_id, event.data.person_id, lead_id=event.data.lead_id, lead_name=_name(event.data))
    await reached_at(db, event.agency_id, event.data.person_id, event.data.email)


@directory.on(LeadAssigned)
async def lead_assigned(event: Received[LeadAssigned], db: Session) -> None:
    """What was read goes with the lead."""
    lead = event.data
    scope = {"lead_owner_id": lead.owner_id, "lead_team_id": lead.team_id}
    await learn(db, event.agency_id, lead.person_id, lead_id=lead.lead_id, **scope)


@directory.on(LeadConverted)
async def converted(event: Received[LeadConverted], db: Session) -> None:
    """The same person goes on as a client."""
    lead = event.data
    ids = {"lead_id": lead.lead_id, "client_id": lead.client_id}
    scope = {"lead_owner_id": lead.owner_id, "lead_team_id": lead.team_id}
    await learn(db, event.agency_id, lead.person_id, **ids, **scope)


@directory.on(LeadRemoved)
async def removed(event: Received[LeadRemoved], db: Session) -> None:
    """No search finds what was said with them, no list shows what was read of it; of one that was merged, as another's."""
    lead = event.data
    await learn(db, event.agency_id, lead.person_id, lead_id=lead.lead_id, removed_at=event.occurred_at)


@directory.on(LeadRestored)
async def restored(event: Received[LeadRestored], db: Session) -> None:
    """It is back as it was."""
    await learn(db, event.agency_id, event.data.person_id, lead_id=event.data.lead_id, removed_at=None)


@directory.on(LeadMergedInto)
async def merged(event: Received[LeadMergedInto], db: Session) -> None:
    """What was read of them is shown as another's, who they are."""
    await same_people.merged(db, event.agency_id, event.data.person_id, event.data.into_person_id)


@directory.on(LeadUnmerged)
async def unmerged(event: Received[LeadUnmerged], db: Session) -> None:
    """They are somebody by themselves again."""
    await same_people.unmerged(db, event.agency_id, event.data.person_id)


@directory.on(ClientOnboarded)
async def onboarded(event: Received[ClientOnboarded], db: Session) -> None:
    """A client, who may never have been a lead here."""
    client = event.data
    ids: dict[str, Any] = {"client_id": client.client_id, "onboarded": True}
    if client.lead_id is not None:
        ids["lead_id"] = client.lead_id
    scope = {"client_owner_id": client.owner_id, "client_team_id": client.team_id}
    await learn(db, event.agency_id, client.person_id, client_name=_name(client), **ids, **scope)
    await reached_at(db, event.agency_id, client.person_id, client.email)


@directory.on(ClientDetailsChanged)
async def client_changed(event: Received[ClientDetailsChanged], db: Session) -> None:
    """As for a lead."""
    client = event.data
    await learn(db, event.agency_id, client.person_id, client_id=client.client_id, client_name=_name(client))
    await reached_at(db, event.agency_id, client.person_id, client.email)


@directory.on(ClientAssigned)
async def client_assigned(event: Received[ClientAssigned], db: Session) -> None:
    """What was read goes with the client."""
    client = event.data
    scope = {"client_owner_id": client.owner_id, "client_team_id": client.team_id}
    await learn(db, event.agency_id, client.person_id, client_id=client.client_id, onboarded=True, **scope)


def _name(said: LeadCaptured | LeadDetailsChanged | ClientOnboarded | ClientDetailsChanged) -> str:
    """Who has no name is called by what else is known."""
    return str(said.name) or said.email or said.phone or ""


reading_list = Consumer("ai.reading-list", listens_to=[CallLogged, MessageReceived], skips_forgotten=True)


@reading_list.on(CallLogged)
async def call_logged(event: Received[CallLogged], db: Session) -> None:
    """What was said and what was noted."""
    call = event.data
    texts = {SourceField.TRANSCRIPT: call.transcript, SourceField.NOTES: call.notes}
    ids = {"lead_id": call.lead_id, "client_id": call.client_id}
    await _keep(
        db, event, SourceKind.CALL, call.call_id, texts, call.started_at,
        told_person_id=call.person_id, person_id=call.person_id, **ids,
    )  # fmt: skip


@reading_list.on(MessageReceived)
async def message_received(event: Received[MessageReceived], db: Session) -> None:
    """What was written, by whoever has the address it came from."""
    message = event.data
    texts = {SourceField.SUBJECT: message.subject, SourceField.TEXT: message.text}
    person_id = message.person_id or await sender_of(db, event.agency_id, message.sender)
    ids = {"lead_id": message.lead_id, "client_id": message.client_id}
    await _keep(
        db, event, SourceKind.MESSAGE, message.message_id, texts, message.received_at,
        told_person_id=message.person_id, person_id=person_id, sender=message.sender, **ids,
    )  # fmt: skip


async def _keep(
    db: Session,
    event: Received[CallLogged] | Received[MessageReceived],
    kind: SourceKind,
    source_id: UUID,
    texts: Mapping[SourceField, str | None],
    said_at: datetime,
    **who: UUID | str | None,
) -> None:
    said = {field.value: text for field, text in texts.items() if text and not text.isspace()}
    if not said:
        return
    row = {
        "agency_id": event.agency_id,
        "source_kind": kind.value,
        "source_id": source_id,
        **who,
        "texts": said,
        "said_at": said_at,
        "event_id": event.id,
        "correlation_id": event.correlation_id,
        "traceparent": event.traceparent,
        "status": "pending",
    }
    put = upsert(communications).values(row).on_conflict_do_nothing().returning(communications.c.person_id)
    if (new := (await db.execute(put)).first()) is not None:
        await put_down(db, event, kind, source_id, new.person_id)
