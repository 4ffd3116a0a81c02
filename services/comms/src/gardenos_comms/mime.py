"""Email as it arrives (RFC 5322, MIME): whatever the bytes are, something readable comes out and nothing raises."""

import email
import hashlib
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from gardenos_contracts.comms import Attachment

TEXT_LIMIT = 100_000
"""Characters of a message's text that go into its event; the whole message is kept beside it."""
_SUBJECT_LIMIT = 1_000
_HTML_LIMIT = 2_000_000
_PARTS_LIMIT = 500
_REPLY = re.compile(r"^\s*((re|fwd?|aw|wg|sv|antw)\s*(\[\d+\])?\s*:\s*|\[[^\]]{1,40}\]\s*)+", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")


@dataclass(frozen=True, slots=True)
class Email:
    """What a message says, as far as it can be read."""

    key: str
    """Its Message-ID, or a digest of its bytes: the same message again has the same key."""
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


def read_email(raw: bytes, now: datetime | None = None) -> Email:
    """Reads a message. What cannot be decoded is replaced, a missing sender is None, an absurd date is now."""
    now = now or datetime.now(UTC)
    try:
        message = email.message_from_bytes(raw)
        texts, attachments = _contents(message)
    except (RecursionError, ValueError, LookupError, AssertionError):
        # Nested beyond reason: the bytes themselves are what can be shown.
        message, texts, attachments = Message(), [raw.decode("utf-8", "replace")], []
    text = _clean("\n\n".join(texts)).strip()
    sender_name, sender = parseaddr(_header(message, "from"))
    message_ids = _MESSAGE_ID.findall(_header(message, "message-id"))
    return Email(
        key=message_ids[0] if message_ids else "sha256:" + hashlib.sha256(raw).hexdigest(),
        sender=_address(sender),
        sender_name=_line(sender_name, 200) or None,
        recipients=tuple(dict.fromkeys(filter(None, (_address(to) for to in _recipients(message)))))[:100],
        subject=_line(_header(message, "subject"), _SUBJECT_LIMIT),
        text=text[:TEXT_LIMIT],
        truncated=len(text) > TEXT_LIMIT,
        attachments=tuple(attachments),
        references=_references(message),
        received_at=_date(message, now),
    )


def subject_key(subject: str) -> str:
    """A subject without its Re: and Fwd:, to find the thread of an answer that names no message."""
    return _REPLY.sub("", subject).strip().lower()[:200]


def _contents(message: Message) -> tuple[list[str], list[Attachment]]:
    texts: list[str] = []
    html: list[str] = []
    attachments: list[Attachment] = []
    for place, part in enumerate(message.walk()):
        if place >= _PARTS_LIMIT or part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        filename = part.get_filename()
        kind = part.get_content_type()
        if filename or part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
            name = _line(_decoded(filename or "unnamed"), 255)
            attachments.append(Attachment(filename=name, media_type=_line(kind, 100), size=len(content)))
        elif kind == "text/html":
            html.append(_decode(content, part))
        else:
            texts.append(_decode(content, part))
    return (texts if any(text.strip() for text in texts) else [_plain(found) for found in html]), attachments


def _decode(content: bytes, part: Message) -> str:
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return content.decode(charset or "utf-8")
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return content.decode("windows-1252", "replace")


def _plain(html: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        soup = BeautifulSoup(html[:_HTML_LIMIT], "html.parser")
    for hidden in soup(["script", "style", "head", "title"]):
        hidden.decompose()
    for broken in soup(["br", "p", "div", "tr", "li", "h1", "h2", "h3"]):
        broken.append("\n")
    lines = (" ".join(line.split()) for line in soup.get_text().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _header(message: Message, name: str) -> str:
    return _decoded(str(message.get(name, "")))


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, UnicodeError, ValueError):
        return text


def _recipients(message: Message) -> list[str]:
    written = [_decoded(str(value)) for name in ("to", "cc") for value in message.get_all(name, [])]
    return [address for _, address in getaddresses(written)]


def _references(message: Message) -> tuple[str, ...]:
    answered = _MESSAGE_ID.findall(_header(message, "in-reply-to"))
    chain = _MESSAGE_ID.findall(_header(message, "references"))[::-1]
    return tuple(dict.fromkeys([*answered, *chain]))[:50]


def _address(written: str) -> str | None:
    address = _line(written, 320).lower()
    return address if re.fullmatch(r"[^@\s]+@[^@\s]+", address) else None


def _date(message: Message, now: datetime) -> datetime:
    """When it was sent, if that is credible: not in the future, and not before there was email."""
    try:
        found = parsedate_to_datetime(_header(message, "date"))
        sent = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return now
    return sent if datetime(1990, 1, 1, tzinfo=UTC) < sent <= now + timedelta(hours=1) else now


def _clean(text: str) -> str:
    """What PostgreSQL and JSON can hold: no NUL, no half of a surrogate pair; line ends are `\\n`."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _line(text: str, limit: int) -> str:
    return " ".join(_clean(text).split())[:limit]
