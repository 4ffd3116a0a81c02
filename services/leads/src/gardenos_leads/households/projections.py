"""Events of households in, read tables out."""

from collections.abc import Sequence
from typing import Any

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_households import (
    LeadHouseholdsToldApart,
    LeadJoinedHousehold,
    LeadLeftHousehold,
    LeadRelationshipChanged,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_leads.households.tables import households_apart


def household_changes(event: Event) -> dict[str, Any]:
    """What an event of a household changes in the lead's own row."""
    match event:
        case LeadJoinedHousehold() | LeadRelationshipChanged():
            return {"household_id": event.household_id, "relationship": event.relationship and event.relationship.value}
        case LeadLeftHousehold():
            return {"household_id": None, "relationship": None}
    return {}


async def project_apart(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps of whom it was said that they do not live together."""
    for fact in facts:
        if isinstance(fact.data, LeadHouseholdsToldApart):
            pair = {"lead_id": fact.data.lead_id, "other_id": fact.data.other_lead_id}
            row = upsert(households_apart).values(agency_id=fact.agency_id, **pair)
            await session.execute(row.on_conflict_do_nothing())
