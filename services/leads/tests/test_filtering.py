"""The language of filters by itself: days told from today, beginnings of words, slips of the finger."""

from datetime import UTC, date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from gardenos_chassis.auth import Caller
from gardenos_chassis.comparing import beginning
from gardenos_contracts.values import Role
from gardenos_leads.filtering.compiling import At, relative
from gardenos_leads.filtering.grammar import RELATIVE
from gardenos_leads.lists.searching import one_slip_away

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("today", date(2026, 11, 29)),
        ("today-7d", date(2026, 11, 22)),
        ("today+2w", date(2026, 12, 13)),
        ("start_of_week", date(2026, 11, 23)),
        ("start_of_month", date(2026, 11, 1)),
        ("start_of_quarter", date(2026, 10, 1)),
        ("start_of_year", date(2026, 1, 1)),
    ],
)
def test_days_are_told_from_today(told: str, day: date) -> None:
    assert relative(told, TODAY) == day


@pytest.mark.parametrize("told", ["today-", "today-7", "today-7m", "yesterday", "start_of_day", "today-99999d"])
def test_what_tells_no_day(told: str) -> None:
    assert RELATIVE.fullmatch(told) is None


def test_a_day_begins_where_the_agency_is_also_when_the_clock_changes() -> None:
    at = At(
        Caller(uuid4(), uuid4(), Role.OWNER, frozenset()),
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        ZoneInfo("America/Chicago"),
    )
    assert at.today == date(2026, 11, 1)
    assert at.begin(date(2026, 11, 1)) == datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert at.begin(date(2026, 11, 2)) == datetime(2026, 11, 2, 6, tzinfo=UTC)


@pytest.mark.parametrize("word", ["ab", "z", "0142", "ñ", "\ud7ff", "a\U0010fffe"])
def test_what_begins_with_a_word_lies_between_two(word: str) -> None:
    least, less_than = beginning(word)
    assert least <= word < less_than
    assert least <= word + "zz" < less_than
    assert not least <= word[:-1] < less_than
    less_than.encode()


def test_one_slip_away_is_each_word_that_it_may_be_and_no_other() -> None:
    for typed in ("elgado", "ddelgado", "dlegado", "delgads"):
        assert "delgado" in one_slip_away(typed)
    assert "delgado" not in one_slip_away("dalgads")
    assert len(one_slip_away("delgado")) < 600
