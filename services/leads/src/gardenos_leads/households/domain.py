"""Of which household of leads a lead is, as pure functions of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from gardenos_chassis.errors import Conflict
from gardenos_contracts import Event
from gardenos_contracts.lead_households import (
    LeadJoinedHousehold,
    LeadLeftHousehold,
    LeadRelationshipChanged,
    Relationship,
)

if TYPE_CHECKING:
    from gardenos_leads.lead import Lead

MOST_MEMBERS = 20
"""Of a household."""

OF_HOUSEHOLDS = (LeadJoinedHousehold, LeadRelationshipChanged, LeadLeftHousehold)
"""Their events."""


@dataclass(frozen=True, slots=True)
class Membership:
    """That a lead is of a household, and what they are in it."""

    household_id: UUID
    relationship: Relationship | None = None

    def __str__(self) -> str:
        return "Member" if self.relationship is None else _SAID[self.relationship]


_SAID = {
    Relationship.NAMED_INSURED: "Named insured",
    Relationship.SPOUSE: "Spouse or partner",
    Relationship.CHILD: "Child",
    Relationship.OTHER: "Other member",
}


def evolve_membership(before: Membership | None, event: Event) -> Membership | None:
    """What a lead is in a household after one more event of theirs."""
    match event:
        case LeadJoinedHousehold() | LeadRelationshipChanged():
            return Membership(event.household_id, event.relationship)
        case LeadLeftHousehold():
            return None
    raise TypeError(f"{event.event_type} is no event of a household")


def become(lead: "Lead", membership: Membership | None) -> Iterator[Event]:
    """What follows where a lead is to be of this household, as this, and of no other; nothing, where it is so."""
    ids = {"lead_id": lead.lead_id, "person_id": lead.person_id}
    before = lead.household
    if before == membership:
        return
    if membership is not None and before is not None and before.household_id == membership.household_id:
        yield LeadRelationshipChanged(**ids, household_id=before.household_id, relationship=membership.relationship)
        return
    if before is not None:
        yield LeadLeftHousehold(**ids, household_id=before.household_id)
    if membership is not None:
        yield LeadJoinedHousehold(**ids, household_id=membership.household_id, relationship=membership.relationship)


def join(lead: "Lead", household_id: UUID, relationship: Relationship | None = None) -> Iterator[Event]:
    """It is of this household: whoever was of another leaves that. What they are in it stays where it is not said."""
    lead.require_known()
    before = lead.household
    if before is not None and before.household_id == household_id:
        relationship = relationship or before.relationship
    yield from become(lead, Membership(household_id, relationship))


def relate(lead: "Lead", relationship: Relationship | None) -> Iterator[Event]:
    """What it is in its household. Raises Conflict where it is of none."""
    lead.require_known()
    yield from become(lead, Membership(_of(lead).household_id, relationship))


def leave(lead: "Lead") -> Iterator[Event]:
    """It is by itself. Raises Conflict where it is of no household."""
    lead.require_known()
    _of(lead)
    yield from become(lead, None)


def _of(lead: "Lead") -> Membership:
    if lead.household is None:
        raise Conflict("this lead is of no household: say first with whom it is of one")
    return lead.household
