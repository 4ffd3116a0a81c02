"""From bytes to records: encoding, delimiter, quoted line breaks, the row of headers."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gardenos_chassis.errors import Invalid, TooLarge

from gardenos_leads.importing.columns import field_of_header

_DELIMITERS = ",;\t|"
_PREAMBLE = 10
"""Lines above the headers in which exports put titles and dates."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_NOT_CSV = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive: open it and save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: open it and save it as CSV"),
    (b"%PDF", "a PDF: export the leads as CSV from the system they are in"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a compressed file: unpack it first"),
    (b"<!doctype html", "a web page: export the leads as CSV from the system they are in"),
    (b"<html", "a web page: export the leads as CSV from the system they are in"),
    (b"<?xml", "XML: export the leads as CSV"),
)

csv.field_size_limit(1_000_000)


@dataclass(frozen=True, slots=True)
class Record:
    """One data row: `row` counts from 1 below the headers, `line` is its first line in the file."""

    row: int
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of rows under headers. Headers are unique: a second “Phone” is “Phone (2)”."""

    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    records: tuple[Record, ...]


def read_sheet(content: bytes, *, max_rows: int, required: Sequence[str] = ()) -> Sheet:
    """Reads a CSV file. `required` are headers that the row of headers must have, where somebody mapped them.

    Raises Invalid for what is no CSV file, TooLarge for too many rows; each says what to do.
    """
    text, encoding = _decode(content)
    delimiter = _delimiter_of(text)
    rows = _rows(text, delimiter)
    head = _find_headers(rows, required)
    headers = _unique(rows[head][1])
    below = rows[head + 1 :]
    if len(below) > max_rows:
        raise TooLarge(f"the file has {len(below):,} rows; import at most {max_rows:,} at once, so split it")
    if not below:
        raise _invalid("the file has headers and no rows below them")
    records = tuple(Record(number, line, tuple(cells)) for number, (line, cells) in enumerate(below, 1))
    return Sheet(encoding, delimiter, headers, records)


def _decode(content: bytes) -> tuple[str, str]:
    start = content.lstrip()[:64].lower()
    if not start:
        raise _invalid("the file is empty")
    for magic, what in _NOT_CSV:
        if start.startswith(magic.lower()):
            raise _invalid(f"this is no CSV file but {what}")
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(encoding, errors="replace").replace("\0", ""), encoding
    sample = content[:4096]
    if sample.count(0) > len(sample) // 4:
        # Latin text in UTF-16 has a zero in every second byte: at odd places if the low byte comes first.
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        return content.decode(encoding, errors="replace"), encoding
    controls = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c" for byte in sample)
    if controls > len(sample) // 50:
        raise _invalid("this is no CSV file: it holds binary data. Export the leads as CSV")
    try:
        return content.decode("utf-8").replace("\0", ""), "utf-8"
    except UnicodeDecodeError:
        return content.decode("windows-1252", errors="replace").replace("\0", ""), "windows-1252"


def _delimiter_of(text: str) -> str:
    """The one that gives the most fields in the same number on most of the first rows."""

    def evidence(delimiter: str) -> int:
        widths = Counter(len(cells) for _, cells in _some_rows(text[:20_000], delimiter, 30))
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1] * item[0]), default=(1, 0))
        return (width - 1) * rows

    return max(_DELIMITERS, key=evidence)


def _rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    try:
        return list(_some_rows(text, delimiter, None))
    except csv.Error as error:
        raise _invalid(f"the file cannot be read as CSV ({error}); is a quotation mark missing its end?") from error


def _some_rows(text: str, delimiter: str, limit: int | None) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    for number, cells in enumerate(reader):
        if limit is not None and number >= limit:
            return
        yield line, cells
        line = reader.line_num + 1


def _find_headers(rows: Sequence[tuple[int, list[str]]], required: Sequence[str]) -> int:
    def known(cells: Sequence[str]) -> int:
        if required:
            return len(set(required) & set(_unique(cells)))
        return sum(field_of_header(cell) is not None for cell in cells)

    first = range(min(_PREAMBLE, len(rows)))
    best = max(first, key=lambda place: (known(rows[place][1]), -place), default=None)
    if best is None or known(rows[best][1]) < max(1, len(required)):
        wanted = (
            f"the mapped columns {', '.join(required)}" if required else "a column that holds names, emails or phones"
        )
        raise _invalid(
            f"no row of headers with {wanted} was found in the first {_PREAMBLE} lines; check the first line"
        )
    return best


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    headers = []
    for place, cell in enumerate(cells, 1):
        header = " ".join(cell.split()) or f"Column {place}"
        seen[header] += 1
        headers.append(header if seen[header] == 1 else f"{header} ({seen[header]})")
    return tuple(headers)


def _invalid(detail: str) -> Invalid:
    return Invalid(detail, pointer="/file")
