"""What a store of vectors must do, and no more. It is a projection: what it lost is embedded again.

Points are found by meaning (a dense vector, cosine) and by words (a sparse one, weighted by how rare each word is).
Every question is of one agency.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

COLLECTION = "gardenos_chunks_wordllama256_v1"
"""Names the embedding: another one makes a collection of its own, and the store is filled anew."""
SIZE = 256
MEANING = "meaning"
WORDS = "words"
TENANT = "agency_id"


@dataclass(frozen=True, slots=True)
class Sparse:
    """Weights of words by their numbers; both of the same length."""

    indices: Sequence[int]
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Point:
    """A piece of text by its meaning and its words. `payload` says where it comes from, and carries no text."""

    id: UUID
    agency_id: UUID
    meaning: Sequence[float]
    words: Sparse
    payload: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Hit:
    """A point that was found, with its vector of meaning."""

    id: UUID
    meaning: Sequence[float]


class Vectors(Protocol):
    """A store of vectors. Every method raises Unavailable while it is away, and lets others work meanwhile."""

    async def open(self) -> None:
        """Makes the collection, with its index by agency before the first point, if it is not there yet."""

    async def close(self) -> None:
        """Lets go of it."""

    async def put(self, points: Sequence[Point]) -> None:
        """Keeps the points, in place of those with the same ids; they outlast the process when this returns."""

    async def by_meaning(self, agency_id: UUID, meaning: Sequence[float], *, at_least: float, limit: int) -> list[Hit]:
        """The nearest of the agency's points, the best first, none of a lower cosine than `at_least`."""

    async def by_words(self, agency_id: UUID, words: Sparse, *, limit: int) -> list[Hit]:
        """The agency's points that share words, the rarest and most of them first."""

    async def remove(self, agency_id: UUID, source_id: UUID | None) -> None:
        """Removes the agency's points that come from this source, by the payload's `source_id`; there may be none.

        None: all of the agency's.
        """

    async def missing(self, agency_id: UUID, ids: Collection[UUID]) -> set[UUID]:
        """Which of these points it does not have."""
