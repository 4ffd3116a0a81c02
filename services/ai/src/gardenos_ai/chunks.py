"""Texts cut into the pieces that are found by meaning: a few sentences each, with their place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from gardenos_chassis.ids import derived_id
from gardenos_contracts.ai import SourceField, SourceKind

from gardenos_ai.extraction import email
from gardenos_ai.extraction.utterances import fold, sentences

_FULL = 220
"""Characters: a piece takes no further sentence that would make it longer."""
_VERSION = 1
"""Of how texts are cut; part of a piece's id."""
_PARAGRAPH = re.compile(r"\n[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a text: `text` is what stands from `start` to `end`, in Unicode code points."""

    id: UUID
    field: SourceField
    start: int
    end: int
    text: str


def chunks_of(agency_id: UUID, kind: SourceKind, source_id: UUID, texts: Mapping[SourceField, str]) -> list[Chunk]:
    """The pieces of all texts. The same texts give the same pieces under the same ids."""
    found: list[Chunk] = []
    for field, text in texts.items():
        plain = fold(text)
        spans = email.kept(plain) if field is SourceField.TEXT else [(0, len(plain))]
        for start, end in (piece for span in spans for piece in _pieces(plain, *span)):
            id = derived_id("chunk", _VERSION, agency_id, kind, source_id, field, start, end)
            found.append(Chunk(id, field, start, end, text[start:end]))
    return found


def _pieces(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece: tuple[int, int] | None = None
    for at, to in sentences(plain, start, end):
        if not any(each.isalnum() for each in plain[at:to]):
            continue
        if piece is None:
            piece = at, to
        elif to - piece[0] <= _FULL and not _PARAGRAPH.search(plain, piece[1], at):
            piece = piece[0], to
        elif piece[1] - piece[0] < _FULL // 4 and to - piece[0] <= _FULL:
            # A greeting is no piece of its own.
            piece = piece[0], to
        else:
            yield piece
            piece = at, to
    if piece is not None:
        yield piece
