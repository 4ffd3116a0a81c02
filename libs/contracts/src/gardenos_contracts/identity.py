"""What the identity service publishes."""

from gardenos_contracts.event import Event
from gardenos_contracts.values import AgencyId, Role, TeamId, UserId


class AgencyRegistered(Event, service="identity", version=1):
    """An agency began to use GardenOS."""

    agency_id: AgencyId
    name: str
    time_zone: str
    """IANA name, e.g. `America/Chicago`."""
    currency: str
    """ISO 4217."""


class TeamFormed(Event, service="identity", version=1):
    """A team of the agency was formed."""

    team_id: TeamId
    name: str


class UserJoined(Event, service="identity", version=1):
    """A person may now sign in to the agency."""

    user_id: UserId
    email: str
    name: str
    role: Role
    team_ids: tuple[TeamId, ...]
