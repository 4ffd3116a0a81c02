"""That a person of the agency is away for a while: what may happen to it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_contracts import Event
from gardenos_contracts.values import UserId
from gardenos_contracts.work import AbsenceCancelled, AbsencePlanned

_LONGEST = timedelta(days=2 * 366)
"""Since it began, and until it ends: what is further off is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence as its events made it."""

    absence_id: UUID
    user_id: UserId
    ends_at: datetime
    cancelled: bool = False

    def cancel(self, now: datetime) -> Iterator[Event]:
        """They are not away after all, or are back. Raises Conflict for what is over."""
        if self.cancelled:
            return
        if self.ends_at <= now:
            raise Conflict("this absence is over; it stays as it was")
        yield AbsenceCancelled(absence_id=self.absence_id, user_id=self.user_id)


def evolve(absence: Absence | None, event: Event) -> Absence | None:
    """The absence after an event."""
    match event:
        case AbsencePlanned():
            return Absence(event.absence_id, event.user_id, event.ends_at)
        case AbsenceCancelled() if absence:
            return replace(absence, cancelled=True)
    return absence


def plan(
    absence_id: UUID,
    user_id: UserId,
    *,
    starts_at: datetime,
    ends_at: datetime,
    covered_by: UserId | None,
    note: str | None,
    now: datetime,
) -> Iterator[Event]:
    """Somebody is to be away, or is already.

    Raises Invalid for what ends before it begins, is over, or is covered by themselves.
    """
    if ends_at <= starts_at:
        raise Invalid("an absence ends after it begins", pointer="/ends_at")
    if ends_at <= now:
        raise Invalid("this absence is over already; plan one that is not", pointer="/ends_at")
    if starts_at < now - _LONGEST:
        raise Invalid("an absence begins no longer than two years ago", pointer="/starts_at")
    if ends_at > now + _LONGEST:
        raise Invalid(
            "an absence ends within two years; somebody who is gone for good is deactivated", pointer="/ends_at"
        )
    if covered_by == user_id:
        raise Invalid("nobody covers for themselves; choose a colleague, or nobody", pointer="/covered_by")
    yield AbsencePlanned(
        absence_id=absence_id, user_id=user_id, starts_at=starts_at, ends_at=ends_at, covered_by=covered_by, note=note
    )
