"""A client: what may happen to somebody who is insured through the agency."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_contracts import Event
from gardenos_contracts.clients import (
    ClientAssigned,
    ClientDetailsChanged,
    ClientOnboarded,
    ClientShared,
    ClientUnshared,
    PersonForgotten,
)
from gardenos_contracts.leads import LeadConverted
from gardenos_contracts.values import LineOfBusiness, PersonName
from typing_extensions import TypedDict


class Details(TypedDict):
    """What is known of the client, as the events carry it."""

    name: PersonName
    email: str | None
    phone: str | None
    street: str | None
    city: str | None
    postal_code: str | None
    state: str | None
    birth_date: date | None
    line_of_business: LineOfBusiness | None


DETAILS = tuple(Details.__annotations__)


@dataclass(frozen=True, slots=True)
class Client:
    """A client. State is what its events made it."""

    client_id: UUID
    person_id: UUID
    lead_id: UUID | None
    details: Details
    owner_id: UUID | None
    team_id: UUID | None
    forgotten: bool = False
    shared_with: frozenset[UUID] = frozenset()

    def change_details(self, **changes: Any) -> Iterator[Event]:
        """New details; None empties one. Nothing happens where nothing differs."""
        self._require_known()
        changed = Details(**{**self.details, **changes})  # type: ignore[typeddict-item]
        if changed != self.details:
            _require_a_way_to_know(changed)
            yield ClientDetailsChanged(client_id=self.client_id, person_id=self.person_id, **changed)

    def assign(self, owner_id: UUID | None, team_id: UUID | None) -> Iterator[Event]:
        """To a producer, or back to a team's pool."""
        self._require_known()
        if (owner_id, team_id) != (self.owner_id, self.team_id):
            yield ClientAssigned(
                client_id=self.client_id,
                person_id=self.person_id,
                owner_id=owner_id,
                team_id=team_id,
                previous_owner_id=self.owner_id,
            )

    def share(self, user_id: UUID) -> Iterator[Event]:
        """A colleague has them in their scope as well."""
        self._require_known()
        if user_id not in self.shared_with:
            yield ClientShared(client_id=self.client_id, person_id=self.person_id, user_id=user_id)

    def unshare(self, user_id: UUID) -> Iterator[Event]:
        """A colleague has them in their scope no longer, unless by their role."""
        if user_id in self.shared_with:
            yield ClientUnshared(client_id=self.client_id, person_id=self.person_id, user_id=user_id)

    def forget(self) -> Iterator[Event]:
        """What is known of the person is given up, for good. Nothing happens a second time."""
        if not self.forgotten:
            yield PersonForgotten(client_id=self.client_id, person_id=self.person_id, lead_id=self.lead_id)

    def _require_known(self) -> None:
        if self.forgotten:
            raise Conflict("this person was forgotten: nothing more is kept of them")


def onboard(event: ClientOnboarded) -> Iterator[Event]:
    """A client who was never a lead. Raises Invalid without a name, an email address or a telephone number."""
    _require_a_way_to_know(_details_of(event))
    yield event


def onboard_from(lead: LeadConverted) -> Iterator[Event]:
    """The client that a lead became, as they are: the sale is made, and nothing missing undoes it."""
    yield ClientOnboarded(
        client_id=lead.client_id,
        person_id=lead.person_id,
        lead_id=lead.lead_id,
        **_details_of(lead),
        owner_id=lead.owner_id,
        team_id=lead.team_id,
        onboarded_at=lead.converted_at,
    )
    for user_id in lead.shared_with:
        yield ClientShared(client_id=lead.client_id, person_id=lead.person_id, user_id=user_id)


def evolve(client: Client | None, event: Event) -> Client:
    """The state after one more event. Raises TypeError for an event that is none of a client's."""
    match event:
        case ClientOnboarded():
            return Client(
                client_id=event.client_id,
                person_id=event.person_id,
                lead_id=event.lead_id,
                details=_details_of(event),
                owner_id=event.owner_id,
                team_id=event.team_id,
            )
        case ClientDetailsChanged() if client is not None:
            return replace(client, details=_details_of(event))
        case ClientAssigned() if client is not None:
            return replace(client, owner_id=event.owner_id, team_id=event.team_id)
        case ClientShared() if client is not None:
            return replace(client, shared_with=client.shared_with | {event.user_id})
        case ClientUnshared() if client is not None:
            return replace(client, shared_with=client.shared_with - {event.user_id})
        case PersonForgotten() if client is not None:
            nothing = Details(**{**dict.fromkeys(DETAILS), "name": PersonName()})  # type: ignore[typeddict-item]
            return replace(client, details=nothing, forgotten=True)
    raise TypeError(f"{event.event_type} is no event of a client")


def _details_of(event: ClientOnboarded | ClientDetailsChanged | LeadConverted) -> Details:
    found: Details = {name: getattr(event, name) for name in DETAILS}  # type: ignore[assignment]
    return found


def _require_a_way_to_know(details: Details) -> None:
    if not (str(details["name"]) or details["email"] or details["phone"]):
        raise Invalid("a client needs a name, an email address or a telephone number", pointer="/name")
