"""Qdrant's engine in this process, in a folder that no other process may use at the same time.

Its optimiser is never run: it would hold everything for its time, and an exact search by the agency's index is fast
enough for what one process serves.
"""

import asyncio
import fcntl
import logging
import os
import shutil
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO, TypeVar
from uuid import UUID

import qdrant_edge as engine
from gardenos_chassis.errors import Unavailable

from gardenos_ai.vectors.port import COLLECTION, MEANING, SIZE, TENANT, WORDS, Hit, Point, Sparse

log = logging.getLogger(__name__)

T = TypeVar("T")

_THREADS = 2
_BATCH = 500


class EmbeddedVectors:
    """One shard on disk. Calls run on threads of its own, so that the service answers meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="vectors")
        self._shard: engine.EdgeShard | None = None
        self._lock: TextIO | None = None

    async def open(self) -> None:
        """Raises Unavailable if another process holds the folder."""
        if self._shard is None:
            self._shard = await self._run(self._opened)

    async def close(self) -> None:
        """Writes everything down."""
        shard, self._shard = self._shard, None
        if shard is not None:
            await self._run(shard.close)
        self._threads.shutdown(wait=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def put(self, points: Sequence[Point]) -> None:
        """Flushed before it returns: a machine that loses its power loses nothing of it."""
        for start in range(0, len(points), _BATCH):
            await self._run(self._put, points[start : start + _BATCH])

    async def by_meaning(self, agency_id: UUID, meaning: Sequence[float], *, at_least: float, limit: int) -> list[Hit]:
        """Exact: every point of the agency is compared."""
        query = engine.Query.Nearest(list(meaning), using=MEANING)
        return await self._run(self._found, query, agency_id, limit, at_least)

    async def by_words(self, agency_id: UUID, words: Sparse, *, limit: int) -> list[Hit]:
        """By the inverted index of words."""
        vector: Any = engine.SparseVector(list(words.indices), list(words.values))
        return await self._run(self._found, engine.Query.Nearest(vector, using=WORDS), agency_id, limit, None)

    async def remove(self, agency_id: UUID, source_id: UUID | None) -> None:
        """Flushed before it returns. They are found no more; what they took on disk is not given back."""
        await self._run(self._remove, agency_id, source_id)

    async def missing(self, agency_id: UUID, ids: Collection[UUID]) -> set[UUID]:
        """Also those that are there under another agency."""

        def look() -> set[UUID]:
            wanted: list[Any] = [str(id) for id in ids]
            records = self._open_shard.retrieve(wanted, with_payload=[TENANT], with_vector=False)
            own = {UUID(str(each.id)) for each in records if (each.payload or {}).get(TENANT) == str(agency_id)}
            return set(ids) - own

        return await self._run(look)

    async def _run(self, work: Callable[..., T], *arguments: Any) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        except BaseException as fault:
            if _is_engine_s(fault):
                raise Unavailable(f"the vectors cannot be used: {fault}") from fault
            raise

    @property
    def _open_shard(self) -> engine.EdgeShard:
        if self._shard is None:
            raise Unavailable("the vectors are not open yet; try again")
        return self._shard

    def _opened(self) -> engine.EdgeShard:
        folder = self._folder / COLLECTION
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self._folder / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise Unavailable(f"another process uses the vectors in {self._folder}; stop it, or use a server") from None
        self._lock = lock
        if any(folder.iterdir()):
            try:
                return engine.EdgeShard.load(os.fspath(folder))
            except BaseException as torn:
                if not _is_engine_s(torn):
                    raise
                # A projection: what was in it is embedded again.
                log.exception("the vectors in %s cannot be read, and are made anew", folder)
                shutil.rmtree(folder)
                folder.mkdir(mode=0o700)
        shard = engine.EdgeShard.create(
            os.fspath(folder),
            engine.EdgeConfig(
                vectors={MEANING: engine.EdgeVectorParams(size=SIZE, distance=engine.Distance.Cosine)},
                sparse_vectors={WORDS: engine.EdgeSparseVectorParams(modifier=engine.Modifier.Idf)},
            ),
        )
        shard.update(engine.UpdateOperation.create_field_index(TENANT, engine.KeywordIndexParams(is_tenant=True)))
        shard.flush()
        return shard

    def _put(self, points: Sequence[Point]) -> None:
        self._open_shard.update(engine.UpdateOperation.upsert_points([_as_point(point) for point in points]))
        self._open_shard.flush()

    def _remove(self, agency_id: UUID, source_id: UUID | None) -> None:
        wanted = [engine.FieldCondition(TENANT, match=engine.MatchValue(str(agency_id)))]
        if source_id is not None:
            wanted.append(engine.FieldCondition("source_id", match=engine.MatchValue(str(source_id))))
        self._open_shard.update(engine.UpdateOperation.delete_points_by_filter(engine.Filter(must=[*wanted])))
        self._open_shard.flush()

    def _found(self, query: engine.Query, agency_id: UUID, limit: int, at_least: float | None) -> list[Hit]:
        own = engine.FieldCondition(TENANT, match=engine.MatchValue(str(agency_id)))
        request = engine.QueryRequest(
            query=query,
            filter=engine.Filter(must=[own]),
            limit=limit,
            score_threshold=at_least,
            with_vector=[MEANING],
            with_payload=False,
        )
        return [Hit(UUID(str(point.id)), _meaning_of(point.vector)) for point in self._open_shard.query(request)]


def _is_engine_s(fault: BaseException) -> bool:
    """The engine raises bare exceptions, and where it gives up, a kind of its own that is not even one of those."""
    return type(fault) is Exception or isinstance(fault, OSError) or type(fault).__name__ == "PanicException"


def _as_point(point: Point) -> engine.Point:
    words: Any = engine.SparseVector(list(point.words.indices), list(point.words.values))
    vector: Any = {MEANING: list(point.meaning), WORDS: words}
    return engine.Point(str(point.id), vector, {**point.payload, TENANT: str(point.agency_id)})


def _meaning_of(vector: Any) -> Sequence[float]:
    meaning: Sequence[float] = vector[MEANING]
    return meaning
