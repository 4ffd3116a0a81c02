"""Each trap of `docs/traps.md` has a test that would catch it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`([\w/.-]+\.py)::(\w+)`")


def rows() -> list[str]:
    """The rows of its tables, without their heads."""
    lines = (ROOT / "docs" / "traps.md").read_text().splitlines()
    return [line for line in lines if line.startswith("| ") and not line.startswith(("| trap |", "| --- |"))]


def is_there(path: str, name: str) -> bool:
    """Whether a file has this test, as pytest would collect it by path and name."""
    file = ROOT / path
    found = ast.parse(file.read_text()).body if file.is_file() else []
    return any(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name for each in found)


def test_each_trap_names_a_test_and_each_test_is_there() -> None:
    named = {row: NAMED.findall(row) for row in rows()}
    assert len(named) > 50
    assert [row for row, tests in named.items() if not tests] == []
    assert [test for tests in named.values() for test in tests if not is_there(*test)] == []


def test_one_that_is_not_there_is_missed() -> None:
    assert is_there("cli/tests/test_traps.py", "test_one_that_is_not_there_is_missed")
    assert not is_there("cli/tests/test_traps.py", "rows_of_another_name")
    assert not is_there("cli/tests/test_no_such_file.py", "test_one_that_is_not_there_is_missed")
