"""An operator's token: opaque, and of a form that no agency's token, key or ticket has.

It names a session, which is looked up at every request: so it ends when the session does, everywhere and at once. Other
services know nothing of it, and refuse it as they refuse anything that identity did not sign.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from gardenos_chassis.errors import Unauthorized

_FORM = re.compile(r"gop_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class OperatorToken:
    """`gop_<session>_<secret>`. Only its bearer has the secret: a hash of it is kept."""

    session_id: UUID
    secret: str = field(repr=False)

    @classmethod
    def new(cls, session_id: UUID) -> "OperatorToken":
        """A token with a fresh secret of 256 bits."""
        return cls(session_id, secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> "OperatorToken":
        """Raises Unauthorized for anything that `str(token)` would not give."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise Unauthorized("this is no token of an operator's session; sign in as an operator")
        return cls(UUID(hex=found[1]), found[2])

    @property
    def hash(self) -> str:
        """What is kept of it: a random secret of 256 bits needs no slow hash."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def __str__(self) -> str:
        return f"gop_{self.session_id.hex}_{self.secret}"
