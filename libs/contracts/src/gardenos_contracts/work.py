"""What the identity service publishes of how people work: licences, languages, hours and absences."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gardenos_contracts.event import Event
from gardenos_contracts.personal import Personal
from gardenos_contracts.values import Hours, LineOfBusiness, Moment, PersonalText, UserId


class Licence(BaseModel):
    """That somebody may sell insurance in a US state."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    """A US state's two letters."""
    lines: tuple[LineOfBusiness, ...] = ()
    """None named: all of them."""
    licence_number: str | None = None
    """As the state's department of insurance has it."""
    expires_on: date | None = None
    """The last day on which it counts; null: it is not known to end."""


class WorkProfileChanged(Event, service="identity", version=1):
    """How somebody works: all of it, as it is now."""

    whose: ClassVar[tuple[str, ...]] = ("user_id",)

    user_id: UserId
    licences: Annotated[tuple[Licence, ...], Personal(forgotten=())]
    """At most one a state."""
    languages: tuple[str, ...]
    """BCP-47 codes; none: it was not said."""
    working_hours: tuple[Hours, ...]
    """None: at any hour."""
    time_zone: str | None
    """By whose clock the hours are, an IANA name; null: the agency's."""


class AbsencePlanned(Event, service="identity", version=1):
    """Somebody is away from one moment to another."""

    whose: ClassVar[tuple[str, ...]] = ("user_id",)

    absence_id: UUID
    user_id: UserId
    starts_at: Moment
    ends_at: Moment
    covered_by: UserId | None
    """Who looks after their work meanwhile."""
    note: PersonalText


class AbsenceCancelled(Event, service="identity", version=1):
    """Somebody is not away after all; of an absence that has begun: they are back."""

    absence_id: UUID
    user_id: UserId


__all__ = ["AbsenceCancelled", "AbsencePlanned", "Licence", "WorkProfileChanged"]
