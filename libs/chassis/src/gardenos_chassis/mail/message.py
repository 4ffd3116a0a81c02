"""A message (RFC 5322, MIME) as it arrives, taken apart: whatever the bytes are, nothing raises and nothing takes long."""

import codecs
import email
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

log = logging.getLogger(__name__)

_PARTS_LIMIT = 500
_HEADER_LIMIT = 100_000
_WORDS_LIMIT = 10_000
_HEADERS_ALONE = 256_000
_LINES_LIMIT = 1_000_000
_NESTING_LIMIT = 30_000_000
"""Lines times boundaries: the parser holds each line against each boundary that is open."""

MESSAGE_ID = re.compile(r"<[^<>\s]{1,480}>")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7", "undefined"})
"""Codecs of Python's own that are no charsets of mail; a large text in some of them takes hours."""
_LATIN = frozenset({"iso8859-1", "ascii"})
"""What calls itself so is Windows-1252 as a rule, of which it is a part."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a message holds once: a text, or a file."""

    media_type: str
    filename: str
    """Empty where it has none."""
    attached: bool
    """Whether it is a file beside the text."""
    charset: str
    content: bytes

    @property
    def text(self) -> str:
        """As far as it is one; a broken charset loses nothing."""
        return decoded(self.content, self.charset)


@dataclass(frozen=True, slots=True)
class Opened:
    """A message taken apart."""

    message: Message
    """For its headers."""
    parts: tuple[Part, ...]
    rest: bytes | None
    """Of a message beyond reason: all that follows its headers, in place of parts."""

    def header(self, name: str) -> str:
        """The first of this name (in lower case) as it was written; empty where there is none."""
        return next(self._headers(name), "")

    def words(self, name: str, limit: int) -> str:
        """The same as a person reads it, in one line."""
        return line(words(self.header(name)), limit)

    def addresses(self, *names: str) -> Iterator[tuple[str, str]]:
        """Name and address of each person in these headers.

        The names are decoded last: an encoded word may hold a comma and another's address, which are part of the name.
        """
        for header in self._headers(*names):
            try:
                pairs = getaddresses([header])
            except (RecursionError, ValueError, LookupError, TypeError):
                continue
            for name, written in pairs:
                address = line(written, 320).lower()
                if re.fullmatch(r"[^@\s]+@[^@\s]+", address):
                    yield line(words(name), 200), address

    def _headers(self, *names: str) -> Iterator[str]:
        for name, value in self.message.raw_items():
            if name.lower() in names:
                yield _eight_bit(str(value)[:_HEADER_LIMIT])


def opened(raw: bytes) -> Opened:
    """Takes a message apart."""
    try:
        if not _is_reasonable(raw):
            raise ValueError("more lines or nested parts than any mail has")
        message = email.message_from_bytes(raw)
        return Opened(message, tuple(_parts(message)), None)
    except Exception as error:
        # Bytes from strangers break a parser in any way there is, and the message is kept all the same.
        log.info("a message is read by its headers alone", extra={"fault": f"{type(error).__name__}: {error}"})
    head, _, rest = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw[:_HEADERS_ALONE] else b"\n\n")
    return Opened(BytesHeaderParser().parsebytes(head[:_HEADERS_ALONE]), (), rest)


def _is_reasonable(raw: bytes) -> bool:
    lines = raw.count(b"\n") + raw.count(b"\r")
    boundaries = raw.lower().count(b"boundary")
    return lines // 2 <= _LINES_LIMIT and lines * boundaries <= _NESTING_LIMIT


def _parts(message: Message) -> Iterator[Part]:
    for place, part in enumerate(message.walk()):
        if place >= _PARTS_LIMIT or part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        filename = part.get_filename()
        yield Part(
            media_type=part.get_content_type(),
            filename=line(words(_eight_bit(filename or "")), 255),
            attached=bool(filename) or part.get_content_disposition() == "attachment",
            charset=part.get_content_charset() or "utf-8",
            content=payload if isinstance(payload, bytes) else b"",
        )


def decoded(content: bytes, charset: str) -> str:
    """By its charset, as long as there is such a one and it fits; else as what it looks like."""
    try:
        known = codecs.lookup(charset).name
        return _latin(content) if known in _LATIN or known in _NO_CHARSETS else content.decode(known)
    except (LookupError, ValueError):
        return _latin(content)


def _latin(content: bytes) -> str:
    """As UTF-8, which other bytes hardly ever look like, else as Windows-1252."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("windows-1252", "replace")


def _eight_bit(value: str) -> str:
    """A header in bytes beyond ASCII, which the parser hides in surrogates: UTF-8 as a rule, else Windows-1252."""
    try:
        return _latin(value.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return value


def words(text: str) -> str:
    """Encoded words (RFC 2047) decoded."""
    try:
        return str(make_header(decode_header(text[:_WORDS_LIMIT])))
    except (LookupError, ValueError, MessageError):
        return text


def clean(text: str) -> str:
    """What PostgreSQL and JSON can hold: no control characters, no half of a surrogate pair; line ends are `\\n`."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROLS.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str, limit: int) -> str:
    """Cleaned, with single spaces, cut."""
    return " ".join(clean(text).split())[:limit].rstrip()
