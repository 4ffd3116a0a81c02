"""Days in an agency's time zone, and the moments they begin and end."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gardenos_chassis.errors import Invalid

DEFAULT_DAYS = 90
MOST_YEARS = 5


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day, in UTC.

    A midnight that comes twice is the first of the two; one that the clocks leap over, the moment of the leap.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both within."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def begin(self) -> datetime:
        """The first moment within."""
        return begin_of(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after."""
        return begin_of(self.last + timedelta(days=1), self.zone)

    @property
    def weeks(self) -> list[date]:
        """The Mondays within; before them the first day, for the rest of its week."""
        monday = self.first + timedelta(days=7 - self.first.weekday())
        mondays = range(monday.toordinal(), self.last.toordinal() + 1, 7)
        return [self.first, *map(date.fromordinal, mondays)]


def period_of(first: date | None, last: date | None, zone: ZoneInfo, now: datetime) -> Period:
    """The days that were asked for; by default the last 90, today the last of them. Raises Invalid."""
    last = last or now.astimezone(zone).date()
    first = first or last - timedelta(days=DEFAULT_DAYS - 1)
    if first > last:
        raise Invalid(f"the period ends ({last}) before it begins ({first})", pointer="query:from")
    if last >= _years_after(first, MOST_YEARS):
        raise Invalid(f"a period is at most {MOST_YEARS} years; begin later, or end earlier", pointer="query:from")
    return Period(first, last, zone)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
