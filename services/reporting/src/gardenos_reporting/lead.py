"""A lead's way from first touch to conversion, put together from events of two services in whatever order.

Every step is a minimum, a maximum, or the latest by the place in the leads service's history, so that any order, and
any event twice, gives the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from gardenos_contracts import Event, Received
from gardenos_contracts.campaigns import LeadEnrolled, LeadWithdrawn
from gardenos_contracts.comms import CallLogged, MessageReceived
from gardenos_contracts.lead_duplicates import LeadsMerged, LeadsUnmerged
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadStageChanged,
    PersonForgotten,
    Stage,
)
from gardenos_contracts.values import Direction

from gardenos_reporting.scope import POOL, Scope


@dataclass(frozen=True, slots=True)
class Tenure:
    """Whose a lead was from a moment on; `sequence` is the place of the event that said so."""

    sequence: int
    since: datetime
    scope: Scope


class Joined(NamedTuple):
    """Whether a lead is in a campaign beside the one that it came from; `sequence` is the place of the event that said so."""

    campaign_id: UUID
    sequence: int
    is_in: bool


class Lead(NamedTuple):
    """What is known of a lead so far. It may begin with a contact, before its capture has arrived."""

    lead_id: UUID
    person_id: UUID | None = None
    name: str = ""
    name_sequence: int = 0
    source: str | None = None
    campaign_id: UUID | None = None
    captured_at: datetime | None = None
    captured_sequence: int = 0
    stage: Stage = Stage.NEW
    stage_sequence: int = 0
    tenures: tuple[Tenure, ...] = ()
    """In order of sequence."""
    client_id: UUID | None = None
    converted_at: datetime | None = None
    converted_in: Scope | None = None
    """Whose it was when it converted."""
    first_communication_at: datetime | None = None
    first_outbound_at: datetime | None = None
    """When a person of the agency first called out."""
    first_outbound_by: UUID | None = None
    """Who of the agency that was."""
    last_contact_at: datetime | None = None
    removed: bool = False
    """Whether no report counts it, until it is restored."""
    removed_sequence: int = 0
    joined: tuple[Joined, ...] = ()
    """In order of sequence."""

    @property
    def joined_campaign_id(self) -> UUID | None:
        """The first campaign that it joined, of those it is in: with it counts who came from none."""
        return next((each.campaign_id for each in self.joined if each.is_in), None)

    @property
    def scope(self) -> Scope | None:
        """Whose it is now; None while that is not known."""
        return self.tenures[-1].scope if self.tenures else None

    @property
    def responded_in(self) -> Scope:
        """Who made the first contact by the agency, and whose team's it was then; whose it is now, while there is none."""
        at = self.first_outbound_at
        if at is None:
            return self.scope or POOL
        # Before the first tenure began, too, it was theirs: a call may be older than the record of the lead.
        begun = [tenure for tenure in self.tenures if tenure.since <= at] or self.tenures[:1]
        return Scope(self.first_outbound_by, begun[-1].scope.team_id if begun else None)


def after(lead: Lead, event: Received[Event]) -> Lead:
    """The lead with what one more event tells of it."""
    told = _told(lead, event)
    return lead._replace(**told) if told else lead


def _told(lead: Lead, event: Received[Event]) -> dict[str, Any]:
    """The fields that an event gives a value."""
    match event.data:
        case LeadCaptured() as captured:
            return {
                "person_id": captured.person_id,
                "source": captured.source,
                "campaign_id": captured.campaign_id,
                **_known_since(lead, event, captured.captured_at),
                **_held(lead, event, Scope(captured.owner_id, captured.team_id)),
                **_named(lead, event, captured),
                **_staged(lead, event, Stage.NEW),
            }
        case LeadDetailsChanged() as details:
            return _named(lead, event, details)
        case LeadsMerged() | LeadsUnmerged():
            # That the other one is counted no more, or again, its being removed or restored tells.
            return _known_since(lead, event, event.data.captured_at)
        case LeadRemoved() | LeadRestored():
            if event.sequence < lead.removed_sequence:
                return {}
            return {"removed": isinstance(event.data, LeadRemoved), "removed_sequence": event.sequence}
        case PersonForgotten():
            return {"name": "Forgotten person", "name_sequence": event.sequence}
        case LeadAssigned() as assigned:
            return _held(lead, event, Scope(assigned.owner_id, assigned.team_id))
        case LeadStageChanged() as moved:
            return _staged(lead, event, moved.stage)
        case LeadEnrolled() | LeadWithdrawn():
            return _joined(lead, event, event.data.campaign_id, isinstance(event.data, LeadEnrolled))
        case LeadConverted() as converted:
            return {
                "client_id": converted.client_id,
                "converted_at": converted.converted_at,
                "converted_in": Scope(converted.owner_id, converted.team_id),
                **_staged(lead, event, Stage.WON),
            }
        case CallLogged() as call if call.disposition.is_contact:
            # Somebody waits for a person: what an automation dials is a contact, and no answer.
            answered = call.direction is Direction.OUTBOUND and not event.actor.kind.automated
            return _contacted(lead, call.started_at) | (_responded(lead, call) if answered else {})
        case MessageReceived() as message:
            return _contacted(lead, message.received_at)
    return {}


def _known_since(lead: Lead, event: Received[Event], at: datetime) -> dict[str, Any]:
    return {} if event.sequence < lead.captured_sequence else {"captured_at": at, "captured_sequence": event.sequence}


def _held(lead: Lead, event: Received[Event], scope: Scope) -> dict[str, Any]:
    tenure = Tenure(event.sequence, event.occurred_at, scope)
    if not lead.tenures or lead.tenures[-1].sequence < event.sequence:
        # As a rule.
        return {"tenures": (*lead.tenures, tenure)}
    others = (each for each in lead.tenures if each.sequence != event.sequence)
    return {"tenures": tuple(sorted((*others, tenure), key=lambda each: each.sequence))}


def _joined(lead: Lead, event: Received[Event], campaign_id: UUID, is_in: bool) -> dict[str, Any]:
    known = {each.campaign_id: each for each in lead.joined}
    there = known.get(campaign_id)
    if there is not None and there.sequence > event.sequence:
        return {}
    known[campaign_id] = Joined(campaign_id, event.sequence, is_in)
    return {"joined": tuple(sorted(known.values(), key=lambda each: each.sequence))}


def _named(lead: Lead, event: Received[Event], details: LeadCaptured | LeadDetailsChanged) -> dict[str, Any]:
    if event.sequence < lead.name_sequence:
        return {}
    return {"name": str(details.name) or details.email or details.phone or "", "name_sequence": event.sequence}


def _staged(lead: Lead, event: Received[Event], stage: Stage) -> dict[str, Any]:
    return {} if event.sequence < lead.stage_sequence else {"stage": stage, "stage_sequence": event.sequence}


def _responded(lead: Lead, call: CallLogged) -> dict[str, Any]:
    known = (lead.first_outbound_at, lead.first_outbound_by)
    # Of two at the same moment the lower id, for the order of arrival decides nothing.
    if known[0] is not None and known <= (call.started_at, call.user_id):
        return {}
    return {"first_outbound_at": call.started_at, "first_outbound_by": call.user_id}


def _contacted(lead: Lead, at: datetime) -> dict[str, Any]:
    return {
        "first_communication_at": _earlier(lead.first_communication_at, at),
        "last_contact_at": at if lead.last_contact_at is None else max(lead.last_contact_at, at),
    }


def _earlier(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)
