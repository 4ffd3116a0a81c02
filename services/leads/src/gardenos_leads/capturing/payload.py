"""What is posted, JSON, XML or a form, as leaves: each value by its path.

{"contact": {"first": "Ann"}, "cars": [{"year": 2020}]}      contact.first, cars.0.year
<lead><contact><name part="first">Ann</name></contact></lead>  contact.name[first]
first=Ann&last=Lee                                             first, last
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qsl
from xml.parsers import expat

import orjson

MOST_BYTES = 256_000
_MOST_LEAVES = 2_000
_DEEPEST = 20

Format: TypeAlias = Literal["json", "xml", "form", "mail"]


class Unreadable(ValueError):
    """Neither JSON nor XML nor a form; says why, in words for whoever sent it."""


class _Broken(Unreadable):
    """XML that is none, from some place on."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What was posted. Values are as they were written."""

    format: Format
    leaves: Mapping[str, str]
    fault: str | None = None
    """Where it breaks off, and only what stands before is here."""


def read_payload(body: bytes, content_type: str = "") -> Payload:
    """Reads what was posted: by its content type, or where that says something else, by how it begins.

    Of what is very deep or has very many values only the first are looked at. Raises Unreadable.
    """
    kind = content_type.partition(";")[0].strip().lower()
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not start:
        raise Unreadable("the body is empty; send the lead as JSON, XML or a form")
    if kind.startswith("multipart/"):
        raise Unreadable("send the form as application/x-www-form-urlencoded, not as multipart")
    if start in (b"{", b"["):
        return read_json(body)
    if start == b"<":
        return Payload("xml", _first(_of_xml(body)))
    if b"=" not in body:
        raise Unreadable("this is neither JSON nor XML nor a form")
    return Payload("form", _of_form(body))


def read_json(body: bytes) -> Payload:
    """What is posted as JSON. Raises Unreadable."""
    return Payload("json", _first(_of_json(body)))


def read_xml(text: str) -> Payload:
    """What is written as XML, as far as it is some: where it breaks off, what stands before. Raises Unreadable."""
    reader = _Reader()
    fault: str | None = None
    try:
        _read_xml(text.encode("utf-8", "replace"), reader)
    except _Broken as error:
        fault = str(error)
        if not reader.found:
            raise
    return Payload("xml", _first(iter(reader.found)), fault)


def _of_json(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        found = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"the body is not JSON: {error}") from error
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    return _leaves(found, "", 0)


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    match value:
        case dict():
            for name, each in value.items():
                yield from _leaves(each, f"{path}.{name}" if path else name, depth + 1)
        case list():
            for place, each in enumerate(value):
                yield from _leaves(each, f"{path}.{place}" if path else str(place), depth + 1)
        case bool():
            yield path, "true" if value else "false"
        case None:
            return
        case _:
            yield path, str(value)


def _of_form(body: bytes) -> dict[str, str]:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = body.decode("windows-1252", errors="replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_LEAVES)
    except ValueError as error:
        raise Unreadable(f"the form has more than {_MOST_LEAVES} fields") from error
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


_NAMED_BY = ("part", "name", "key", "type")
"""Attributes by which elements of one tag are told apart: `<name part="first">`, `<field key="email">`."""


def _of_xml(body: bytes) -> Iterator[tuple[str, str]]:
    """Elements that hold text, and attributes. Nothing is declared in it: no entity, no document type."""
    reader = _Reader()
    _read_xml(body, reader)
    return iter(reader.found)


def _read_xml(body: bytes, reader: "_Reader") -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _declared
    parser.EntityDeclHandler = _declared
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except Unreadable:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _Broken(f"the body is not XML: {error}") from error


def _declared(*_: object) -> None:
    raise Unreadable("an XML body with a document type or entities is not read; send the elements alone")


class _Reader:
    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._path: list[str] = []
        self._texts: list[list[str]] = []
        self._seen: list[Counter[str]] = [Counter()]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._texts) > _DEEPEST or len(self.found) > _MOST_LEAVES:
            raise Unreadable("the XML is too deep, or has too many elements")
        step = tag.rpartition(":")[2]
        named = next((attributes[name] for name in _NAMED_BY if attributes.get(name)), None)
        step = f"{step}[{named}]" if named else step
        times = self._seen[-1][step]
        self._seen[-1][step] += 1
        # The root says nothing that its source does not.
        if self._texts:
            self._path.append(f"{step}.{times}" if times else step)
        self._texts.append([])
        self._seen.append(Counter())
        for name, value in attributes.items():
            if value != named:
                self.found.append((f"{'.'.join(self._path)}@{name}".lstrip("."), value))

    def end(self, _: str) -> None:
        text = "".join(self._texts.pop())
        self._seen.pop()
        if text.strip() and self._path:
            self.found.append((".".join(self._path), text))
        if self._path:
            self._path.pop()

    def text(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)


def _first(leaves: Iterator[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, value in leaves:
        if len(found) >= _MOST_LEAVES:
            break
        found.setdefault(path, value)
    if not found:
        raise Unreadable("there is nothing in it")
    return found
