"""The shapes of answers about who works how."""

from datetime import date, datetime
from uuid import UUID

from gardenos_chassis.http.shapes import Shape, Withholding
from gardenos_contracts.values import Hours, LineOfBusiness


class Licence(Withholding):
    """That somebody may sell insurance in a state."""

    state: str
    """Two letters."""
    lines: list[LineOfBusiness]
    """None: all of them."""
    licence_number: str | None
    """Shown to themselves, and to whoever keeps it for them."""
    expires_on: date | None
    """The last day on which it counts."""


class WorkProfile(Shape):
    """How somebody works. What nobody said is empty."""

    user_id: UUID
    licences: list[Licence]
    """By state, at most one each."""
    languages: list[str]
    """BCP 47."""
    working_hours: list[Hours]
    """None: at any hour."""
    time_zone: str | None
    """By whose clock the hours are, an IANA name; null: the agency's."""
    version: int
    """As in the `ETag`; 0 where nothing was said."""


class Absence(Withholding):
    """That somebody is away, or will be."""

    id: UUID
    user_id: UUID
    starts_at: datetime
    ends_at: datetime
    covered_by: UUID | None
    """Who looks after their work meanwhile."""
    note: str | None
    """Shown to themselves, and to whoever keeps it for them."""
    cancelled: bool
    version: int
    """As in the `ETag`."""
