"""What people type to find somebody."""

import pytest
from gardenos_chassis.http.search import patterns
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("Delgado", ["%delgado%"]),
        ("maria  DEL", ["%maria%", "%del%"]),
        ("(512) 555-0142", ["%5125550142%"]),
        ("+1 512.555.0142", ["%15125550142%"]),
        ("(512)", ["%512%"]),
        ("0142", ["%0142%"]),
        ("maria 555-0142", ["%maria%", "%5550142%"]),
        ("maria@x.example", ["%maria@x.example%"]),
        ("o'neil-smith", ["%o'neil-smith%"]),
        ("-", ["%-%"]),
        ("50%_\\", [r"%50\%\_\\%"]),
        ("a\0b", ["%a%", "%b%"]),
        ("   ", []),
        ("", []),
    ],
)
def test_patterns(q: str, found: list[str]) -> None:
    assert patterns(q) == found


@given(st.text(max_size=200))
def test_no_text_makes_a_pattern_of_its_own(q: str) -> None:
    found = patterns(q)
    assert len(found) <= 8
    assert "\0" not in "".join(found)
