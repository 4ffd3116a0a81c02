"""What the identity service publishes."""

from typing import Literal
from uuid import UUID

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


class PasswordChanged(Event, service="identity", version=1):
    """A person has a new password, and every other session of theirs has ended."""

    user_id: UserId
    by: Literal["old password", "mail"]
    """What they proved themselves by."""


class SecondFactorAdded(Event, service="identity", version=1):
    """Signing in asks this person for a code of their authenticator app too."""

    user_id: UserId


class SecondFactorRemoved(Event, service="identity", version=1):
    """Signing in asks this person for the password alone."""

    user_id: UserId


class RefreshTokenReused(Event, service="identity", version=1):
    """A refresh token came that had been used before: it may have been stolen, so its session was ended."""

    user_id: UserId
    session_id: UUID
