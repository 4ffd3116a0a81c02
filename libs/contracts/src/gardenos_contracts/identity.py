"""What the identity service publishes."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from gardenos_contracts.event import Event
from gardenos_contracts.personal import Personal
from gardenos_contracts.values import AgencyId, Role, TeamId, UserId

_OfUser: TypeAlias = Annotated[str, Personal(forgotten="")]
"""Of one of the agency's own people: they are forgotten with their agency."""


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

    whose: ClassVar[tuple[str, ...]] = ("user_id",)
    introduces_person: ClassVar[bool] = True

    user_id: UserId
    email: _OfUser
    name: _OfUser
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


class UserInvited(Event, service="identity", version=1):
    """A person was asked to join the agency, by a link that is good once and for a while."""

    whose: ClassVar[tuple[str, ...]] = ("invitation_id",)
    introduces_person: ClassVar[bool] = True

    invitation_id: UUID
    email: _OfUser
    role: Role
    team_ids: tuple[TeamId, ...]
    invited_by: UserId
    expires_at: datetime


class InvitationRenewed(Event, service="identity", version=1):
    """The invitation was sent once more, with a new link; the old one is worth nothing."""

    invitation_id: UUID
    expires_at: datetime


class InvitationWithdrawn(Event, service="identity", version=1):
    """The invitation's link is worth nothing any more."""

    invitation_id: UUID


class InvitationTeamsChanged(Event, service="identity", version=1):
    """Whoever joins by the invitation comes into these teams, and into no other."""

    invitation_id: UUID
    team_ids: tuple[TeamId, ...]


class InvitationAccepted(Event, service="identity", version=1):
    """The person whom the invitation was for has joined."""

    invitation_id: UUID
    user_id: UserId


class RoleChanged(Event, service="identity", version=1):
    """A person's role in the agency is another from now on."""

    user_id: UserId
    role: Role


class UserMovedTeams(Event, service="identity", version=1):
    """A person is in these teams from now on, and in no other."""

    user_id: UserId
    team_ids: tuple[TeamId, ...]


class UserDeactivated(Event, service="identity", version=1):
    """A person may no longer sign in; what they did stays theirs."""

    user_id: UserId


class UserReactivated(Event, service="identity", version=1):
    """A person who could not may sign in again, with the role and teams they had."""

    user_id: UserId


class WorkHandedOver(Event, service="identity", version=1):
    """What a person had open, leads and clients, goes to somebody else, or back to the pools it came from."""

    user_id: UserId
    """Whose it was."""
    to_id: UserId | None
    """Whose it is to be; none: nobody's, in the pool of the team that each lead or client is with."""
    team_id: TeamId | None
    """In whose pool comes to be what is with no team; none: the agency's."""


class ProfileChanged(Event, service="identity", version=1):
    """What a person says of themselves: all of it, as it is now."""

    whose: ClassVar[tuple[str, ...]] = ("user_id",)

    user_id: UserId
    name: _OfUser
    time_zone: str | None
    """IANA name; none: the agency's."""
    locale: str | None
    """BCP 47, e.g. `en-US`; none: the browser's."""


class TeamRenamed(Event, service="identity", version=1):
    """A team has another name."""

    team_id: TeamId
    name: str


class TeamMovedToBranch(Event, service="identity", version=1):
    """A team belongs to this branch of the agency from now on; to none, if there is none."""

    team_id: TeamId
    branch_id: UUID | None


class TeamLeadsNamed(Event, service="identity", version=1):
    """These of a team's people lead it from now on, and no others."""

    team_id: TeamId
    lead_ids: tuple[UserId, ...]


class TeamDissolved(Event, service="identity", version=1):
    """A team is no more; nobody is in it."""

    team_id: TeamId
    pool_to_id: TeamId | None
    """With which team the open leads and the clients are from now on that were with it; none: with none, in the agency's pool."""


class BranchOpened(Event, service="identity", version=1):
    """The agency has another branch, to which teams may belong."""

    branch_id: UUID
    name: str


class BranchRenamed(Event, service="identity", version=1):
    """A branch has another name."""

    branch_id: UUID
    name: str


class BranchClosed(Event, service="identity", version=1):
    """A branch is no more; no team belonged to it."""

    branch_id: UUID


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class OpenHours(BaseModel):
    """A stretch of a day in which an agency is open: `09:00` to `17:00`, in its time zone; a day may end at `24:00`."""

    model_config = ConfigDict(frozen=True)

    opens: str
    closes: str


class QuietHours(BaseModel):
    """When nobody is called or texted: `21:00` to `08:00`, over midnight, where the person is."""

    model_config = ConfigDict(frozen=True)

    begins: str
    ends: str


class Accent(StrEnum):
    """The colour by which an agency is known; each can be read on light and dark ground."""

    GARDEN = "garden"
    OCEAN = "ocean"
    INDIGO = "indigo"
    PLUM = "plum"
    BRICK = "brick"
    SLATE = "slate"


class Retention(BaseModel):
    """After how many months what is kept of people may be forgotten; none: it is kept."""

    model_config = ConfigDict(frozen=True)

    closed_leads_months: int | None = None
    """Since a lead was closed as lost."""
    conversations_months: int | None = None
    """Of calls, messages and recordings: since they were."""


class AgencySettingsChanged(Event, service="identity", version=1):
    """What an agency has settled for itself: all of it, as it is now."""

    agency_id: AgencyId
    name: str
    time_zone: str
    """IANA name."""
    currency: str
    """ISO 4217."""
    business_hours: Mapping[Weekday, tuple[OpenHours, ...]]
    """Of every day, in order; a day without any is closed."""
    quiet_hours: QuietHours | None
    display_name: str | None
    """As clients know the agency; none: by its name."""
    accent: Accent
    retention: Retention


class AgencySuspended(Event, service="identity", version=1):
    """Whoever operates the platform suspended an agency: nobody works in it and nothing goes out for it; nothing is lost."""

    agency_id: AgencyId
    reason: str
    """As the agency's people read it."""
    turn_to: str | None
    """Whom they turn to about it."""


class AgencyResumed(Event, service="identity", version=1):
    """An agency that was suspended is at work again."""

    agency_id: AgencyId


class AgencyClosed(Event, service="identity", version=1):
    """An owner closed their agency: nobody but its owners works in it any more, and on a day all that is kept of it is erased."""

    agency_id: AgencyId
    erase_at: datetime
    """Unless it is reopened before."""
    reason: str | None


class AgencyReopened(Event, service="identity", version=1):
    """An agency that was closed is at work again, and nothing of it is erased."""

    agency_id: AgencyId


class AgencyErased(Event, service="identity", version=1):
    """All that can be read of an agency is erased, everywhere: whoever keeps anything of it erases that too.

    Nothing follows in its history.
    """

    agency_id: AgencyId

    def forgets(self) -> tuple[UUID, ...]:
        """All of the agency's people, by the agency's own id."""
        return (self.agency_id,)


class AgencyLogoChanged(Event, service="identity", version=1):
    """An agency has another logo, or none; the picture itself is identity's to show."""

    agency_id: AgencyId
    logo: str | None
    """SHA-256 of the picture, in hexadecimal."""


class ApiKeyMade(Event, service="identity", version=1):
    """A person made an API key: a program that shows it acts on their behalf, and may what its scopes name of what they may."""

    key_id: UUID
    name: str
    scopes: tuple[str, ...]
    """Names of permissions: `records:read`."""
    made_by: UserId
    expires_at: datetime | None
    """None: it does not."""


class ApiKeyRevoked(Event, service="identity", version=1):
    """An API key is good for nothing from now on."""

    key_id: UUID


class SingleSignOnChanged(Event, service="identity", version=1):
    """How the agency's people sign in by its OpenID provider was settled anew."""

    issuer: str
    """The provider's address."""
    domains: tuple[str, ...]
    """Of the addresses that are taken."""
    required: bool
    """Whether passwords are refused, except of owners."""
    joins_as: Role | None = None
    """What people become for whom the provider vouches and whom nobody invited; None: they are refused."""


class SingleSignOnRemoved(Event, service="identity", version=1):
    """Everybody in the agency signs in by password again."""


class SingleSignOnLinked(Event, service="identity", version=1):
    """An account at the agency's provider is this person's from now on."""

    user_id: UserId
    issuer: str
    """The provider's address."""
