"""What the clients service publishes."""

from datetime import date

from gardenos_contracts.event import Event
from gardenos_contracts.values import ClientId, LeadId, LineOfBusiness, Moment, PersonId, PersonName, TeamId, UserId


class ClientOnboarded(Event, service="clients", version=1):
    """A person became a client of the agency."""

    client_id: ClientId
    person_id: PersonId
    lead_id: LeadId | None = None
    name: PersonName
    email: str | None = None
    phone: str | None = None
    postal_code: str | None = None
    state: str | None = None
    birth_date: date | None = None
    line_of_business: LineOfBusiness | None = None
    owner_id: UserId | None = None
    team_id: TeamId | None = None
    onboarded_at: Moment


class ClientDetailsChanged(Event, service="clients", version=1):
    """What is known of the client changed. Carries the details as they are now, whole."""

    client_id: ClientId
    person_id: PersonId
    name: PersonName
    email: str | None = None
    phone: str | None = None
    postal_code: str | None = None
    state: str | None = None
    birth_date: date | None = None
    line_of_business: LineOfBusiness | None = None


class ClientAssigned(Event, service="clients", version=1):
    """The client has a new owner, or none (back in the pool)."""

    client_id: ClientId
    person_id: PersonId
    owner_id: UserId | None
    team_id: TeamId | None
    previous_owner_id: UserId | None = None
