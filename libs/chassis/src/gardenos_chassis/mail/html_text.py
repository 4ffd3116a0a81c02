"""The words of an HTML message, in one pass over it.

No tree is built: mail comes from strangers, and parsers of whole documents take minutes over a megabyte made to hurt
them. Here every search goes forward from where the last one ended, so the time grows with the length alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_UNSEEN = {
    name: re.compile(rf"</{name}\b[^>]{{0,200}}>?", re.IGNORECASE) for name in ("script", "style", "title", "template")
}
_BLOCKS = frozenset((
    "address", "article", "blockquote", "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead",
    "tr", "ul",
))  # fmt: skip
_ABSURD_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag by its name, in lower case."""

    name: str
    closes: bool


def text_of_html(html: str) -> str:
    """What a reader would see, without marks: blocks on lines of their own, and no two lines in a row empty."""
    lines: list[str] = []
    line: list[str] = []
    for said in pieces(html):
        if isinstance(said, str):
            if line or said.strip():
                line.append(said)
        elif said.name == "br" or (said.name in _BLOCKS and line):
            lines.append(one_line("".join(line)))
            line = []
        elif said.name in ("td", "th") and line:
            line.append(" ")
    lines.append(one_line("".join(line)))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def pieces(html: str) -> Iterator[str | Tag]:
    """Text as it is read, and tags, in their order; without comments and what is not shown."""
    place = 0
    while (begins := html.find("<", place)) >= 0:
        yield _plain(html[place:begins])
        if html.startswith("<!--", begins):
            place = _after(html, "-->", begins + 4)
            continue
        tag = _TAG.match(html, begins)
        if tag is None and html[begins + 1 : begins + 2] not in ("!", "?", "/"):
            # Somebody compares.
            yield "<"
            place = begins + 1
            continue
        place = _after(html, ">", begins + 1)
        if tag is None:
            continue
        found = Tag(tag[1].lower(), html[begins + 1] == "/")
        yield found
        if not found.closes and (ends := _UNSEEN.get(found.name)) is not None:
            unseen = ends.search(html, place)
            place = unseen.end() if unseen else len(html)
    yield _plain(html[place:])


def one_line(text: str) -> str:
    """With single spaces, and none around it."""
    return " ".join(text.split())


def _after(html: str, mark: str, place: int) -> int:
    """Behind the next mark; what is never closed goes to the end, as a browser takes it."""
    found = html.find(mark, place)
    return len(html) if found < 0 else found + len(mark)


def _plain(text: str) -> str:
    # Line ends mean nothing in HTML, and a character reference has no more digits than there are characters.
    return unescape(_ABSURD_REFERENCE.sub("\ufffd", text)).replace("\n", " ").replace("\r", " ")
