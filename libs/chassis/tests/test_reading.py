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


_USUAL = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@given(st.one_of(
    st.builds(lambda on: f"{on.month}/{on.day}/{on.year}", _USUAL),
    st.builds(lambda on: f"{on.month:02}/{on.day:02}/{on.year}", _USUAL),
    st.dates(date(1000, 1, 1)).map(date.isoformat),
    st.from_regex(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True),
))  # fmt: skip
def test_a_usual_date_is_read_as_any_is(written: str) -> None:
    try:
        expected: date | None = reading._any_day(written)
    except ValueError:
        expected = None
    assert reading._usual_day(written) in (expected, None)


@given(
    st.from_regex(r"[A-Za-z0-9._+-]{1,66}", fullmatch=True),
    st.sampled_from(
        ["Example.com", "bücher.example", "a-b.test", "example", "example..com", "-a.com", "x." * 130 + "com", ""]
    ),
)
def test_a_usual_address_is_read_as_any_is(local: str, domain: str) -> None:
    written = f"{local}@{domain}"
    try:
        expected: str | None = str(reading._checked(written.strip("<>;, ")).normalized).lower()
    except ValueError:
        expected = None
    try:
        found = reading.email(written)
    except ValueError:
        found = None
    assert found == expected
