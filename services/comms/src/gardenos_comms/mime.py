"""Email as it arrives, as far as a conversation needs it."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from gardenos_chassis.mail.html_text import text_of_html
from gardenos_chassis.mail.message import MESSAGE_ID, Opened, Part, clean, line, opened
from gardenos_contracts.comms import Attachment

TEXT_LIMIT = 100_000
"""Characters of a message's text that go into its event; the whole message is kept beside it."""
_SUBJECT_LIMIT = 1_000
_HTML_LIMIT = 2_000_000
_ADDRESSES_LIMIT = 100

_REPLY = re.compile(r"^\s*((re|fwd?|aw|wg|sv|antw)\s*(\[\d+\])?\s*:\s*|\[[^\]]{1,40}\]\s*)+", re.IGNORECASE)


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
    message = opened(raw)
    contents = _contents(raw, message)
    sender_name, sender = next(message.addresses("from"), ("", None))
    message_ids = MESSAGE_ID.findall(message.header("message-id"))
    found = Email(
        key="",
        header_id=message_ids[0] if message_ids else None,
        sender=sender,
        sender_name=sender_name or None,
        recipients=tuple(dict.fromkeys(address for _, address in message.addresses("to", "cc")))[:_ADDRESSES_LIMIT],
        subject=message.words("subject", _SUBJECT_LIMIT),
        text=contents.text[:TEXT_LIMIT],
        truncated=len(contents.text) > TEXT_LIMIT,
        attachments=contents.attachments,
        references=_references(message),
        received_at=_date(message, now),
    )
    return _with_key(found, message.header("date"), contents.digest)


def subject_key(subject: str) -> str:
    """A subject without its Re: and Fwd:, to find the thread of an answer that names no message."""
    return _REPLY.sub("", subject).strip().lower()[:200]


def _with_key(found: Email, date: str, digest: bytes) -> Email:
    """Not the Message-ID alone: of two messages that share one, by a fault or by malice, neither may be lost."""
    said = (found.header_id, found.sender, found.sender_name, found.recipients, found.subject, date)
    key = hashlib.sha256(repr(said).encode("utf-8", "replace") + digest).hexdigest()
    return replace(found, key=key)


def _contents(raw: bytes, message: Opened) -> _Contents:
    if message.rest is not None:
        text = clean(message.rest[: 4 * TEXT_LIMIT + 4].decode("utf-8", "replace")).strip()
        return _Contents(text, (), hashlib.sha256(raw).digest())
    texts: list[str] = []
    html: list[str] = []
    attachments: list[Attachment] = []
    digest = hashlib.sha256()
    for part in message.parts:
        size = len(part.content)
        digest.update(f"{part.media_type} {size} ".encode("utf-8", "replace") + part.content)
        if _is_attachment(part):
            name = part.filename or "unnamed"
            attachments.append(Attachment(filename=name, media_type=line(part.media_type, 100), size=size))
        else:
            (html if part.media_type == "text/html" else texts).append(part.text)
    text = "\n\n".join(texts)
    if not text.strip():
        text = "\n\n".join(_texts_of(html))
    return _Contents(clean(text).strip(), tuple(attachments), digest.digest())


def _is_attachment(part: Part) -> bool:
    return part.attached or part.media_type not in ("text/plain", "text/html")


def _texts_of(html: Sequence[str]) -> Iterator[str]:
    left = _HTML_LIMIT
    for part in html:
        yield text_of_html(part[:left])
        left -= min(left, len(part))


def _references(message: Opened) -> tuple[str, ...]:
    answered = MESSAGE_ID.findall(message.header("in-reply-to"))
    chain = MESSAGE_ID.findall(message.header("references"))[::-1]
    return tuple(dict.fromkeys([*answered, *chain]))[:50]


def _date(message: Opened, now: datetime) -> datetime:
    """When it was sent, if that is credible: not in the future, and not before there was email."""
    try:
        found = parsedate_to_datetime(message.header("date"))
        sent = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return now
    return sent if datetime(1990, 1, 1, tzinfo=UTC) < sent <= now + timedelta(hours=1) else now
