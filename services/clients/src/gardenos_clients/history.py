"""A client's history in words."""

from typing import Any

from gardenos_contracts import Event
from gardenos_contracts.clients import (
    ClientAssigned,
    ClientDetailsChanged,
    ClientOnboarded,
    ClientShared,
    ClientUnshared,
    PersonForgotten,
)

from gardenos_clients.client import Client


def shown(client: Client) -> dict[str, Any]:
    """What people know a client by."""
    return {
        **client.details,
        "name": str(client.details["name"]),
        "lead_id": client.lead_id,
        "owner_id": client.owner_id,
        "team_id": client.team_id,
        "shared_with": sorted(client.shared_with) or None,
    }


def title(event: Event) -> str:
    """What happened, in a few words."""
    match event:
        case ClientOnboarded():
            return "Onboarded"
        case ClientDetailsChanged():
            return "Details changed"
        case ClientAssigned():
            return "Assigned" if event.owner_id else "Returned to the pool"
        case ClientShared():
            return "Shared with a colleague"
        case ClientUnshared():
            return "No longer shared with a colleague"
        case PersonForgotten():
            return "Forgotten"
    return type(event).__name__
