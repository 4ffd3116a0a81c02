"""A mail as leads come by it: fields in lines, in tables, in an ADF or other XML, in JSON, in the text or attached.

Whatever the bytes are, nothing raises. Who sent it and what it is about are told apart from what is said in it: they are a
vendor's as a rule, and of the prospect only where the mapping says so.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import chain
from xml.sax.saxutils import escape

from gardenos_chassis.mail.html_text import text_of_html
from gardenos_chassis.mail.message import MESSAGE_ID, Opened, Part, clean, line, opened

from gardenos_leads.capturing.mapping import DETAILS, REACHES, WHO, Submission, understand, usual
from gardenos_leads.capturing.pairs import MOST_PAIRS, pairs_of_lines, pairs_of_tables
from gardenos_leads.capturing.payload import MOST_BYTES, Payload, Unreadable, read_json, read_xml

ABOUT = ("mail.subject", "mail.from", "mail.from_name", "mail.reply_to", "mail.reply_to_name", "mail.text")
"""What is known of any mail, by these paths."""

_TEXT_LIMIT = 10_000
_READ_LIMIT = 200_000
"""Characters of a text in which fields are looked for."""
_HTML_LIMIT = 2_000_000
_SUBJECT_LIMIT = 300

_ANSWERS = re.compile(r"auto[-_]?(replied|reply|respond)", re.IGNORECASE)
_DECLARATION = re.compile(r"<\?[^>]{0,200}\?>")
_REFERENCE = re.compile(r"&(#\d{1,7};|#x[0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{1,30};)?")
_OF_XML = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_HEADERS = re.compile(
    rb"^(from|received|return-path|message-id|mime-version|content-type|delivered-to|dkim-signature)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What stands in a mail."""

    sender: str
    """The address it says it is from; empty where it says none."""
    subject: str
    leaves: Mapping[str, str]
    """Values by their paths, as those of a post, with `ABOUT` before them."""
    written_by_program: bool
    """Whether its fields are XML or JSON: then they are fields, and no lines that happen to look like some."""
    vague: frozenset[str]
    """Paths that are what a field is called and yet no usual name: a form that writes `ID` may mean itself."""
    answers: str | None
    """Why nobody wrote it: it is an automatic answer, or tells that something was not delivered."""
    fault: str | None
    """What is wrong with the XML or JSON in it."""
    delivery: str | None
    """By what it is known if it is delivered once more; None where it says neither its id nor its date."""


def read_mail(raw: bytes, return_path: str | None = None) -> Mail:
    """Reads a mail. The `return_path` is as the envelope has it, where there was one; for `<>` nobody awaits an answer."""
    message = opened(raw)
    sender_name, sender = next(message.addresses("from"), ("", ""))
    about = dict(_about(message, sender_name, sender))
    text = _text_of(message)
    structured, faults = _structured(message)
    by_program = bool(structured) and any(usual(path) in WHO for path in structured)
    found = {**structured} if by_program else {**structured, **_pairs_of(message, text)}
    leaves = {**about, "mail.text": text[:_TEXT_LIMIT], **found}
    return Mail(
        sender=sender,
        subject=about.get("mail.subject", ""),
        leaves={path: value for path, value in leaves.items() if value.strip()},
        written_by_program=by_program,
        vague=frozenset() if by_program else frozenset(path for path in found if path.lower() in ("id", "url")),
        answers=_answers(message, return_path),
        fault=next(iter(faults), None),
        delivery=_delivery(message, {**about, **found}),
    )


def understand_mail(mail: Mail, mapping: Mapping[str, str]) -> Submission:
    """What it says of a prospect."""
    return understand(mail.leaves, mapping, by_mapping_alone={*ABOUT, *mail.vague}, delivery=mail.delivery)


def no_lead(mail: Mail, said: Submission, mapping: Mapping[str, str], senders: Sequence[str]) -> str | None:
    """Why it is none and is not read as one; None where it may be."""
    if mail.answers is not None:
        return mail.answers
    if senders and not any(_is_of(mail.sender, each) for each in senders):
        return f"mail of {mail.sender or 'nobody'} is not read here: that is none of the allowed senders"
    if not _reads_like_a_lead(mail, said, mapping):
        why = f" ({mail.fault})" if mail.fault else ""
        return f"nothing in it reads like a lead{why}; if it is one, say in the mapping where its fields stand"
    return None


def as_mail(sample: str) -> bytes:
    """What somebody pasted: a mail with its headers, else the text of one."""
    raw = sample.lstrip().encode("utf-8", "replace")
    head = raw.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    if _HEADERS.search(head):
        return raw
    kind = (
        b"text/html" if raw[:1] == b"<" and re.search(rb"<(table|html|body|div|p|br)\b", raw, re.I) else b"text/plain"
    )
    return b"Content-Type: " + kind + b"; charset=utf-8\r\n\r\n" + raw


def _is_of(sender: str, allowed: str) -> bool:
    """Whether an address is this one, or of this domain, or of one below it."""
    if "@" in allowed:
        return sender == allowed
    domain = sender.rpartition("@")[2]
    return domain == allowed or domain.endswith(f".{allowed}")


def _reads_like_a_lead(mail: Mail, said: Submission, mapping: Mapping[str, str]) -> bool:
    found = set(said.paths)
    if found & WHO & {name for name, path in mapping.items() if path}:
        return True
    if mail.written_by_program:
        return bool(found & WHO)
    # Of what looks like fields an address and a number alone are the lines under a signature.
    details = found & set(DETAILS)
    return len(details) > 1 and not details <= set(REACHES)


def _about(message: Opened, sender_name: str, sender: str) -> Iterator[tuple[str, str]]:
    yield "mail.subject", message.words("subject", _SUBJECT_LIMIT)
    yield "mail.from", sender
    yield "mail.from_name", sender_name
    answer_name, answer = next(message.addresses("reply-to"), ("", ""))
    yield "mail.reply_to", answer
    yield "mail.reply_to_name", answer_name


def _delivery(message: Opened, said: Mapping[str, str]) -> str | None:
    """Not the Message-ID alone: of two leads that share one, by a fault or by malice, neither may be lost."""
    ids = MESSAGE_ID.findall(message.header("message-id"))
    named = (ids[0] if ids else "", message.header("date"))
    if not any(named):
        return None
    return hashlib.sha256(repr((named, sorted(said.items()))).encode("utf-8", "replace")).hexdigest()


def _answers(message: Opened, return_path: str | None) -> str | None:
    # `auto-generated` is what programs that send leads say of themselves.
    said = message.header("auto-submitted"), message.header("precedence"), message.header("x-auto-response-suppress")
    if (
        any(_ANSWERS.search(each) for each in said[:2])
        or message.header("x-autoreply")
        or message.header("x-autorespond")
    ):
        return "this is an automatic answer"
    if message.message.get_content_type() == "multipart/report":
        return "this tells what became of another mail"
    path = return_path if return_path is not None else message.header("return-path")
    if path.strip() == "<>" or return_path == "":
        return "its return path is empty, as that of mail which tells what became of another"
    return None


def _is_file(part: Part, *endings: str) -> bool:
    return part.filename.lower().endswith(endings)


def _texts(message: Opened, media_type: str) -> Iterator[str]:
    for part in message.parts:
        if part.media_type == media_type and not part.attached:
            yield clean(part.text[:_HTML_LIMIT])


def _text_of(message: Opened) -> str:
    if message.rest is not None:
        return clean(message.rest[: 4 * _READ_LIMIT].decode("utf-8", "replace"))[:_READ_LIMIT].strip()
    text = "\n\n".join(_texts(message, "text/plain"))
    if not text.strip():
        text = "\n\n".join(text_of_html(each) for each in _texts(message, "text/html"))
    return text[:_READ_LIMIT].strip()


def _structured(message: Opened) -> tuple[dict[str, str], list[str]]:
    """The leaves of whatever is XML or JSON in it, those of the first before those of the next; and what is wrong with them."""
    leaves: dict[str, str] = {}
    faults: list[str] = []
    for part in message.parts:
        try:
            payload = _payload_of(part)
        except Unreadable as error:
            faults.append(str(error))
            continue
        if payload is not None:
            faults += [payload.fault] if payload.fault else []
            leaves = {**payload.leaves, **leaves}
    return leaves, faults


def _payload_of(part: Part) -> Payload | None:
    """What a part says by fields; None where it says nothing so. Raises Unreadable."""
    kind = part.media_type
    is_json = kind.endswith(("/json", "+json")) or _is_file(part, ".json")
    is_xml = (
        kind in ("application/xml", "text/xml", "application/adf")
        or kind.endswith("+xml")
        or _is_file(part, ".xml", ".adf")
    )
    if not is_json and not is_xml and not kind.startswith("text/"):
        return None
    if len(part.content) > MOST_BYTES:
        if is_json or is_xml:
            raise Unreadable(f"“{part.filename or kind}” is larger than {MOST_BYTES:,} bytes")
        return None
    text = clean(part.text).strip().lstrip("\ufeff")
    if kind == "text/html" and "<adf" not in text.lower():
        text = text_of_html(text) if "&lt;" in text else ""
    # An ADF often stands below a line or two of words.
    begins = re.search(r"<\?xml|<\?adf|<adf\b", text, re.IGNORECASE)
    if begins and not is_json:
        return read_xml(_mended(text[begins.start() :]))
    if is_xml:
        return read_xml(_mended(text))
    return read_json(text.encode("utf-8", "replace")) if is_json or text[:1] in ("{", "[") else None


def _mended(xml: str) -> str:
    """What programs write and XML does not have: an encoding that is another's, ampersands alone, names of HTML's characters."""

    def character(found: re.Match[str]) -> str:
        named = found[1] or ""
        if named in _OF_XML or named.startswith("#"):
            return found[0]
        return escape(unescape(found[0]))

    ends = xml.rfind(">")
    return _REFERENCE.sub(character, _DECLARATION.sub("", xml[: ends + 1]))


def _pairs_of(message: Opened, text: str) -> dict[str, str]:
    pages = list(_texts(message, "text/html"))
    tables = (pairs_of_tables(page) for page in pages)
    shown = (pairs_of_lines(text_of_html(page)[:_READ_LIMIT]) for page in pages)
    found: dict[str, str] = {}
    for key, value in chain(*tables, pairs_of_lines(text), *shown):
        if len(found) >= MOST_PAIRS:
            break
        _put(found, key, value)
    return found


def _put(found: dict[str, str], key: str, value: str) -> None:
    """A key that says something else the second time is another: `Name`, `Name.1`."""
    place, path = 0, key
    while path in found and found[path] and value and line(found[path], 10_000) != line(value, 10_000):
        place += 1
        path = f"{key}.{place}"
    if not found.get(path):
        found[path] = value


__all__ = ["ABOUT", "Mail", "as_mail", "no_lead", "read_mail", "understand_mail"]
