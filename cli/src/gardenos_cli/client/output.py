"""Answers as a table for people, as JSON, or as CSV for other programs."""

import csv
import io
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="As JSON.")]
AsCsv: TypeAlias = Annotated[bool, typer.Option("--csv", help="As CSV.")]


class Shape(StrEnum):
    """How an answer is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def shape(as_json: bool, as_csv: bool = False) -> Shape:
    """Of the two flags, which exclude one another."""
    if as_json and as_csv:
        raise typer.BadParameter("--json or --csv, not both")
    return Shape.JSON if as_json else Shape.CSV if as_csv else Shape.TABLE


Column = tuple[str, Callable[[dict[str, Any]], object]]
"""A heading, and what stands below it."""


def show(items: Iterable[dict[str, Any]], columns: Sequence[Column], how: Shape) -> None:
    """Many things alike. JSON has all that was answered; table and CSV have the columns."""
    rows = list(items)
    if how is Shape.JSON:
        write_json(rows)
    elif how is Shape.CSV:
        write_csv([heading for heading, _ in columns], [[_text(value(row)) for _, value in columns] for row in rows])
    elif not rows:
        out().print("[dim]nothing found[/]")
    else:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading, _ in columns:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*(escape(_text(value(row))) for _, value in columns))
        out().print(table)


def show_one(item: dict[str, Any], how: Shape, *, leave_out: Sequence[str] = ()) -> None:
    """One thing: a name and a value a line, empty ones left out; or JSON."""
    if how is Shape.JSON:
        write_json(item)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in item.items():
        if name not in leave_out and value not in (None, "", []):
            table.add_row(name, escape(_text(value)))
    out().print(table)


def write_json(value: object) -> None:
    """Indented JSON to standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """CSV to standard output (RFC 4180). What a spreadsheet would run as a formula is defused."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(headings)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    sys.stdout.write(buffer.getvalue())


def out() -> Console:
    """Standard output. Elsewhere than in a terminal, lines are as long as they are."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=10_000)


def duration(seconds: float | None) -> str:
    """Seconds as people say them: 45 s, 12 min, 3.5 h, 12.0 d."""
    if seconds is None:
        return ""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def moment(value: str | None) -> str:
    """A time of an answer, to the minute, UTC."""
    return value[:16].replace("T", " ") if value else ""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return str(value)


def _harmless(cell: str) -> str:
    # Leading blanks and control characters do not stop a spreadsheet; numbers and phone numbers are no formulas.
    bare = cell.lstrip("".join(map(chr, range(33))))
    if bare.startswith(("=", "@")) or (bare.startswith(("+", "-")) and not _is_number(bare)):
        return f"'{cell}"
    return cell


def _is_number(text: str) -> bool:
    return text[1:].replace(".", "", 1).replace(" ", "").isdigit()
