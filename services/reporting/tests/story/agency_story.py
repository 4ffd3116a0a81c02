"""What other services say of an agency, in few words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.ids import derived_id, new_id
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Actor, ActorKind, Event, Received
from gardenos_contracts.ai import InsightExtracted, InsightKind, SourceField, SourceKind
from gardenos_contracts.campaigns import CampaignChanged, LeadEnrolled, LeadWithdrawn
from gardenos_contracts.clients import ClientAssigned, ClientOnboarded
from gardenos_contracts.comms import CallLogged, Disposition, MessageReceived
from gardenos_contracts.identity import AgencyRegistered, TeamFormed, UserJoined
from gardenos_contracts.lead_duplicates import LeadsMerged, LeadsUnmerged
from gardenos_contracts.leads import (
    CampaignLaunched,
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadShared,
    LeadStageChanged,
    LeadUnshared,
    Stage,
)
from gardenos_contracts.values import Direction, PersonName, Role

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOMEBODY = Actor(ActorKind.SYSTEM, "test")


@dataclass
class Told:
    """One event, and when it happened."""

    event: Event
    stream_id: UUID
    at: datetime
    actor: Actor = SOMEBODY

    @property
    def source(self) -> str:
        return self.event.service


@dataclass
class Lead:
    """A lead as its owner's service has it."""

    id: UUID = field(default_factory=new_id)
    person_id: UUID = field(default_factory=new_id)
    captured_at: datetime = NOON
    owner_id: UUID | None = None
    team_id: UUID | None = None
    source: str = "web form"
    campaign_id: UUID | None = None

    @property
    def client_id(self) -> UUID:
        return derived_id("client of", self.id)


class Story:
    """Collects events in the order in which they happen. `publish` sends what was collected."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def _tell(self, event: Event, stream_id: UUID, at: datetime, actor: Actor = SOMEBODY) -> None:
        self.told.append(Told(event, stream_id, at, actor))

    def agency(self, agency_id: UUID, time_zone: str) -> None:
        event = AgencyRegistered(agency_id=agency_id, name="Garden Insurance", time_zone=time_zone, currency="USD")
        self._tell(event, agency_id, NOON)

    def user(self, name: str, *, id: UUID | None = None) -> UUID:
        id = id or new_id()
        self._tell(UserJoined(user_id=id, email="x@garden.example", name=name, role=Role.AGENT, team_ids=()), id, NOON)
        return id

    def team(self, name: str) -> UUID:
        id = new_id()
        self._tell(TeamFormed(team_id=id, name=name), id, NOON)
        return id

    def campaign(self, name: str) -> UUID:
        id = new_id()
        self._tell(CampaignLaunched(campaign_id=id, name=name, source="web form"), id, NOON)
        return id

    def capture(self, name: str = "Maria Delgado", *, recorded_at: datetime | None = None, **of_lead: Any) -> Lead:
        lead = Lead(**of_lead)
        given, _, family = name.partition(" ")
        event = LeadCaptured(
            lead_id=lead.id, person_id=lead.person_id, name=PersonName(given=given, family=family), source=lead.source,
            campaign_id=lead.campaign_id, owner_id=lead.owner_id, team_id=lead.team_id, captured_at=lead.captured_at,
        )  # fmt: skip
        self._tell(event, lead.id, recorded_at or lead.captured_at)
        return lead

    def rename(self, lead: Lead, name: str, at: datetime = NOON) -> None:
        event = LeadDetailsChanged(lead_id=lead.id, person_id=lead.person_id, name=PersonName(given=name))
        self._tell(event, lead.id, at)

    def assign(self, lead: Lead, owner_id: UUID | None, team_id: UUID | None = None, *, at: datetime = NOON) -> None:
        ids: dict[str, Any] = {"lead_id": lead.id, "person_id": lead.person_id, "previous_owner_id": lead.owner_id}
        self._tell(LeadAssigned(owner_id=owner_id, team_id=team_id, **ids), lead.id, at)
        lead.owner_id, lead.team_id = owner_id, team_id

    def share(self, lead: Lead, user_id: UUID, *, end: bool = False) -> None:
        told = LeadUnshared if end else LeadShared
        self._tell(told(lead_id=lead.id, person_id=lead.person_id, user_id=user_id), lead.id, NOON)

    def move(self, lead: Lead, stage: Stage, at: datetime = NOON) -> None:
        ids = {"lead_id": lead.id, "person_id": lead.person_id}
        self._tell(LeadStageChanged(stage=stage, previous_stage=Stage.NEW, **ids), lead.id, at)

    def join(self, lead: Lead, campaign_id: UUID, at: datetime = NOON, *, undone: bool = False) -> None:
        """The lead is in a campaign that it did not come from, or is so no longer."""
        event = (LeadWithdrawn if undone else LeadEnrolled)(
            lead_id=lead.id, person_id=lead.person_id, campaign_id=campaign_id
        )
        self._tell(event, lead.id, at)

    def rename_campaign(self, id: UUID, name: str) -> None:
        self._tell(CampaignChanged(campaign_id=id, name=name, source="web form"), id, NOON)

    def remove(self, lead: Lead, at: datetime = NOON, *, restored: bool = False) -> None:
        """The lead is removed, or restored."""
        event = (LeadRestored if restored else LeadRemoved)(lead_id=lead.id, person_id=lead.person_id)
        self._tell(event, lead.id, at)

    def merge(self, lead: Lead, other: Lead, at: datetime = NOON, *, undone: bool = False) -> None:
        """The other is the same person as the lead, or is so no longer: as the leads service tells it."""
        whose = {"lead_id": lead.id, "person_id": lead.person_id}
        others = {"merged_lead_id": other.id, "merged_person_id": other.person_id}
        ids = {"merge_id": new_id(), **whose, **others}
        if undone:
            told: Event = LeadsUnmerged(**ids, captured_at=lead.captured_at)
        else:
            earliest = min(lead.captured_at, other.captured_at)
            told = LeadsMerged(**ids, captured_at=earliest, merged_captured_at=other.captured_at)
        self._tell(told, lead.id, at)
        self.remove(other, at, restored=undone)

    def convert(self, lead: Lead, at: datetime, *, onboard: bool = True) -> None:
        whose: dict[str, Any] = {"owner_id": lead.owner_id, "team_id": lead.team_id}
        ids: dict[str, Any] = {"lead_id": lead.id, "person_id": lead.person_id, "client_id": lead.client_id}
        name = PersonName(given="Maria")
        event = LeadConverted(
            **ids, **whose, name=name, campaign_id=lead.campaign_id, source=lead.source, captured_at=lead.captured_at,
            converted_at=at,
        )  # fmt: skip
        self._tell(event, lead.id, at)
        if onboard:
            self._tell(ClientOnboarded(**ids, **whose, name=name, onboarded_at=at), lead.client_id, at)

    def assign_client(self, lead: Lead, owner_id: UUID | None, team_id: UUID | None = None) -> None:
        ids: dict[str, Any] = {"client_id": lead.client_id, "person_id": lead.person_id}
        self._tell(ClientAssigned(owner_id=owner_id, team_id=team_id, **ids), lead.client_id, NOON)

    def call(
        self,
        lead: Lead,
        at: datetime,
        *,
        direction: Direction = Direction.OUTBOUND,
        disposition: Disposition = Disposition.CONNECTED,
        client_id: UUID | None = None,
        by: UUID | None = None,
        actor: Actor = SOMEBODY,
    ) -> UUID:
        id = new_id()
        event = CallLogged(
            call_id=id, thread_id=new_id(), person_id=lead.person_id, lead_id=lead.id, client_id=client_id,
            user_id=by or lead.owner_id or new_id(), direction=direction, started_at=at, duration_seconds=60,
            disposition=disposition,
        )  # fmt: skip
        self._tell(event, id, at, actor)
        return id

    def message(self, lead: Lead | None, at: datetime = NOON) -> UUID:
        id = new_id()
        ids: dict[str, Any] = {"person_id": lead.person_id, "lead_id": lead.id} if lead else {}
        event = MessageReceived(
            message_id=id, thread_id=new_id(), channel="email", sender="m@example.com", subject="", text="",
            received_at=at, **ids,
        )  # fmt: skip
        self._tell(event, id, at)
        return id

    def insight(self, lead: Lead, at: datetime = NOON) -> UUID:
        id = new_id()
        event = InsightExtracted(
            insight_id=id, person_id=lead.person_id, lead_id=lead.id, kind=InsightKind.INTENT, value="buy", quote="buy",
            source_kind=SourceKind.CALL, source_id=new_id(), source_field=SourceField.NOTES, start=0, end=3,
            confidence=0.5, engine="offline", engine_version="1", said_at=at,
        )  # fmt: skip
        self._tell(event, id, at)
        return id

    async def publish(self, source: Sources, agency_id: UUID) -> None:
        """Sends what was told since the last time."""
        for told in self.told:
            await source(told.source).publish(
                agency_id, told.event, stream_id=told.stream_id, occurred_at=told.at, actor=told.actor
            )
        self.told = []

    async def flood(self, source: Sources, agency_id: UUID) -> None:
        """As `publish`, but at once: of each service the broker brings the last event alone, its feed the others."""
        last = {told.source: told for told in self.told}
        for told in self.told:
            if told is not last[told.source]:
                source(told.source).record(
                    agency_id, told.event, stream_id=told.stream_id, occurred_at=told.at, actor=told.actor
                )
        self.told = list(last.values())
        await self.publish(source, agency_id)

    def received(self, agency_id: UUID) -> list[Received[Event]]:
        """What was told, each with its place in the history of its service."""
        return as_received(self.told, agency_id)


def as_received(told: Sequence[Told], agency_id: UUID) -> list[Received[Event]]:
    sequences: dict[str, int] = {}
    versions: dict[UUID, int] = {}
    found: list[Received[Event]] = []
    for each in told:
        sequences[each.source] = sequences.get(each.source, 0) + 1
        versions[each.stream_id] = versions.get(each.stream_id, 0) + 1
        found.append(
            Received(
                agency_id=agency_id, stream_id=each.stream_id, version=versions[each.stream_id],
                type=each.event.event_type, data=each.event, actor=each.actor, correlation_id="c",
                causation_id=None, traceparent=None, occurred_at=each.at, sequence=sequences[each.source],
                recorded_at=each.at,
            )
        )  # fmt: skip
    return found


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    return timedelta(days=count)
