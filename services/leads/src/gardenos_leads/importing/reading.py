"""From a file to records, one at a time: encoding, delimiter, quoted line breaks, the row of headers.

A file of any size takes as much memory as its longest row, and rows have a limit.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from gardenos_chassis.errors import Invalid

from gardenos_leads.importing.columns import field_of_header

_DELIMITERS = ",;\t|"
_PREAMBLE = 10
"""Lines above the headers in which exports put titles and dates."""
_LONGEST = 1_000_000
"""Characters of a line, and of a value."""
MOST_COLUMNS = 500
_SAMPLE = 65_536
_EVIDENCE_ROWS = 200
"""By which columns are guessed."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_NOT_CSV = (
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: open it and save it as .xlsx or CSV"),
    (b"%PDF", "a PDF: export the leads as CSV from the system they are in"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a compressed file: unpack it first"),
    (b"<!doctype html", "a web page: export the leads as CSV from the system they are in"),
    (b"<html", "a web page: export the leads as CSV from the system they are in"),
    (b"<?xml", "XML: export the leads as CSV"),
)

csv.field_size_limit(_LONGEST)


@dataclass(frozen=True, slots=True)
class Record:
    """One data row: `row` counts from 1 below the headers, `line` is its first line in the file."""

    row: int
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a file of rows under headers is read. Headers are unique: a second “Phone” is “Phone (2)”."""

    encoding: str
    delimiter: str
    head: int
    """The place of the row of headers, from 0."""
    headers: tuple[str, ...]
    first: tuple[Record, ...]
    """The first rows, by which columns are guessed."""


def look_at(file: BinaryIO, *, required: Sequence[str] = ()) -> Sheet:
    """How a CSV file is to be read. `required` are headers that the row of headers must have, where somebody mapped them.

    Raises Invalid for what is no CSV file, and says what to do.
    """
    encoding = _encoding_of(file)
    with _Text(file, encoding) as text:
        delimiter = _delimiter_of(text.read(20_000))
    with _Text(file, encoding) as text:
        beginning = list(islice(_rows(text, delimiter), _PREAMBLE + _EVIDENCE_ROWS))
    head = _find_headers(beginning[:_PREAMBLE], required)
    headers = _unique(beginning[head][1])
    if len(headers) > MOST_COLUMNS:
        raise _invalid(f"the file has {len(headers):,} columns; at most {MOST_COLUMNS} are read, so leave some out")
    first = tuple(_numbered(iter(beginning[head + 1 :])))
    if not first:
        raise _invalid("the file has headers and no rows below them")
    return Sheet(encoding, delimiter, head, headers, first)


def records(file: BinaryIO, encoding: str, delimiter: str, head: int) -> Iterator[Record]:
    """The rows below the headers, read as they are asked for. Raises Invalid where the file cannot be read on."""
    with _Text(file, encoding) as text:
        rows = _rows(text, delimiter)
        yield from _numbered(islice(rows, head + 1, None))


class _Text:
    """The file from its beginning as text; it stays open."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        file.seek(0)
        start = file.read(4)
        file.seek(next((len(bom) for bom, of in _BOMS if of == encoding and start.startswith(bom)), 0))
        self._text = io.TextIOWrapper(file, encoding, errors="replace", newline="")

    def __enter__(self) -> io.TextIOWrapper:
        return self._text

    def __exit__(self, *_: object) -> None:
        # Whoever left it half-read may have closed it before this is found out.
        if not self._text.closed:
            self._text.detach()


def _encoding_of(file: BinaryIO) -> str:
    file.seek(0)
    sample = file.read(_SAMPLE)
    start = sample.lstrip()[:64].lower()
    if not start:
        raise _invalid("the file is empty")
    for magic, what in _NOT_CSV:
        if start.startswith(magic.lower()):
            raise _invalid(f"this is no CSV file but {what}")
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    sample = sample[:4096]
    if sample.count(0) > len(sample) // 4:
        # Latin text in UTF-16 has a zero in every second byte: at odd places if the low byte comes first.
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    controls = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c" for byte in sample)
    if controls > len(sample) // 50:
        raise _invalid("this is no CSV file: it holds binary data. Export the leads as CSV")
    return "utf-8" if _is_utf8(file) else "windows-1252"


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(1_000_000):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_of(text: str) -> str:
    """The one that gives the most fields in the same number on most of the first rows."""

    def evidence(delimiter: str) -> int:
        reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
        widths = Counter(len(cells) for cells in islice(reader, 30))
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1] * item[0]), default=(1, 0))
        return (width - 1) * rows

    return max(_DELIMITERS, key=evidence)


def _rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins."""
    reader = csv.reader(_lines(text), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _invalid(
            f"the file cannot be read as CSV from line {line:,} on ({error}); is a quotation mark missing its end?"
        ) from error


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(_LONGEST + 1):
        number += 1
        if len(line) > _LONGEST:
            raise _invalid(f"line {number:,} is longer than {_LONGEST:,} characters: is this a file of rows?")
        # PostgreSQL keeps none.
        yield line.replace("\0", "")


def _numbered(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Record]:
    for row, (line, cells) in enumerate(rows, 1):
        yield Record(row, line, tuple(cells))


def _find_headers(rows: Sequence[tuple[int, list[str]]], required: Sequence[str]) -> int:
    def known(cells: Sequence[str]) -> int:
        if required:
            return len(set(required) & set(_unique(cells)))
        return sum(field_of_header(cell) is not None for cell in cells)

    best = max(range(len(rows)), key=lambda place: (known(rows[place][1]), -place), default=None)
    if best is None:
        raise _invalid("the file is empty")
    if known(rows[best][1]) == 0 and not required:
        # Nothing in it says anything to us: whoever maps its columns knows. Titles stand above, alone in their line.
        widest = max(len(cells) for _, cells in rows)
        best = next(place for place, (_, cells) in enumerate(rows) if len(cells) == widest)
    elif known(rows[best][1]) < len(required):
        raise _invalid(
            f"no row of headers with the mapped columns {', '.join(required)} was found; check the first line"
        )
    return best


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    headers: dict[str, None] = {}
    for place, cell in enumerate(cells, 1):
        header = " ".join(cell.split())[:200] or f"Column {place}"
        count, name = 1, header
        while name in headers:
            count += 1
            name = f"{header} ({count})"
        headers[name] = None
    return tuple(headers)


def _invalid(detail: str) -> Invalid:
    return Invalid(detail, pointer="/file")
