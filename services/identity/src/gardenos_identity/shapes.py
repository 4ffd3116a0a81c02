"""The shapes of this service's answers."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from gardenos_chassis.auth.permissions import Scope
from gardenos_chassis.http.shapes import Shape
from gardenos_contracts.identity import Accent, OpenHours, QuietHours, Retention, Weekday
from gardenos_contracts.values import Role


class Agency(Shape):
    """An agency."""

    id: UUID
    name: str
    time_zone: str
    """IANA name."""
    currency: str
    """ISO 4217."""
    business_hours: dict[Weekday, list[OpenHours]]
    """Of every day, in its time zone; a day without any is closed."""
    quiet_hours: QuietHours | None
    """When nobody is called or texted, where they are; may go over midnight."""
    display_name: str | None
    """As clients know it; null: by its name."""
    accent: Accent
    logo: str | None
    """SHA-256 of its picture, which `/agencies/{agency_id}/logo` shows; null: it has none."""
    retention: Retention
    version: int
    """As in the `ETag`."""


class Registration(Shape):
    """Whether a new agency may be registered by whoever comes."""

    open: bool


class RegisteredAgency(Agency):
    """A new agency, and who is its owner."""

    owner_id: UUID


class User(Shape):
    """A person of the agency."""

    id: UUID
    name: str
    email: str
    role: Role
    team_ids: list[UUID]
    active: bool
    """Whether they may sign in."""
    time_zone: str | None
    """IANA name; null: the agency's."""
    locale: str | None
    """BCP 47; null: the browser's."""
    version: int
    """As in the `ETag`."""


class Permission(Shape):
    """What may be done to what, and by each role in which scope."""

    name: str
    """As API keys have it among their scopes: `records:read`."""
    resource: str
    act: str
    words: str
    """As people read it."""
    scopes: dict[Role, Scope]
    """`agency`, `teams`, `own` or `nothing`, for every role."""
    service: Scope
    """In which scope an API key may at most, whoever made it; `nothing`: it is for people alone."""


class Roles(Shape):
    """The roles there are, the highest first, and who may what."""

    roles: list[Role]
    permissions: list[Permission]


class Team(Shape):
    """A team of the agency."""

    id: UUID
    name: str
    branch_id: UUID | None
    lead_ids: list[UUID]
    """Those of its people who lead it."""
    version: int


class Branch(Shape):
    """A branch of the agency, to which teams belong."""

    id: UUID
    name: str
    version: int


class Invitation(Shape):
    """An invitation to join the agency."""

    id: UUID
    email: str
    role: Role
    team_ids: list[UUID]
    invited_by: UUID
    invited_at: datetime
    expires_at: datetime
    state: Literal["open", "expired", "accepted", "withdrawn"]
    version: int


class SentInvitation(Invitation):
    """An invitation that was sent just now."""

    link: str | None
    """Where one joins, to be handed on: only where no mail is set. It is shown this once."""


class Invited(Shape):
    """What the bearer of an invitation's link is told of it."""

    agency: str
    email: str
    role: Role
    expires_at: datetime


class ConfirmedSession(Shape):
    """A session whose person has proved anew that it is they: another access token, and the same to go on with."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    """Seconds until the access token expires."""


class Session(Shape):
    """What signing in gives: a token to show with every request, and one to go on with."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    """Seconds until the access token expires."""
    refresh_token: str
    """Good for one use, which gives the next."""
    user: User
    agency: Agency


class Challenge(Shape):
    """The password is right, and a code is asked for: to be shown with it, before it expires."""

    challenge: str
    expires_in: int
    """Seconds."""


class OwnSession(Shape):
    """One of the caller's sessions."""

    id: UUID
    current: bool
    """Whether it is the one that asks."""
    device: str
    """What the browser said of itself, in a few words: `Firefox on Windows`."""
    address: str
    """Where it was last used from: an IP address."""
    started_at: datetime
    used_at: datetime
    """When it last went on; to within the life of an access token."""


class SecondFactor(Shape):
    """Whether signing in asks for a second factor."""

    since: datetime | None
    """When it was confirmed; null: there is none."""
    recovery_codes_left: int


class Enrolment(Shape):
    """What an authenticator app needs to know: typed in, or read from a QR code of the address."""

    secret: str
    """Base32."""
    address: str
    """`otpauth://…`."""


class RecoveryCodes(Shape):
    """Codes for when the app is lost, each good once. They are never shown again."""

    recovery_codes: list[str]


class Me(Shape):
    """Who is signed in."""

    user: User
    agency: Agency


class OwnAgency(Shape):
    """An agency that a person's login opens, and what they are there."""

    id: UUID
    name: str
    role: Role
    current: bool
    """Whether it is the one that the session which asks is in."""


class Key(Shape):
    """A public key (RFC 8037) that verifies access tokens."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    alg: Literal["EdDSA"]
    use: Literal["sig"]


class KeySet(Shape):
    """The keys that are in use (RFC 7517)."""

    keys: list[Key]
