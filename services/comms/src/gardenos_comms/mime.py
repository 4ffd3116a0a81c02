"""Email as it arrives (RFC 5322, MIME): whatever the bytes are, something readable comes out and nothing raises."""

import codecs
import email
import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime

from gardenos_contracts.comms import Attachment

from gardenos_comms.html_text import text_of_html

log = logging.getLogger(__name__)

TEXT_LIMIT = 100_000
"""Characters of a message's text that go into its event; the whole message is kept beside it."""
_SUBJECT_LIMIT = 1_000
_HTML_LIMIT = 2_000_000
_PARTS_LIMIT = 500
_ADDRESSES_LIMIT = 100
_HEADER_LIMIT = 100_000
_WORDS_LIMIT = 10_000
_HEADERS_ALONE = 256_000
_LINES_LIMIT = 1_000_000
_NESTING_LIMIT = 30_000_000
"""Lines times boundaries: the parser holds each line against each boundary that is open."""

_REPLY = re.compile(r"^\s*((re|fwd?|aw|wg|sv|antw)\s*(\[\d+\])?\s*:\s*|\[[^\]]{1,40}\]\s*)+", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,480}>")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7", "undefined"})
"""Codecs of Python's own that are no charsets of mail; a large text in some of them takes hours."""
_LATIN = frozenset({"iso8859-1", "ascii"})
"""What calls itself so is Windows-1252 as a rule, of which it is a part."""


@dataclass(frozen=True, slots=True)
class Email:
    """What a message says, as far as it can be read."""

    key: str
    """A digest of what was written, by whom and when: the same on whatever way, and however often, it arrives."""
    header_id: str | None
    """Its Message-ID, by which answers refer to it. Anybody may write any; two messages may bear the same."""
    sender: str | None
    sender_name: str | None
    recipients: tuple[str, ...]
    subject: str
    text: str
    truncated: bool
    """Whether `text` is only the beginning."""
    attachments: tuple[Attachment, ...]
    references: tuple[str, ...]
    """Message-IDs it answers, the nearest first."""
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Contents:
    """What is in a message: its text, what came with it, and the bytes of both for its digest."""

    text: str
    attachments: tuple[Attachment, ...]
    digest: bytes


def read_email(raw: bytes, now: datetime | None = None) -> Email:
    """Reads a message. What cannot be decoded is replaced, a missing sender is None, an absurd date is now."""
    now = now or datetime.now(UTC)
    message, contents = _parsed(raw)
    sender_name, sender = next(_addresses(message, "from"), ("", None))
    message_ids = _MESSAGE_ID.findall(_header(message, "message-id"))
    found = Email(
        key="",
        header_id=message_ids[0] if message_ids else None,
        sender=sender,
        sender_name=sender_name or None,
        recipients=tuple(dict.fromkeys(address for _, address in _addresses(message, "to", "cc")))[:_ADDRESSES_LIMIT],
        subject=_line(_words(_header(message, "subject")), _SUBJECT_LIMIT),
        text=contents.text[:TEXT_LIMIT],
        truncated=len(contents.text) > TEXT_LIMIT,
        attachments=contents.attachments,
        references=_references(message),
        received_at=_date(message, now),
    )
    return _with_key(found, _header(message, "date"), contents.digest)


def subject_key(subject: str) -> str:
    """A subject without its Re: and Fwd:, to find the thread of an answer that names no message."""
    return _REPLY.sub("", subject).strip().lower()[:200]


def _with_key(found: Email, date: str, digest: bytes) -> Email:
    """Not the Message-ID alone: of two messages that share one, by a fault or by malice, neither may be lost."""
    said = (found.header_id, found.sender, found.sender_name, found.recipients, found.subject, date)
    key = hashlib.sha256(repr(said).encode("utf-8", "replace") + digest).hexdigest()
    return replace(found, key=key)


def _parsed(raw: bytes) -> tuple[Message, _Contents]:
    try:
        if not _is_reasonable(raw):
            raise ValueError("more lines or nested parts than any mail has")
        message = email.message_from_bytes(raw)
        return message, _contents(message)
    except Exception as error:
        # Bytes from strangers break a parser in any way there is, and the message is kept all the same.
        log.info("a message is read by its headers alone", extra={"fault": f"{type(error).__name__}: {error}"})
        return _by_its_headers(raw)


def _is_reasonable(raw: bytes) -> bool:
    lines = raw.count(b"\n") + raw.count(b"\r")
    boundaries = raw.lower().count(b"boundary")
    return lines // 2 <= _LINES_LIMIT and lines * boundaries <= _NESTING_LIMIT


def _by_its_headers(raw: bytes) -> tuple[Message, _Contents]:
    """Of a message that is beyond reason: its first headers, and whatever follows as it stands."""
    head, _, rest = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw[:_HEADERS_ALONE] else b"\n\n")
    message: Message = BytesHeaderParser().parsebytes(head[:_HEADERS_ALONE])
    text = _clean(rest[: 4 * TEXT_LIMIT + 4].decode("utf-8", "replace")).strip()
    return message, _Contents(text, (), hashlib.sha256(raw).digest())


def _contents(message: Message) -> _Contents:
    texts: list[str] = []
    html: list[str] = []
    attachments: list[Attachment] = []
    digest = hashlib.sha256()
    for place, part in enumerate(message.walk()):
        if place >= _PARTS_LIMIT or part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        kind = part.get_content_type()
        digest.update(f"{kind} {len(content)} ".encode("utf-8", "replace") + content)
        filename = part.get_filename()
        if filename or part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html"):
            name = _line(_words(_eight_bit(filename or "")), 255) or "unnamed"
            attachments.append(Attachment(filename=name, media_type=_line(kind, 100), size=len(content)))
        elif kind == "text/html":
            html.append(_decode(content, part))
        else:
            texts.append(_decode(content, part))
    text = "\n\n".join(texts)
    if not text.strip():
        text = "\n\n".join(_texts_of(html))
    return _Contents(_clean(text).strip(), tuple(attachments), digest.digest())


def _texts_of(html: Sequence[str]) -> Iterator[str]:
    left = _HTML_LIMIT
    for part in html:
        yield text_of_html(part[:left])
        left -= min(left, len(part))


def _decode(content: bytes, part: Message) -> str:
    try:
        charset = codecs.lookup(part.get_content_charset() or "utf-8").name
        return _latin(content) if charset in _LATIN or charset in _NO_CHARSETS else content.decode(charset)
    except (LookupError, ValueError):
        return _latin(content)


def _latin(content: bytes) -> str:
    """As UTF-8, which other bytes hardly ever look like, else as Windows-1252."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("windows-1252", "replace")


def _headers(message: Message, *names: str) -> Iterator[str]:
    for name, value in message.raw_items():
        if name.lower() in names:
            yield _eight_bit(str(value)[:_HEADER_LIMIT])


def _header(message: Message, name: str) -> str:
    return next(_headers(message, name), "")


def _eight_bit(value: str) -> str:
    """A header in bytes beyond ASCII, which the parser hides in surrogates: UTF-8 as a rule, else Windows-1252."""
    try:
        return _latin(value.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return value


def _words(text: str) -> str:
    """Encoded words (RFC 2047) decoded."""
    try:
        return str(make_header(decode_header(text[:_WORDS_LIMIT])))
    except (LookupError, ValueError, MessageError):
        return text


def _addresses(message: Message, *headers: str) -> Iterator[tuple[str, str]]:
    """Name and address of each person in these headers.

    The names are decoded last: an encoded word may hold a comma and another's address, which are part of the name.
    """
    for header in _headers(message, *headers):
        try:
            pairs = getaddresses([header])
        except (RecursionError, ValueError, LookupError, TypeError):
            continue
        for name, written in pairs:
            address = _line(written, 320).lower()
            if re.fullmatch(r"[^@\s]+@[^@\s]+", address):
                yield _line(_words(name), 200), address


def _references(message: Message) -> tuple[str, ...]:
    answered = _MESSAGE_ID.findall(_header(message, "in-reply-to"))
    chain = _MESSAGE_ID.findall(_header(message, "references"))[::-1]
    return tuple(dict.fromkeys([*answered, *chain]))[:50]


def _date(message: Message, now: datetime) -> datetime:
    """When it was sent, if that is credible: not in the future, and not before there was email."""
    try:
        found = parsedate_to_datetime(_header(message, "date"))
        sent = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return now
    return sent if datetime(1990, 1, 1, tzinfo=UTC) < sent <= now + timedelta(hours=1) else now


def _clean(text: str) -> str:
    """What PostgreSQL and JSON can hold: no control characters, no half of a surrogate pair; line ends are `\\n`."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROLS.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))


def _line(text: str, limit: int) -> str:
    return " ".join(_clean(text).split())[:limit].rstrip()
