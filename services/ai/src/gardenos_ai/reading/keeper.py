"""The keeper: compares what the database says is embedded with what the store has, and embeds again what is missing.

Vectors are a projection. A store that was wiped, restored from yesterday, or of another embedding is filled again, while
it serves.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from gardenos_chassis import telemetry
from gardenos_chassis.events.faults import is_transient
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Database
from gardenos_contracts.ai import SourceField, SourceKind
from sqlalchemy import Row, select, text

from gardenos_ai.chunks import Chunk
from gardenos_ai.embedding import Embedder
from gardenos_ai.reading.vectors_of import embed
from gardenos_ai.settings import AiSettings
from gardenos_ai.tables import chunks
from gardenos_ai.vectors import Vectors

log = logging.getLogger(__name__)

_AGENCIES = text("select distinct agency_id from consumer_marks where consumer = 'ai.reading-list'")
_PAGE = 1000
_MAX_BACKOFF_SECONDS = 60.0

_embedded_again = telemetry.meter.create_counter(
    "gardenos.ai.chunks.restored",
    description="Chunks whose vectors were missing from the store, and were embedded again",
)


class Keeper:
    """Looks at every start, and from time to time. `fault` says what is wrong with the store, None if nothing is."""

    def __init__(self, embedder: Embedder, vectors: Vectors, settings: AiSettings) -> None:
        self._embedder = embedder
        self._vectors = vectors
        self._settings = settings
        self.opened = asyncio.Event()
        self.fault: str | None = "not opened yet"

    async def run(self, service: Service) -> None:
        """Opens the store, and keeps it whole until cancelled."""
        backoff = 0.25
        while True:
            try:
                await self._vectors.open()
                self.opened.set()
                self.fault = None
                await self.restore(service.database)
                backoff = 0.25
                await asyncio.sleep(self._settings.vectors_check_seconds)
            except Exception as error:
                self.fault = f"{type(error).__name__}: {error}"
                log.warning("vectors: will try again", extra={"fault": self.fault}, exc_info=not is_transient(error))
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, _MAX_BACKOFF_SECONDS)

    async def health(self, _: Service) -> str | None:
        """What is wrong with the store, None if nothing is."""
        return self.fault

    async def restore(self, database: Database) -> int:
        """Embeds what the store lacks; tells how many chunks that were."""
        async with database.across() as session:
            agencies = (await session.execute(_AGENCIES)).scalars().all()
        restored = 0
        for agency_id in agencies:
            async for page in _pages(database, agency_id):
                missing = await self._vectors.missing(agency_id, [row.id for row in page])
                if missing:
                    await self._embed(agency_id, [row for row in page if row.id in missing])
                    restored += len(missing)
                    _embedded_again.add(len(missing))
        if restored:
            log.warning("vectors: %d chunks were missing from the store, and are embedded again", restored)
        return restored

    async def _embed(self, agency_id: UUID, rows: Sequence[Row[Any]]) -> None:
        def source(row: Row[Any]) -> tuple[Any, ...]:
            return row.source_kind, row.source_id, row.person_id, row.said_at

        for (kind, source_id, person_id, said_at), of_it in groupby(sorted(rows, key=_order), key=source):
            pieces = [Chunk(row.id, SourceField(row.source_field), row.start, row.end, row.text) for row in of_it]
            await embed(
                pieces, self._embedder, self._vectors,
                agency_id=agency_id, source_kind=SourceKind(kind), source_id=source_id, person_id=person_id, said_at=said_at,
            )  # fmt: skip


def _order(row: Row[Any]) -> tuple[str, str, int]:
    return str(row.source_id), row.source_field, row.start


async def _pages(database: Database, agency_id: UUID) -> AsyncIterator[Sequence[Row[Any]]]:
    after: UUID | None = None
    while True:
        statement = select(chunks).where(chunks.c.agency_id == agency_id).order_by(chunks.c.id).limit(_PAGE)
        if after is not None:
            statement = statement.where(chunks.c.id > after)
        async with database.transaction(agency_id) as session:
            page = (await session.execute(statement)).all()
        if not page:
            return
        yield page
        after = page[-1].id
