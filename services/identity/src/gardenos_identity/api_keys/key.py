"""An API key: what it may be given, and by whom."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gardenos_chassis.auth.permissions import PERMISSIONS
from gardenos_chassis.errors import Forbidden, Invalid
from gardenos_contracts import Event
from gardenos_contracts.identity import ApiKeyMade, ApiKeyRevoked
from gardenos_contracts.values import Role, UserId

DAYS = 90
LONGEST_DAYS = 365

SCOPES = {permission.name: permission for permission in PERMISSIONS if permission.for_keys}
"""What a key may be given: those permissions that are not people's alone."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as its events made it."""

    id: UserId
    made_by: UserId
    revoked: bool = False

    def revoke(self) -> Iterator[Event]:
        """It is good for nothing any more; revoked twice is revoked."""
        if not self.revoked:
            yield ApiKeyRevoked(key_id=self.id)


def make(
    key_id: UserId, *, name: str, scopes: Collection[str], by: UserId, role: Role, days: int | None, now: datetime
) -> Iterator[Event]:
    """A key that is good for so many days; None: until it is revoked.

    Raises Invalid for what is no scope and for more than a year, Forbidden for what its maker may not do themselves.
    """
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise Invalid(f"no key may be given {', '.join(unknown)}; there are {', '.join(SCOPES)}", pointer="/scopes")
    if wider := sorted(scope for scope in set(scopes) if not SCOPES[scope].allows(role)):
        raise Forbidden(f"a key may no more than its maker, and you may not: {', '.join(wider)}")
    if days is None and role is not Role.OWNER:
        raise Forbidden(f"only an owner makes a key that does not expire; choose up to {LONGEST_DAYS} days")
    if days is not None and days > LONGEST_DAYS:
        raise Invalid(f"a key is good for {LONGEST_DAYS} days at most", pointer="/expires_in_days")
    yield ApiKeyMade(
        key_id=key_id,
        name=name,
        scopes=tuple(scope for scope in SCOPES if scope in scopes),
        made_by=by,
        expires_at=None if days is None else now + timedelta(days=days),
    )


def evolve(key: Key | None, event: Event) -> Key | None:
    """The key after an event."""
    match event:
        case ApiKeyMade():
            return Key(event.key_id, event.made_by)
        case ApiKeyRevoked() if key:
            return replace(key, revoked=True)
    return key
