"""What people write, as it is kept."""

from datetime import UTC, date, datetime

import pytest
from gardenos_chassis import reading
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "written",
    [
        "(512) 555-0142",
        "512-555-0142",
        "512.555.0142",
        "5125550142",
        "+1 512 555 0142",
        "1-512-555-0142",
        "5125550142.0",
    ],
)
def test_a_us_number_in_any_form_is_one_number(written: str) -> None:
    assert reading.phone(written) == "+15125550142"


@pytest.mark.parametrize("written", ["123", "call me", "555-0142-99999999"])
def test_what_is_no_number_says_so(written: str) -> None:
    with pytest.raises(ValueError, match="telephone"):
        reading.phone(written)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("03/14/2026", date(2026, 3, 14)),
        ("3/4/26", date(2026, 3, 4)),
        ("2026-03-14", date(2026, 3, 14)),
        ("14/03/2026", date(2026, 3, 14)),
        ("14.03.2026", date(2026, 3, 14)),
        ("Mar 14, 2026", date(2026, 3, 14)),
        ("14 March 2026", date(2026, 3, 14)),
        ("46095", date(2026, 3, 14)),
        ("07/04/61", date(1961, 7, 4)),
    ],
)
def test_dates_as_exports_write_them(written: str, found: date) -> None:
    assert reading.day(written) == found


def test_moments_have_a_zone() -> None:
    assert reading.moment("2026-03-14T10:00:00-05:00") == datetime(2026, 3, 14, 15, tzinfo=UTC)
    assert reading.moment("03/14/2026 10:00 AM") == datetime(2026, 3, 14, 10, tzinfo=UTC)
    assert reading.moment("03/14/2026") == datetime(2026, 3, 14, 12, tzinfo=UTC)


def test_states_and_codes() -> None:
    assert reading.state("texas") == reading.state("tx") == "TX"
    assert reading.postal_code("2134") == "02134"
    assert reading.postal_code("78701-1234") == "78701-1234"
    with pytest.raises(ValueError, match="state"):
        reading.state("Bavaria")


@given(st.text(max_size=60))
def test_nothing_that_people_write_breaks_a_reader(written: str) -> None:
    for read in (
        reading.phone,
        reading.email,
        reading.day,
        reading.moment,
        reading.state,
        reading.postal_code,
    ):
        try:
            read(written)
        except ValueError as said:
            assert str(said)
