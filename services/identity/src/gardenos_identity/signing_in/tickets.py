"""Tickets: opaque tokens that name their agency and what they open, and prove themselves by a secret."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from gardenos_chassis.errors import Refusal


@dataclass(frozen=True, slots=True)
class Ticket:
    """`<agency>.<id>.<secret>`. Only its bearer has the secret: a hash of it is kept."""

    agency_id: UUID
    id: UUID
    secret: str

    @classmethod
    def new(cls, agency_id: UUID, id: UUID) -> "Ticket":
        """A ticket with a fresh secret of 256 bits."""
        return cls(agency_id, id, secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str, otherwise: Refusal) -> "Ticket":
        """Raises `otherwise` for anything that `str(ticket)` would not give."""
        try:
            agency, id, secret = text.split(".")
            return cls(UUID(agency), UUID(id), secret)
        except ValueError as broken:
            raise otherwise from broken

    def successor(self, salt: bytes) -> "Ticket":
        """The ticket that follows this one. With the same salt it is the same, for whoever has this one's secret."""
        following = hmac.digest(self.secret.encode(), salt, "sha256")
        return Ticket(self.agency_id, self.id, base64.urlsafe_b64encode(following).decode().rstrip("="))

    def __str__(self) -> str:
        return f"{self.agency_id}.{self.id}.{self.secret}"

    @property
    def hash(self) -> str:
        """What is kept of it: a random secret of 256 bits needs no slow hash."""
        return hashlib.sha256(self.secret.encode()).hexdigest()
