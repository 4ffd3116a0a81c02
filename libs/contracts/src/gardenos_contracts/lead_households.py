"""What the leads service publishes of prospects who live together and are sold to as one.

A household of leads is those leads that say its id: it has no stream of its own. What the clients service keeps of clients
who live together is another thing, and is told of by that service.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from gardenos_contracts.event import Event
from gardenos_contracts.personal import Personal
from gardenos_contracts.values import LeadId, PersonId


class Relationship(StrEnum):
    """What somebody is in their household."""

    NAMED_INSURED = "named_insured"
    SPOUSE = "spouse"
    """Or partner."""
    CHILD = "child"
    OTHER = "other"


class LeadJoinedHousehold(Event, service="leads", version=1):
    """A lead is of a household of leads. Where nobody was in it before, the household begins with this."""

    lead_id: LeadId
    person_id: PersonId
    household_id: UUID
    relationship: Annotated[Relationship | None, Personal()] = None
    """None: nobody said."""


class LeadRelationshipChanged(Event, service="leads", version=1):
    """A lead is something else in its household of leads."""

    lead_id: LeadId
    person_id: PersonId
    household_id: UUID
    relationship: Annotated[Relationship | None, Personal()] = None


class LeadLeftHousehold(Event, service="leads", version=1):
    """A lead is of its household of leads no longer."""

    lead_id: LeadId
    person_id: PersonId
    household_id: UUID


class LeadHouseholdsToldApart(Event, service="leads", version=1):
    """Somebody looked at two leads who may live together: they do not, and are not asked about again."""

    lead_id: LeadId
    other_lead_id: LeadId


__all__ = [
    "LeadHouseholdsToldApart",
    "LeadJoinedHousehold",
    "LeadLeftHousehold",
    "LeadRelationshipChanged",
    "Relationship",
]
