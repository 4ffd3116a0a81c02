"""A letter, and how it reads: as text and as HTML, which say the same."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.utils import formataddr, formatdate, parseaddr
from html import escape
from typing import NamedTuple


class Link(NamedTuple):
    """Where a letter leads: the words to press, and the address."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """To one person. Paragraphs are plain text; the link, if there is one, comes after the first of them."""

    to: str
    subject: str
    paragraphs: Sequence[str]
    link: Link | None = None

    def to_json(self) -> str:
        """As it is kept until it is sent."""
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> "Letter":
        """What `to_json` gave."""
        kept = json.loads(text)
        link = kept["link"]
        return cls(kept["to"], kept["subject"], tuple(kept["paragraphs"]), Link(*link) if link else None)

    def message(self, *, sender: str, id: str) -> EmailMessage:
        """As it goes on the wire. `id` makes its Message-ID: sent again, it is the same message."""
        made = EmailMessage()
        made["From"] = formataddr(parseaddr(sender))
        made["To"] = self.to
        # A name that somebody chose must not become a header of its own.
        made["Subject"] = " ".join(self.subject.split())
        made["Date"] = formatdate(usegmt=True)
        made["Message-ID"] = f"<{id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
        # Nobody on holiday need answer.
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(self._text())
        made.add_alternative(self._html(), subtype="html")
        return made

    def _text(self) -> str:
        first, *rest = self.paragraphs
        link = [f"{self.link.words}:\n{self.link.url}"] if self.link else []
        return "\n\n".join([first, *link, *rest]) + "\n"

    def _html(self) -> str:
        first, *rest = (f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs)
        link = [f'<p><a href="{escape(self.link.url)}">{escape(self.link.words)}</a></p>'] if self.link else []
        body = "\n".join([first, *link, *rest])
        return f'<!doctype html>\n<html lang="en"><body style="font-family: sans-serif">\n{body}\n</body></html>\n'
