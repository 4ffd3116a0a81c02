"""What the clients service publishes."""

from typing import ClassVar
from uuid import UUID

from gardenos_contracts.event import Event
from gardenos_contracts.values import (
    ClientId,
    LeadId,
    LineOfBusiness,
    Moment,
    PersonalDate,
    PersonalName,
    PersonalText,
    PersonId,
    TeamId,
    UserId,
)


class ClientOnboarded(Event, service="clients", version=1):
    """A person became a client of the agency."""

    introduces_person: ClassVar[bool] = True

    client_id: ClientId
    person_id: PersonId
    lead_id: LeadId | None = None
    name: PersonalName
    email: PersonalText = None
    phone: PersonalText = None
    street: PersonalText = None
    """Street and number."""
    city: PersonalText = None
    postal_code: PersonalText = None
    state: PersonalText = None
    birth_date: PersonalDate = None
    line_of_business: LineOfBusiness | None = None
    owner_id: UserId | None = None
    team_id: TeamId | None = None
    onboarded_at: Moment


class ClientDetailsChanged(Event, service="clients", version=1):
    """What is known of the client changed. Carries the details as they are now, whole."""

    client_id: ClientId
    person_id: PersonId
    name: PersonalName
    email: PersonalText = None
    phone: PersonalText = None
    street: PersonalText = None
    """Street and number."""
    city: PersonalText = None
    postal_code: PersonalText = None
    state: PersonalText = None
    birth_date: PersonalDate = None
    line_of_business: LineOfBusiness | None = None


class ClientAssigned(Event, service="clients", version=1):
    """The client has a new owner, or none (back in the pool)."""

    client_id: ClientId
    person_id: PersonId
    owner_id: UserId | None
    team_id: TeamId | None
    previous_owner_id: UserId | None = None


class ClientShared(Event, service="clients", version=1):
    """A colleague has the client in their scope from now on, whosever it is."""

    client_id: ClientId
    person_id: PersonId
    user_id: UserId


class ClientUnshared(Event, service="clients", version=1):
    """A colleague has the client in their scope no longer, unless by their role."""

    client_id: ClientId
    person_id: PersonId
    user_id: UserId


class PersonForgotten(Event, service="clients", version=1):
    """A client asked to be forgotten. Their personal data is gone from the history; readers drop what they kept of it."""

    client_id: ClientId
    person_id: PersonId
    lead_id: LeadId | None = None
    """The lead they were."""

    def forgets(self) -> tuple[UUID, ...]:
        """The person."""
        return (self.person_id,)
