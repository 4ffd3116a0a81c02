"""The shapes of what operators are answered."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from gardenos_chassis.http.shapes import Shape


class AgencyState(StrEnum):
    """Where an agency stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSING = "closing"
    CLOSED = "closed"


class OperatorShown(Shape):
    """Somebody who operates the platform."""

    id: UUID
    email: str


class OperatorSession(Shape):
    """A session of an operator that has begun."""

    token: str
    """For operators' own operations, and worth nothing at any other."""
    ends_at: datetime
    """At the latest; without use it ends earlier."""
    operator: OperatorShown


class OperatedAgency(Shape):
    """An agency as operators see it: nothing of anybody in it, and nothing of its work."""

    id: UUID
    name: str
    registered_at: datetime
    people: int
    """How many may sign in."""
    state: AgencyState
    suspended_at: datetime | None
    reason: str | None
    """Why it is suspended, as its people read it."""
    turn_to: str | None
    """Whom they turn to about it."""
