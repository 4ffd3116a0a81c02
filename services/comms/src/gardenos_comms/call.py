"""A telephone call: one fact, logged once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from gardenos_chassis.errors import Invalid
from gardenos_chassis.ids import derived_id
from gardenos_contracts import Event
from gardenos_contracts.comms import CallLogged

_CLOCKS_DIFFER = timedelta(minutes=5)
_LONGEST = timedelta(hours=24)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def log(call: CallLogged, now: datetime | None = None) -> Iterator[Event]:
    """Raises Invalid for a call that has not begun yet, is older than anybody, or lasts longer than a day."""
    errors = []
    if call.started_at > (now or datetime.now(UTC)) + _CLOCKS_DIFFER:
        errors.append(("/started_at", "a call that has not begun cannot be logged; schedule a task for it instead"))
    if call.started_at < _EARLIEST:
        errors.append(("/started_at", "this is before 1900; check the year"))
    if call.duration_seconds > _LONGEST.total_seconds():
        errors.append(("/duration_seconds", "a call lasts at most a day; the duration is in seconds"))
    if errors:
        raise Invalid.many(errors)
    yield call


def phone_thread(person_id: UUID) -> UUID:
    """The thread that holds all calls with a person."""
    return derived_id("phone", person_id)
