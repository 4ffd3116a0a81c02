"""A lead's history in words."""

from collections.abc import Sequence
from typing import Any

from gardenos_contracts import Event, Received
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadStageChanged,
    PersonForgotten,
)

from gardenos_leads.lead import DETAILS


def told(events: Sequence[Received[Event]]) -> list[dict[str, Any]]:
    """One entry an event, the latest first: a title, what changed from what to what, and who did it."""
    entries = []
    known: dict[str, Any] = {}
    for event in events:
        now = known | _state_after(event.data)
        changes = [
            {"field": name, "old": known.get(name), "new": value}
            for name, value in now.items()
            if value != known.get(name)
        ]
        known = now
        entries.append(
            {
                "sequence": event.sequence,
                "version": event.version,
                "type": event.type,
                "title": _title(event.data),
                "changes": changes,
                "actor": str(event.actor),
                "occurred_at": event.occurred_at,
            }
        )
    return entries[::-1]


def _state_after(event: Event) -> dict[str, Any]:
    match event:
        case LeadCaptured():
            told = (*DETAILS, "source", "campaign_id", "owner_id", "team_id")
            return {name: _shown(getattr(event, name)) for name in told}
        case LeadDetailsChanged():
            return {name: _shown(getattr(event, name)) for name in DETAILS}
        case LeadAssigned():
            return {"owner_id": event.owner_id, "team_id": event.team_id}
        case LeadStageChanged():
            return {"stage": event.stage.value}
        case LeadConverted():
            return {"stage": "won", "client_id": event.client_id}
    return {}


def _shown(value: Any) -> Any:
    return str(value) if value is not None and not isinstance(value, str) else value


def _title(event: Event) -> str:
    match event:
        case LeadCaptured():
            return "Captured"
        case LeadDetailsChanged():
            return "Details changed"
        case LeadAssigned():
            return "Assigned" if event.owner_id else "Returned to the pool"
        case LeadStageChanged():
            return f"Moved from {event.previous_stage} to {event.stage}"
        case LeadConverted():
            return "Converted to a client"
        case PersonForgotten():
            return "Forgotten"
    return type(event).__name__
