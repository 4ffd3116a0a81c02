"""What people write of insurance and of names, as we keep it."""

import pytest
from gardenos_contracts.values import LineOfBusiness
from gardenos_leads import values
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("written", "given", "family"),
    [("Delgado, Maria", "Maria", "Delgado"), ("Maria Delgado", "Maria", "Delgado"), ("Cher", "Cher", ""), ("Ana de la Cruz", "Ana de la", "Cruz")],
)  # fmt: skip
def test_names(written: str, given: str, family: str) -> None:
    name = values.person_name(written)
    assert name is not None
    assert (name.given, name.family) == (given, family)


def test_lines() -> None:
    assert values.line_of_business("Personal Auto") == LineOfBusiness.AUTO
    assert values.line_of_business("Homeowners HO-3") == LineOfBusiness.HOME
    assert values.line_of_business("Zeppelin") == LineOfBusiness.OTHER


@given(st.text(max_size=300))
def test_nothing_that_people_write_breaks_a_reader(written: str) -> None:
    values.line_of_business(written)
    try:
        values.person_name(written)
    except ValueError as said:
        assert str(said)
