from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from gardenos_chassis.errors import Invalid
from gardenos_reporting.period import Period, begin_of, period_of
from hypothesis import given
from hypothesis import strategies as st

NEW_YORK = ZoneInfo("America/New_York")


def period(first: str, last: str, zone: str = "America/New_York") -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last), ZoneInfo(zone))


@pytest.mark.parametrize(
    ("day", "zone", "begin", "hours"),
    [
        ("2026-03-08", "America/New_York", "2026-03-08T05:00Z", 23),  # the clocks leap at 2
        ("2026-11-01", "America/New_York", "2026-11-01T04:00Z", 25),
        ("2026-03-29", "Asia/Beirut", "2026-03-28T22:00Z", 23),  # no midnight: 0:00 is 1:00
        ("2026-11-01", "America/Havana", "2026-11-01T04:00Z", 25),  # 0:00 comes twice
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00Z", 24),  # after a day that never was
        ("2026-07-01", "Asia/Kathmandu", "2026-06-30T18:15Z", 24),
        ("2026-07-01", "UTC", "2026-07-01T00:00Z", 24),
    ],
)
def test_days_begin_and_end_by_the_agency_s_clocks(day: str, zone: str, begin: str, hours: int) -> None:
    found = period(day, day, zone)
    assert found.begin == datetime.fromisoformat(begin)
    assert found.end - found.begin == timedelta(hours=hours)


def test_weeks_begin_on_mondays() -> None:
    assert period("2026-03-04", "2026-03-17").weeks == [date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 16)]
    assert period("2026-03-02", "2026-03-08").weeks == [date(2026, 3, 2)]
    assert period("2026-03-08", "2026-03-09").weeks == [date(2026, 3, 8), date(2026, 3, 9)]


@given(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.integers(0, 1800),
    st.sampled_from(["Asia/Beirut", "America/Sao_Paulo", "UTC"]),
)
def test_weeks_are_the_whole_period_in_order(first: date, length: int, zone: str) -> None:
    found = Period(first, first + timedelta(days=length), ZoneInfo(zone))
    assert found.weeks[0] == first
    assert all(week.weekday() == 0 for week in found.weeks[1:])
    begins = [*(begin_of(week, found.zone) for week in found.weeks), found.end]
    assert begins[0] == found.begin
    assert begins == sorted(set(begins))
    assert all(late - early <= timedelta(days=7, hours=2) for early, late in pairwise(begins))


def test_the_last_90_days_by_default() -> None:
    late_at_night = datetime(2026, 5, 2, 3, 30, tzinfo=UTC)
    found = period_of(None, None, NEW_YORK, late_at_night)
    assert (found.first, found.last) == (date(2026, 2, 1), date(2026, 5, 1))
    assert (found.last - found.first).days == 89
    assert period_of(None, date(2026, 3, 31), NEW_YORK, late_at_night).first == date(2026, 1, 1)
    assert period_of(date(2026, 4, 1), None, NEW_YORK, late_at_night).last == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-03-02", "2026-03-01"),
        ("2021-03-01", "2026-03-01"),
        ("2020-02-29", "2025-03-01"),
        ("1900-01-01", "2200-01-01"),
    ],
)
def test_impossible_periods(first: str, last: str) -> None:
    with pytest.raises(Invalid) as refused:
        period_of(date.fromisoformat(first), date.fromisoformat(last), NEW_YORK, datetime.now(UTC))
    assert refused.value.errors[0].pointer == "query:from"


def test_five_years_are_not_too_long() -> None:
    for first, last in (("2021-03-02", "2026-03-01"), ("2020-02-29", "2025-02-28")):
        period_of(date.fromisoformat(first), date.fromisoformat(last), NEW_YORK, datetime.now(UTC))
