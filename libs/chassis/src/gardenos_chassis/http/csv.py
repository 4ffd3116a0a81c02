"""CSV (RFC 4180) that a spreadsheet opens as it stands: nothing in it runs as a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

BOM = "\ufeff"
"""Before the first line: without it Excel takes UTF-8 for the machine's own code page."""

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BLANK = "".join(map(chr, (*range(0x21), *range(0x7F, 0xA1)))) + "\u200b\u200c\u200d\u200e\u200f\u2060\u3000\ufeff"


def line(cells: Iterable[object]) -> str:
    """One line with its end. None is an empty cell, a time is ISO 8601."""
    return lines([cells])


def lines(rows: Iterable[Iterable[object]]) -> str:
    """Many lines, each as `line` makes it."""
    out = io.StringIO()
    csv.writer(out).writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def attachment(filename: str) -> dict[str, str]:
    """The header that makes a browser keep an answer as a file of this name: letters, digits, `.`, `_` and `-`."""
    return {"Content-Disposition": f'attachment; filename="{filename}"'}


def inert(text: str) -> str:
    """A spreadsheet runs what begins like a formula, after white space and control characters too: a quote stops it."""
    if text[:1].isalnum():
        return text
    return "'" + text if text.lstrip(_BLANK).startswith(_FORMULA) else text


def _cell(cell: object) -> object:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return inert(cell) if isinstance(cell, str) else cell
