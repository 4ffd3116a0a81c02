"""What people and forms write as fields of a mail: `Key: value` lines, and tables of two columns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gardenos_chassis.mail.html_text import Tag, one_line, pieces

MOST_PAIRS = 500
_MOST_LINES = 5_000
_LONGEST_LINE = 2_000
_LONGEST_VALUE = 10_000
_LONGEST_KEY = 60
_MOST_WORDS = 8
_MOST_VALUE_LINES = 20
_DEEPEST = 50

_ENDS_KEY = re.compile(r"[:=\t|]")
_AROUND_KEY = " \t*_>•·-#|"
_LINKS = re.compile(r"[<\[](?:mailto|tel|https?):[^>\]]*[>\]]", re.IGNORECASE)
"""What a mail program adds behind an address that it made clickable."""


def key_of(text: str) -> str | None:
    """What a field is called, as a mapping may name it; None for what is no name of one."""
    key = one_line(re.sub(r"[.\[\]@]", " ", text.strip(_AROUND_KEY + ":").rstrip("*?. :")))
    is_one = 0 < len(key) <= _LONGEST_KEY and len(key.split()) <= _MOST_WORDS and any(map(str.isalpha, key))
    return key if is_one else None


def value_of(text: str) -> str:
    """What is said of it."""
    return _LINKS.sub("", text).strip(" \t*\u00a0")[:_LONGEST_VALUE]


def pairs_of_lines(text: str) -> Iterator[tuple[str, str]]:
    """`Key: value`; where nothing stands behind the key, what the next lines say until there is another or an empty one."""
    asked: str | None = None
    said: list[str] = []
    for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        pair = _pair(line[:_LONGEST_LINE])
        if asked is not None and pair is None and line.strip() and len(said) < _MOST_VALUE_LINES:
            said.append(value_of(line[:_LONGEST_LINE]))
            continue
        if asked is not None and (said or pair is not None):
            yield asked, "\n".join(said)
            asked, said = None, []
        if pair is not None and pair[1]:
            yield pair
        elif pair is not None:
            asked = pair[0]
    if asked is not None:
        yield asked, "\n".join(said)


def _pair(line: str) -> tuple[str, str] | None:
    mark = _ENDS_KEY.search(line)
    # `https://…` is an address.
    if mark is None or mark.start() > _LONGEST_KEY + 20 or line.startswith("//", mark.end()):
        return None
    key = key_of(line[: mark.start()])
    return (key, value_of(line[mark.end() :])) if key else None


@dataclass(slots=True)
class _Table:
    cells: list[list[str]] = field(default_factory=list)
    """Of the row that is read."""
    holds_another: bool = False
    label: str | None = None
    """The row before had this alone in it."""


def pairs_of_tables(html: str) -> Iterator[tuple[str, str]]:
    """Rows of two cells; and a label in a row of its own, with what is said of it in the next, where that is set in."""
    tables: list[_Table] = []
    for piece in pieces(html):
        if isinstance(piece, str):
            if tables and tables[-1].cells:
                tables[-1].cells[-1].append(piece)
        elif piece.name in ("table", "tr"):
            if tables and (piece.name == "tr" or piece.closes):
                yield from _row(tables[-1])
            if piece.name == "table":
                _open_or_close(tables, piece)
        elif tables and piece.name in ("td", "th") and not piece.closes:
            tables[-1].cells.append([])
        elif tables and piece.name in ("br", "p", "div") and tables[-1].cells:
            tables[-1].cells[-1].append("\n" if piece.name == "br" else " ")
    for table in tables:
        yield from _row(table)


def _open_or_close(tables: list[_Table], tag: Tag) -> None:
    if tag.closes and tables:
        tables.pop()
    elif not tag.closes and len(tables) < _DEEPEST:
        if tables:
            tables[-1].holds_another = True
        tables.append(_Table())


def _row(table: _Table) -> Iterator[tuple[str, str]]:
    cells = ["\n".join(filter(None, map(one_line, "".join(cell).split("\n")))) for cell in table.cells]
    laid_out, table.cells, table.holds_another = table.holds_another, [], False
    if laid_out or not cells:
        # What is in the tables within was read already.
        return
    label, table.label = table.label, None
    said = [cell for cell in cells if cell and cell != ":"]
    if len(said) == 1:
        if cells[0]:
            table.label = key_of(said[0])
        elif label is not None:
            yield label, value_of(said[0])
    elif len(said) == 2 or (len(said) % 2 == 0 and all(each.endswith(":") for each in said[::2])):
        for key, value in zip(said[::2], said[1::2], strict=True):
            if (known := key_of(key)) is not None:
                yield known, value_of(value)
