"""Identifiers: time-ordered for new things, derived for reactions that must not happen twice."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

import uuid6

_DERIVED = UUID("6f1f3a52-6a0c-5d5e-9d0b-9f7f0a4c1e11")


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unique, and later ones sort after earlier ones."""
    return UUID(int=uuid6.uuid7().int)


def made_at(id: UUID) -> datetime | None:
    """When an id was made by `new_id`, to the millisecond; None for any other id, which does not tell."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC) if id.version == 7 else None


def derived_id(*parts: object) -> UUID:
    """A UUIDv5 of the parts: the same parts give the same id, so that a repeated reaction finds its first result."""
    return uuid5(_DERIVED, "\x1f".join(str(part) for part in parts))
