"""A Qdrant server, or a cluster of them: one collection for all agencies, each agency's points kept together."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
from gardenos_chassis.errors import Unavailable
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from gardenos_ai.vectors.port import COLLECTION, MEANING, SIZE, TENANT, WORDS, Hit, Point, Sparse

_BATCH = 200
_CONFLICT = 409
_NOT_FOUND = 404
_SERVER_FAULTS = 500


class ServerVectors:
    """The server's collection. A server that lost it is given a new one, which is filled again from the database."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        self._client = client
        self._ready = False

    @classmethod
    def at(cls, url: str, *, api_key: str | None, timeout_seconds: float) -> "ServerVectors":
        """The server at an address."""
        # The client asks for the version at once, and complains of a server that is merely late.
        client = AsyncQdrantClient(
            url=url, api_key=api_key, timeout=max(1, round(timeout_seconds)), check_compatibility=False
        )
        return cls(client)

    async def open(self) -> None:
        """Two that do so at once end with one collection."""
        async with self._reached():
            await self._ensure()

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def put(self, points: Sequence[Point]) -> None:
        """Waits until the server has them in its log, and searches find them."""
        async with self._reached():
            await self._ensure()
            for start in range(0, len(points), _BATCH):
                batch = [_as_point(point) for point in points[start : start + _BATCH]]
                await self._client.upsert(COLLECTION, batch, wait=True)

    async def by_meaning(self, agency_id: UUID, meaning: Sequence[float], *, at_least: float, limit: int) -> list[Hit]:
        """By the agency's part of the index."""
        return await self._found(list(meaning), MEANING, agency_id, limit, at_least)

    async def by_words(self, agency_id: UUID, words: Sparse, *, limit: int) -> list[Hit]:
        """By the inverted index of words."""
        query = models.SparseVector(indices=list(words.indices), values=list(words.values))
        return await self._found(query, WORDS, agency_id, limit, None)

    async def remove(self, agency_id: UUID, source_id: UUID | None) -> None:
        """Waits until searches find them no more."""
        wanted = {TENANT: agency_id} if source_id is None else {TENANT: agency_id, "source_id": source_id}
        of_it = [models.FieldCondition(key=key, match=models.MatchValue(value=str(id))) for key, id in wanted.items()]
        async with self._reached():
            await self._ensure()
            selector = models.FilterSelector(filter=models.Filter(must=[*of_it]))
            await self._client.delete(COLLECTION, selector, wait=True)

    async def missing(self, agency_id: UUID, ids: Collection[UUID]) -> set[UUID]:
        """Also those that are there under another agency."""
        async with self._reached():
            await self._ensure()
            records = await self._client.retrieve(
                COLLECTION, [str(id) for id in ids], with_payload=[TENANT], with_vectors=False
            )
        return set(ids) - {UUID(str(each.id)) for each in records if (each.payload or {}).get(TENANT) == str(agency_id)}

    async def _found(
        self, query: list[float] | models.SparseVector, using: str, agency_id: UUID, limit: int, at_least: float | None
    ) -> list[Hit]:
        own = models.FieldCondition(key=TENANT, match=models.MatchValue(value=str(agency_id)))
        async with self._reached():
            await self._ensure()
            answer = await self._client.query_points(
                COLLECTION,
                query=query,
                using=using,
                query_filter=models.Filter(must=[own]),
                limit=limit,
                score_threshold=at_least,
                with_vectors=[MEANING],
                with_payload=False,
            )
        return [Hit(UUID(str(point.id)), _meaning_of(point.vector)) for point in answer.points]

    async def _ensure(self) -> None:
        if self._ready:
            return
        if not await self._client.collection_exists(COLLECTION):
            try:
                await self._client.create_collection(
                    COLLECTION,
                    vectors_config={MEANING: models.VectorParams(size=SIZE, distance=models.Distance.COSINE)},
                    sparse_vectors_config={WORDS: models.SparseVectorParams(modifier=models.Modifier.IDF)},
                    # No graph over everybody's points, but one for each agency.
                    hnsw_config=models.HnswConfigDiff(payload_m=16, m=0),
                )
            except UnexpectedResponse as refused:
                if refused.status_code != _CONFLICT:
                    raise
        await self._client.create_payload_index(
            COLLECTION,
            TENANT,
            models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True),
            wait=True,
        )
        self._ready = True

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[None]:
        try:
            yield
        except UnexpectedResponse as refused:
            if refused.status_code == _NOT_FOUND:
                # Somebody removed the collection: it is made again at the next call.
                self._ready = False
            elif refused.status_code is not None and refused.status_code < _SERVER_FAULTS:
                raise
            raise Unavailable(f"the vector server answered {refused.status_code}; try again") from refused
        except (ResponseHandlingException, httpx.HTTPError, OSError) as away:
            raise Unavailable(f"the vector server cannot be reached: {away}") from away


def _as_point(point: Point) -> models.PointStruct:
    words = models.SparseVector(indices=list(point.words.indices), values=list(point.words.values))
    return models.PointStruct(
        id=str(point.id),
        vector={MEANING: list(point.meaning), WORDS: words},
        payload={**point.payload, TENANT: str(point.agency_id)},
    )


def _meaning_of(vector: object) -> Sequence[float]:
    assert isinstance(vector, dict)
    meaning: Sequence[float] = vector[MEANING]
    return meaning
