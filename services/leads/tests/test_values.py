"""What people write, as we keep it."""

from datetime import UTC, date, datetime

import pytest
from gardenos_contracts.values import LineOfBusiness
from gardenos_leads import values
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
    assert values.phone(written) == "+15125550142"


@pytest.mark.parametrize("written", ["123", "call me", "555-0142-99999999"])
def test_what_is_no_number_says_so(written: str) -> None:
    with pytest.raises(ValueError, match="telephone"):
        values.phone(written)


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
    assert values.day(written) == found


def test_moments_have_a_zone() -> None:
    assert values.moment("2026-03-14T10:00:00-05:00") == datetime(2026, 3, 14, 15, tzinfo=UTC)
    assert values.moment("03/14/2026 10:00 AM") == datetime(2026, 3, 14, 10, tzinfo=UTC)
    assert values.moment("03/14/2026") == datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "given", "family"),
    [("Delgado, Maria", "Maria", "Delgado"), ("Maria Delgado", "Maria", "Delgado"), ("Cher", "Cher", ""), ("Ana de la Cruz", "Ana de la", "Cruz")],
)  # fmt: skip
def test_names(written: str, given: str, family: str) -> None:
    name = values.person_name(written)
    assert name is not None
    assert (name.given, name.family) == (given, family)


def test_states_codes_and_lines() -> None:
    assert values.state("texas") == values.state("tx") == "TX"
    assert values.postal_code("2134") == "02134"
    assert values.postal_code("78701-1234") == "78701-1234"
    assert values.line_of_business("Personal Auto") == LineOfBusiness.AUTO
    assert values.line_of_business("Homeowners HO-3") == LineOfBusiness.HOME
    assert values.line_of_business("Zeppelin") == LineOfBusiness.OTHER
    with pytest.raises(ValueError, match="state"):
        values.state("Bavaria")


@given(st.text(max_size=60))
def test_nothing_that_people_write_breaks_a_reader(written: str) -> None:
    for read in (
        values.phone,
        values.email,
        values.day,
        values.moment,
        values.state,
        values.postal_code,
        values.person_name,
    ):
        try:
            read(written)
        except ValueError as said:
            assert str(said)
