import csv
import io
from datetime import UTC, datetime

import pytest
from gardenos_chassis.http.csv import attachment, inert, line
from hypothesis import example, given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "@SUM(A1)", "+1", "-2+3", "  =1", "\t=1", "\r\n=1", "\0=1", "\x01=1", "\u00a0=1", "\ufeff=1", "\u200b=1",
     "\u3000＝1", "＠SUM(A1)", '=HYPERLINK("https://evil.example")'],
)  # fmt: skip
def test_no_formula_of_a_stranger_runs(formula: str) -> None:
    assert inert(formula) == "'" + formula


@pytest.mark.parametrize("harmless", ["", "Maria", "a=b", "x@mail.example", "O'Neil", "née", " spaced "])
def test_the_harmless_stays_as_it_is(harmless: str) -> None:
    assert inert(harmless) == harmless


def test_cells_of_each_kind() -> None:
    assert line(["a", None, 1.5, -2, datetime(2026, 3, 1, 12, tzinfo=UTC)]) == "a,,1.5,-2,2026-03-01T12:00:00+00:00\r\n"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=5))
@example(["a,b", 'say "hi"', "two\r\nlines", ";", "'"])
@example([""])
def test_what_is_written_is_read_again(cells: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(line(cells), newline=""))
    assert read == [inert(cell) for cell in cells]
    for cell in read:
        assert not cell.strip().startswith(("=", "+", "-", "@"))


def test_a_file_has_its_name() -> None:
    assert attachment("rows.csv") == {"Content-Disposition": 'attachment; filename="rows.csv"'}
