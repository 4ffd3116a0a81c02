"""A letter, and how it reads: as text and as HTML, which say the same."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.utils import formataddr, formatdate, parseaddr
from html import escape
from typing import NamedTuple

from gardenos_identity.mail.brand import Brand


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

    def message(self, *, sender: str, id: str, brand: Brand | None = None) -> EmailMessage:
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
        made.add_alternative(self._html(brand), subtype="html")
        if brand is not None and brand.logo is not None:
            main, _, kind = brand.logo.media_type.partition("/")
            html = made.get_payload(1)
            assert isinstance(html, EmailMessage)
            html.add_related(brand.logo.content, main, kind, cid=f"<{_LOGO}>", disposition="inline")
        return made

    def _text(self) -> str:
        first, *rest = self.paragraphs
        link = [f"{self.link.words}:\n{self.link.url}"] if self.link else []
        return "\n\n".join([first, *link, *rest]) + "\n"

    def _html(self, brand: Brand | None) -> str:
        first, *rest = (f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs)
        colour = f' style="color: {brand.colour}"' if brand else ""
        link = [f'<p><a href="{escape(self.link.url)}"{colour}>{escape(self.link.words)}</a></p>'] if self.link else []
        body = "\n".join([*_head(brand), first, *link, *rest])
        return f'<!doctype html>\n<html lang="en"><body style="font-family: sans-serif">\n{body}\n</body></html>\n'


_LOGO = "logo@gardenos"


def _head(brand: Brand | None) -> list[str]:
    """Who the letter is from, as the agency shows itself."""
    if brand is None:
        return []
    # Its name stands beside it: who is read to hears it once.
    logo = f'<img src="cid:{_LOGO}" alt="" height="32" style="vertical-align: middle"> ' if brand.logo else ""
    line = f"border-bottom: 3px solid {brand.colour}; color: {brand.colour}; padding-bottom: 8px"
    return [f'<p style="{line}">{logo}<strong>{escape(brand.name)}</strong></p>']
