"""Events in, read tables out."""

from collections.abc import Sequence
from typing import Any

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.clients import (
    ClientAssigned,
    ClientDetailsChanged,
    ClientOnboarded,
    ClientShared,
    ClientUnshared,
    PersonForgotten,
)
from sqlalchemy import func, insert, update

from gardenos_clients.tables import clients

FORGOTTEN = "Forgotten person"
"""What somebody is called who was forgotten."""

_SORTED_BY = 200
"""Characters of a name that decide its place: an index takes no more than some of a text."""


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps clients."""
    for fact in facts:
        match fact.data:
            case ClientOnboarded() as client:
                await session.execute(insert(clients).values(_onboarded(fact, client)))
            case ClientDetailsChanged() as client:
                await _change(session, fact, _details(client))
            case ClientAssigned() as client:
                await _change(session, fact, {"owner_id": client.owner_id, "team_id": client.team_id})
            case ClientShared() as client:
                await _change(session, fact, {"shared_with": func.array_append(clients.c.shared_with, client.user_id)})
            case ClientUnshared() as client:
                await _change(session, fact, {"shared_with": func.array_remove(clients.c.shared_with, client.user_id)})
            case PersonForgotten():
                await _change(session, fact, _NOTHING | {"forgotten_at": fact.occurred_at})


async def _change(session: Session, fact: Fact[Event], changes: dict[str, Any]) -> None:
    of_this = (clients.c.agency_id == fact.agency_id, clients.c.id == fact.stream_id)
    await session.execute(update(clients).where(*of_this).values(**changes, version=fact.version))


def _onboarded(fact: Fact[Event], client: ClientOnboarded) -> dict[str, Any]:
    return {
        "agency_id": fact.agency_id,
        "id": client.client_id,
        "person_id": client.person_id,
        "lead_id": client.lead_id,
        **_details(client),
        "owner_id": client.owner_id,
        "team_id": client.team_id,
        "shared_with": [],
        "onboarded_at": client.onboarded_at,
        "version": fact.version,
    }


def _details(client: ClientOnboarded | ClientDetailsChanged) -> dict[str, Any]:
    display_name = str(client.name) or client.email or client.phone or "(no name)"
    sort_name = f"{client.name.family} {client.name.given}".strip() or display_name
    return {
        "given_name": client.name.given,
        "family_name": client.name.family,
        "display_name": display_name,
        "sort_name": sort_name.lower()[:_SORTED_BY],
        "email": client.email,
        "phone": client.phone,
        "street": client.street,
        "city": client.city,
        "postal_code": client.postal_code,
        "state": client.state,
        "birth_date": client.birth_date,
        "line_of_business": client.line_of_business.value if client.line_of_business else None,
        "search": " ".join(filter(None, (display_name.lower(), client.email, client.phone))),
    }


_NOTHING = {
    "given_name": "",
    "family_name": "",
    "display_name": FORGOTTEN,
    "sort_name": FORGOTTEN.lower(),
    **dict.fromkeys(("email", "phone", "street", "city", "postal_code", "state", "birth_date")),
    "search": "",
}
"""Of somebody forgotten. What reports count stays: the line of business, whose client they were, and since when."""
