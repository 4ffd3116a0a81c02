"""Events in: until when leads are left alone, and when they came back."""

from typing import Any

from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_recycling import LeadCameBack, LeadRecycled, LeadRecyclingCancelled
from gardenos_contracts.lead_sources import LeadInquired

NOT_RECYCLED: dict[str, Any] = {"comes_back_on": None, "recycled": None}


def recycling_changes(fact: Fact[Event]) -> dict[str, Any]:
    """What an event of these changes in the lead's own row."""
    match event := fact.data:
        case LeadRecycled() if event.comes_back_on is not None:
            said = event.model_dump(mode="json", exclude={"lead_id", "person_id", "comes_back_on"})
            return {"comes_back_on": event.comes_back_on, "recycled": said}
        case LeadCameBack():
            return NOT_RECYCLED | {"came_back_at": fact.occurred_at}
        case LeadRecyclingCancelled() | LeadInquired():
            return NOT_RECYCLED
    return {}
