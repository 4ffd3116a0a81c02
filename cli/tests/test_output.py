import json
from typing import Any

import pytest
from gardenos_cli.client.output import Shape, duration, shape, show, write_csv
from typer import BadParameter

ITEMS: list[dict[str, Any]] = [{"name": "Ann [bold]", "stage": None}, {"name": "Bo", "stage": "new"}]


def test_a_table_shows_what_is_there_and_runs_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show(ITEMS, [("name", lambda item: item["name"]), ("stage", lambda item: item["stage"])], Shape.TABLE)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "stage"]
    assert lines[1].strip() == "Ann [bold]"
    assert lines[2].split() == ["Bo", "new"]


def test_json_has_all_that_was_answered(capsys: pytest.CaptureFixture[str]) -> None:
    show(ITEMS, [("name", lambda item: item["name"])], Shape.JSON)
    assert json.loads(capsys.readouterr().out) == ITEMS


def test_csv_is_quoted_as_programs_expect(capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(["a", "b"], [['say "hi"', "two\nlines"]])
    assert capsys.readouterr().out == 'a,b\r\n"say ""hi""","two\nlines"\r\n'


@pytest.mark.parametrize("formula", ["=1+1", "@SUM(A1)", "  =1", "\t=1", "+cmd|x", "-2+3"])
def test_csv_runs_no_formula_of_a_stranger(capsys: pytest.CaptureFixture[str], formula: str) -> None:
    write_csv(["a"], [[formula]])
    assert "'" in capsys.readouterr().out


@pytest.mark.parametrize("harmless", ["+15125550142", "-12.5", "a=b", "x@mail.example"])
def test_csv_leaves_the_harmless_as_it_is(capsys: pytest.CaptureFixture[str], harmless: str) -> None:
    write_csv(["a"], [[harmless]])
    assert capsys.readouterr().out == f"a\r\n{harmless}\r\n"


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, ""), (45, "45 s"), (90, "1.5 min"), (5400, "1.5 h"), (129_600, "1.5 d")]
)
def test_durations_are_said_as_people_say_them(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_one_shape_at_a_time() -> None:
    assert (shape(False), shape(True), shape(False, True)) == (Shape.TABLE, Shape.JSON, Shape.CSV)
    with pytest.raises(BadParameter):
        shape(True, True)
