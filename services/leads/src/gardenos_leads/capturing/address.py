"""The public addresses of sources.

`gls_…` names agency and source, with 192 random bits behind them: who knows it may post, and nobody guesses it. `glf_…` is a
form's and names agency and source alone: it stands in a public page, where a secret is none.
"""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from dataclasses import dataclass, field
from uuid import UUID

from gardenos_chassis.errors import NotFound

POSTS, FORMS = "gls_", "glf_"

_IDS, _SECRET = 32, 24
_LENGTHS = (_IDS, _IDS + _SECRET)


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post, as the text in the URL; of a form `secret` is empty."""

    agency_id: UUID
    source_id: UUID
    secret: bytes = field(default=b"", repr=False)

    @classmethod
    def new(cls, agency_id: UUID, source_id: UUID) -> "Address":
        """An address nobody has seen."""
        return cls(agency_id, source_id, secrets.token_bytes(_SECRET))

    @classmethod
    def parse(cls, text: str, prefix: str) -> "Address":
        """Raises NotFound for anything that `str(address)` would not give."""
        try:
            raw = urlsafe_b64decode(_padded(text.removeprefix(prefix)))
        except (NoBase64, ValueError) as none:
            raise _nothing() from none
        found = cls(UUID(bytes=raw[:16]), UUID(bytes=raw[16:_IDS]), raw[_IDS:]) if len(raw) in _LENGTHS else None
        if found is None or str(found) != text or found.prefix != prefix:
            raise _nothing()
        return found

    @property
    def prefix(self) -> str:
        """Which of the two it is."""
        return POSTS if self.secret else FORMS

    @property
    def hash(self) -> str:
        """What is kept of the secret: nobody guesses 192 random bits, so a plain SHA-256."""
        return hashlib.sha256(self.secret).hexdigest()

    def __str__(self) -> str:
        raw = self.agency_id.bytes + self.source_id.bytes + self.secret
        return self.prefix + urlsafe_b64encode(raw).decode().rstrip("=")


def _padded(text: str) -> bytes:
    return text.encode("ascii", errors="replace") + b"=" * (-len(text) % 4)


def _nothing() -> NotFound:
    return NotFound("there is no such source; look whether the address is whole")
