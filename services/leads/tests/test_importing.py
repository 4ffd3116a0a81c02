"""Files as real systems export them."""

import io
import os
from datetime import date
from itertools import islice

import pytest
from gardenos_chassis.errors import Invalid
from gardenos_leads.importing.columns import guess_columns, mapped
from gardenos_leads.importing.reading import Sheet, look_at, records
from gardenos_leads.importing.rows import Fate, Judged, judge
from hypothesis import given
from hypothesis import strategies as st

PLAIN = "First Name,Last Name,Email,Phone\r\nMaria,Delgado,maria@example.com,(512) 555-0142\r\nJosé,Núñez,jose@example.com,512.555.0143\r\n"


def look(content: bytes) -> Sheet:
    return look_at(io.BytesIO(content))


def read(content: bytes, mapping: dict[str, str | None] | None = None) -> list[Judged]:
    sheet = look(content)
    columns = mapped(guess_columns(sheet.headers, sheet.first, {}, {}), mapping or {}, {})
    below = records(io.BytesIO(content), sheet.encoding, sheet.delimiter, sheet.head)
    return [judge(record, columns) for record in below]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.encode("windows-1252"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        PLAIN.replace("\r\n", "\n").encode(),
        ("Leads export\r\nmade on 3/14/2026\r\n\r\n" + PLAIN).encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-le", "utf-16-be", "1252", "semicolon", "tab", "pipe", "unix", "preamble"],
)
def test_the_same_leads_from_any_encoding_and_delimiter(content: bytes) -> None:
    first, second = read(content)
    assert first.fate == second.fate == Fate.CAPTURED
    assert (first.details["email"], first.details["phone"]) == ("maria@example.com", "+15125550142")
    assert str(second.details["name"]) == "José Núñez"


def test_quoted_line_breaks_keep_rows_and_lines_right() -> None:
    content = b'Name,Phone,Notes\n"Delgado, Maria",5125550142,"called,\nwill call\nagain"\nTom Baker,5125550143,\n'
    first, second = read(content)
    assert first.details["notes"] == "called,\nwill call\nagain"
    assert (first.record.line, second.record.line, second.record.row) == (2, 5, 2)


def test_every_row_has_a_fate_and_why() -> None:
    content = (
        b"Customer,E-mail,Mobile #,Renewal Date,Lead ID\n"
        b"Maria Delgado,maria@example.com,512-555-0142,3/15/2027,A1\n"
        b"M. Delgado,MARIA@example.com,,,\n"
        b",,,,\n"
        b"Broken,not-an-address,123,,\n"
        b"Tom Baker,tom@example,512-555-0143,someday,\n"
        b"One,two@example.com,512-555-0144,,A9,more,than,fits\n"
        b"Only A Name\n"
    )
    rows = read(content)
    assert [row.fate for row in rows] == [
        Fate.CAPTURED, Fate.CAPTURED, Fate.EMPTY, Fate.REJECTED, Fate.CAPTURED, Fate.REJECTED, Fate.CAPTURED
    ]  # fmt: skip
    assert rows[0].details["x_date"] == date(2027, 3, 15)
    assert rows[1].keys(["email", "phone"]) == [("email", "maria@example.com")]
    assert {reason.field for reason in rows[3].reasons} == {"email", "phone"}
    assert {reason.field for reason in rows[4].reasons} == {"email", "x_date"}
    assert "8 fields" in rows[5].reasons[0].detail


def test_columns_are_guessed_by_header_and_by_values_and_can_be_mapped() -> None:
    content = b"Who,Reach,Other,Phone,Phone\nMaria Delgado,maria@example.com,x,,512-555-0142\n"
    sheet = look(content)
    columns = mapped(guess_columns(sheet.headers, sheet.first, {}, {}), {"Who": "name", "Other": None}, {})
    assert [(column.header, column.field, column.guessed) for column in columns] == [
        ("Who", "name", False), ("Reach", "email", True), ("Other", None, False), ("Phone", "phone", True), ("Phone (2)", "phone", True)
    ]  # fmt: skip
    assert judge(sheet.first[0], columns).details["phone"] == "+15125550142"
    with pytest.raises(Invalid, match="no column “Nobody”"):
        mapped(columns, {"Nobody": "name"}, {})
    again = guess_columns(sheet.headers, sheet.first, {"Other": "notes", "Phone": None}, {})
    assert [(column.field, column.remembered) for column in again][2:4] == [("notes", True), (None, True)]


def test_headers_that_say_nothing_are_there_to_be_mapped() -> None:
    sheet = look(b"Our leads\n\nalpha,beta\n1,2\n")
    assert (sheet.head, sheet.headers) == (2, ("alpha", "beta"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (bytes(range(32)) * 100, "binary"),
        (b"Name,Phone\n", "no rows"),
    ],
)
def test_what_is_no_csv_says_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Name,Phone\nx," + b"5" * 1_100_000, "line 2 is longer"),
        (b"Name,Phone\n" + b"a,b\n" * 500 + b"x" * 1_100_000, "line 502 is longer"),
        (b'Name,Phone\n"x,1\n' + b"a,b\n" * 300_000, "quotation mark"),
        (b"Name," * 600 + b"\nx\n", "600 columns|601 columns"),
    ],
    ids=["one line", "a line far down", "a quote without end", "columns"],
)
def test_what_would_fill_the_memory_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read(content)


class Endless(io.RawIOBase):
    """A file of one line without end."""

    given = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return offset

    def readinto(self, into: "memoryview") -> int:  # type: ignore[override]
        into[:] = b"x" * len(into)
        self.given += len(into)
        return len(into)


def test_an_endless_line_is_not_read_to_its_end() -> None:
    file = Endless()
    with pytest.raises(Invalid, match="longer than"):
        list(islice(records(file, "utf-8", ",", 0), 1))  # type: ignore[arg-type]
    assert file.given < 5_000_000


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        rows = read(b"Name,Phone\n" + content)
    except Invalid:
        return
    assert all(row.fate in Fate for row in rows)
