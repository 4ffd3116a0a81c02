"""The shapes of answers about keys."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from gardenos_chassis.http.shapes import Shape


class ApiKey(Shape):
    """A key by which a program acts on its maker's behalf."""

    id: UUID
    name: str
    scopes: list[str]
    """Names of permissions, as `/users/roles` tells them: `records:read`. What the maker may not, the key may not either."""
    made_by: UUID
    made_at: datetime
    expires_at: datetime | None
    """Null: it does not."""
    used_at: datetime | None
    """When an access token was last given for it, to within a minute; null: never."""
    state: Literal["active", "expired", "suspended", "revoked"]
    """`suspended`: its maker may not sign in."""
    version: int


class MadeApiKey(ApiKey):
    """A key that was made just now."""

    key: str
    """The key itself. It is shown this once: only a hash of it is kept."""


class AccessToken(Shape):
    """What a key is exchanged for (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    """Seconds."""
    scope: str
    """Names of permissions with spaces between them."""
