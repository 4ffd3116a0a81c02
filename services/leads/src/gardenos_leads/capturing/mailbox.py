"""The addresses of sources that take mail: `lead-…@` the domain at which mail is taken in.

Servers on the way may write them in capitals, and the part before the `@` has at most 64 characters: so it is in base32, which
has no case, and names the agency alone, with 128 random bits behind it by which its source is found.
"""

import hashlib
import secrets
from base64 import b32decode, b32encode
from binascii import Error as NoBase32
from dataclasses import dataclass, field
from uuid import UUID

from gardenos_chassis.errors import NotFound

PREFIX = "lead-"

_ID, _SECRET = 16, 16


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What stands before the `@`."""

    agency_id: UUID
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls, agency_id: UUID) -> "Mailbox":
        """An address nobody has seen."""
        return cls(agency_id, secrets.token_bytes(_SECRET))

    @classmethod
    def parse(cls, text: str) -> "Mailbox":
        """Raises NotFound for anything that `str(mailbox)` would not give, in whatever case."""
        written = text.lower()
        code = written.removeprefix(PREFIX).encode("ascii", errors="replace")
        try:
            raw = b32decode(code + b"=" * (-len(code) % 8), casefold=True)
        except (NoBase32, ValueError) as none:
            raise no_such_mailbox() from none
        if len(raw) != _ID + _SECRET:
            raise no_such_mailbox()
        found = cls(UUID(bytes=raw[:_ID]), raw[_ID:])
        if str(found) != written:
            raise no_such_mailbox()
        return found

    @property
    def hash(self) -> str:
        """What is kept of the secret: nobody guesses 128 random bits, so a plain SHA-256."""
        return hashlib.sha256(self.secret).hexdigest()

    def at(self, domain: str) -> str | None:
        """The whole address; None where no mail is taken in."""
        return f"{self}@{domain}" if domain else None

    def __str__(self) -> str:
        return PREFIX + b32encode(self.agency_id.bytes + self.secret).decode().rstrip("=").lower()


def no_such_mailbox() -> NotFound:
    """In the same words whatever is wrong with it."""
    return NotFound("there is no such mailbox; look whether the address is whole")
