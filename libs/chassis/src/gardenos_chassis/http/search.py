"""Lists narrowed by what people type: words, parts of words, an email address, a telephone number."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement

_WORDS_LIMIT = 8
_NUMBER = re.compile(r"[\d().+-]*")
_SHORTEST_NUMBER = 3


def matching(column: ColumnElement[Any], q: str) -> list[ColumnElement[bool]]:
    """What a row's search text, in lower case and with numbers in E.164, must all match; pg_trgm makes it quick."""
    return [column.like(pattern) for pattern in patterns(q)]


def patterns(q: str) -> list[str]:
    """`like` patterns for all that was typed. Digits with marks between them are one number."""
    return [f"%{_escaped(word)}%" for word in _words(q.lower().replace("\0", " "))][:_WORDS_LIMIT]


def _words(q: str) -> Iterator[str]:
    if number := _number(q):
        yield number
        return
    for word in q.split():
        yield _number(word) or word


def _number(text: str) -> str | None:
    """The digits. A number is kept with its country code; people type it with, without, or only its end."""
    written = "".join(text.split())
    digits = re.sub(r"\D", "", written)
    return digits if _NUMBER.fullmatch(written) and len(digits) >= _SHORTEST_NUMBER else None


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
