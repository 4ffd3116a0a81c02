"""Search by meaning and by words.

The vector store gives candidates of the agency; what of them the caller may see, PostgreSQL says, and nothing else is
answered. More candidates are asked for until the page is full or there are none: what others own takes no place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from gardenos_chassis.auth import Caller
from gardenos_chassis.fetching import fetch
from gardenos_chassis.tenancy import Database, Session
from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, func, select

from gardenos_ai.embedding import Embedder, sparse_of_question, words_of
from gardenos_ai.queries import in_scope
from gardenos_ai.same_people import is_same, shown_as
from gardenos_ai.tables import chunks, communications, people, same_people
from gardenos_ai.vectors import Hit, Vectors

_AT_LEAST = 0.3
"""Below this nothing has to do with the question."""
_WORDS_WEIGH = 0.5
"""What a chunk gains of the distance to 1 if it has all words of the question."""
_FIRST, _MORE, _MOST = 60, 6, 12_960
"""Candidates asked for at first, times how many for each next time, and at most."""
_DIGITS_WEIGH = 3
"""A number in a question is what it is about."""


@dataclass(frozen=True, slots=True)
class Search:
    """Answers questions, in the scope of who asks."""

    database: Database
    embedder: Embedder
    vectors: Vectors

    async def find(self, caller: Caller, q: str, limit: int) -> list[dict[str, Any]]:
        """The best chunks for the question, the best first. Raises Unavailable while the vectors are away."""
        (meaning,) = await self.embedder.meanings([q])
        words = words_of(q)
        wanted = _FIRST
        while True:
            candidates, exhausted = await self._candidates(caller.agency_id, meaning, words, wanted)
            async with self.database.transaction(caller.agency_id) as session:
                rows = await _visible(session, caller, list(candidates))
            scored = _scored(rows, candidates, np.asarray(meaning), words)
            if len(scored) >= limit or exhausted or wanted >= _MOST:
                return scored[:limit]
            wanted *= _MORE

    async def _candidates(
        self, agency_id: UUID, meaning: Sequence[float], words: Sequence[str], limit: int
    ) -> tuple[dict[UUID, Hit], bool]:
        near = await self.vectors.by_meaning(agency_id, meaning, at_least=_AT_LEAST, limit=limit)
        same = await self.vectors.by_words(agency_id, sparse_of_question(words), limit=limit) if words else []
        return {hit.id: hit for hit in (*near, *same)}, len(near) < limit and len(same) < limit


async def _visible(session: Session, caller: Caller, ids: Sequence[UUID]) -> Sequence[dict[str, Any]]:
    statement = (
        select(
            chunks.c.id,
            chunks.c.text,
            chunks.c.source_kind,
            chunks.c.source_id,
            chunks.c.source_field,
            chunks.c.start,
            chunks.c.end,
            chunks.c.said_at,
            chunks.c.person_id,
            people.c.name.label("person_name"),
            func.coalesce(people.c.lead_id, communications.c.lead_id).label("lead_id"),
            func.coalesce(people.c.client_id, communications.c.client_id).label("client_id"),
        )
        .select_from(chunks)
        .join(
            communications,
            and_(
                communications.c.agency_id == chunks.c.agency_id,
                communications.c.source_kind == chunks.c.source_kind,
                communications.c.source_id == chunks.c.source_id,
            ),
        )
        .outerjoin(same_people, is_same(chunks.c.agency_id, chunks.c.person_id))
        .outerjoin(
            people, and_(people.c.agency_id == chunks.c.agency_id, people.c.person_id == shown_as(chunks.c.person_id))
        )
        .where(
            chunks.c.agency_id == caller.agency_id,
            chunks.c.id == any_(bindparam("ids", list(ids), ARRAY(Uuid))),
            in_scope(caller, chunks.c.person_id),
            people.c.removed_at.is_(None),
        )
    )
    return await fetch(session, statement)


def _scored(
    rows: Sequence[dict[str, Any]], candidates: dict[UUID, Hit], meaning: "np.ndarray[Any, Any]", words: Sequence[str]
) -> list[dict[str, Any]]:
    weights = {word: _DIGITS_WEIGH if any(each.isdigit() for each in word) else 1 for word in words}
    total = sum(weights.values())
    found: list[dict[str, Any]] = []
    for row in rows:
        near = max(0.0, float(meaning @ np.asarray(candidates[row["id"]].meaning)))
        said = set(words_of(row["text"])) if weights else set()
        share = sum(weight for word, weight in weights.items() if word in said) / total if total else 0.0
        score = near + (1 - near) * _WORDS_WEIGH * share
        if score >= _AT_LEAST:
            found.append({"score": round(min(score, 1.0), 4), **{k: v for k, v in row.items() if k != "id"}})
    return sorted(
        found, key=lambda each: (-each["score"], -each["said_at"].timestamp(), str(each["source_id"]), each["start"])
    )
