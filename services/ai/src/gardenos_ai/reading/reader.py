"""The reader: takes what was put down, has an engine read it, and records what was found.

An engine and the vector store are asked outside of any transaction. Vectors have ids that derive from their place, so a
second time overwrites the first; then insights, chunks and "this is read" commit together. Whoever dies in between
leaves a lease that ends, and a repetition that changes nothing.
"""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gardenos_chassis import telemetry
from gardenos_chassis.events import Context, UnitOfWork
from gardenos_chassis.events.faults import is_transient
from gardenos_chassis.events.store import EventStore
from gardenos_chassis.ids import derived_id
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Database
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.ai import InsightExtracted, SourceField
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_ai.chunks import Chunk, chunks_of
from gardenos_ai.communication import Communication, Finding
from gardenos_ai.embedding import Embedder
from gardenos_ai.engines import Engine, Reading
from gardenos_ai.reading import queue
from gardenos_ai.reading.queue import Claim, Queue
from gardenos_ai.reading.vectors_of import embed
from gardenos_ai.settings import AiSettings
from gardenos_ai.tables import agencies, chunks, communications, insights
from gardenos_ai.vectors import Vectors

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.5
_AFTER_HINT_SECONDS = (0.01, 0.03, 0.1)
"""A hint comes before the commit that it hints at: it is looked for a few times at once."""
_MAX_DELAY_SECONDS = 60.0
_OVERDUE_SECONDS = 120
_STUCK_SECONDS = 60
_MAX_ERROR = 2000

_readings = telemetry.meter.create_counter("gardenos.ai.readings", description="Communications read, by outcome")
_duration = telemetry.meter.create_histogram(
    "gardenos.ai.reading.duration", unit="s", description="Time to read a communication, once it was begun"
)
_lag = telemetry.meter.create_histogram(
    "gardenos.ai.reading.lag", unit="s", description="From the arrival of a communication to its insights recorded"
)


@dataclass(frozen=True, slots=True)
class _Task:
    """A communication to be read, and what its insights say of it besides."""

    claim: Claim
    communication: Communication
    person_id: UUID | None
    lead_id: UUID | None
    client_id: UUID | None
    said_at: datetime
    context: Context


class Reader:
    """Some workers in one process; any number of processes. `fault` says why reading is prevented, None if it is not."""

    def __init__(
        self, engine: Engine, embedder: Embedder, vectors: Vectors, opened: asyncio.Event, settings: AiSettings
    ) -> None:
        self._opened = opened
        self._engine = engine
        self._embedder = embedder
        self._vectors = vectors
        self._settings = settings
        self._hint = asyncio.Event()
        self._progress = time.monotonic()
        self.fault: str | None = None

    def wake(self) -> None:
        """A hint that something was put down; polling would find it too."""
        self._hint.set()

    async def run(self, service: Service) -> None:
        """Reads until cancelled, once the vectors are open."""
        await self._opened.wait()
        self._progress = time.monotonic()
        work = _Work(self, service.store, timedelta(seconds=self._settings.reading_lease_seconds))
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._settings.readers):
                tasks.create_task(self._keep_on(work))

    async def _keep_on(self, work: "_Work") -> None:
        while True:
            try:
                while await work.one():
                    self._progress = time.monotonic()
            except Exception as error:
                # The database, for all else is seen to with the communication that it befell.
                log.warning("reading: will try again", extra={"fault": _words(error)}, exc_info=not is_transient(error))
                await asyncio.sleep(_POLL_SECONDS)
            await self._rest(work)

    async def _rest(self, work: "_Work") -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_POLL_SECONDS):
                await self._hint.wait()
        if self._hint.is_set():
            self._hint.clear()
            for seconds in _AFTER_HINT_SECONDS:
                await asyncio.sleep(seconds)
                if await work.anything():
                    return

    async def health(self, service: Service) -> str | None:
        """Names what prevents reading, or that nobody seems to read; None if all is well."""
        if self.fault is not None:
            return self.fault
        if time.monotonic() - self._progress < _STUCK_SECONDS:
            return None
        try:
            waiting, seconds = await Queue(service.database, timedelta()).overdue()
        except Exception as error:
            return f"cannot look what is to be read: {_words(error)}"
        if seconds > _OVERDUE_SECONDS:
            return f"{waiting} communications wait to be read, the first for {seconds:.0f} s, and nothing moves"
        return None

    async def extract(self, communication: Communication) -> Reading:
        """By the engine."""
        return await self._engine.extract(communication)

    async def embed(self, task: _Task) -> list[Chunk]:
        """Cuts the texts, and puts their vectors into the store."""
        source = task.communication
        agency_id = task.claim.agency_id
        found = await asyncio.to_thread(chunks_of, agency_id, source.kind, source.id, source.texts)
        await embed(
            found, self._embedder, self._vectors,
            agency_id=agency_id, source_kind=source.kind, source_id=source.id,
            person_id=task.person_id, said_at=task.said_at,
        )  # fmt: skip
        return found

    @property
    def tries(self) -> int:
        """After which a communication is set aside."""
        return self._settings.reading_tries


class _Work:
    """One communication after another, from the queue to the record."""

    def __init__(self, reader: Reader, store: EventStore, lease: timedelta) -> None:
        self._reader = reader
        self._store = store
        self._database: Database = store.database
        self._queue = Queue(store.database, lease)

    async def anything(self) -> bool:
        """Whether something is due."""
        return bool(await self._queue.agencies())

    async def one(self) -> bool:
        """Reads one communication of some agency, whichever; False if there is none."""
        agencies = list(await self._queue.agencies())
        # No agency waits behind another's thousands.
        random.shuffle(agencies)
        for agency_id in agencies:
            claim = await self._queue.claim(agency_id)
            if claim is not None:
                await self._attend(claim)
                return True
        return False

    async def _attend(self, claim: Claim) -> None:
        started = time.perf_counter()
        if claim.tries > self._reader.tries:
            # Nobody said what went wrong: the process ended each time.
            await self._give_up(claim, RuntimeError("reading it was begun again and again, and never ended"))
            self._count(claim, "failed", started)
            return
        try:
            task = await self._task(claim)
            async with self._kept(claim):
                reading = await self._reader.extract(task.communication)
                pieces = await self._reader.embed(task)
            status = "partial" if reading.shortfall else "read"
            if await self._record(task, reading, pieces, status, reading.shortfall):
                self._count(claim, status, started)
            self._reader.fault = None
        except asyncio.CancelledError:
            # Asked to stop: the next reader need not wait for the lease to end.
            with suppress(Exception):
                await asyncio.shield(self._queue.give_back(claim))
            raise
        except Exception as error:
            if is_transient(error):
                await self._delay(claim, error)
            elif claim.tries < self._reader.tries:
                log.warning("reading failed, will try again", extra=_named(claim, error))
                _readings.add(1, {"gardenos.outcome": "retried"})
                await self._queue.retry(claim, timedelta(seconds=0.2 * 2**claim.tries * random.uniform(0.5, 1.5)))
            else:
                await self._give_up(claim, error)
                self._count(claim, "failed", started)

    async def _task(self, claim: Claim) -> _Task:
        async with self._database.transaction(claim.agency_id) as session:
            row = (await session.execute(select(communications).where(*_this(claim)))).one()
            zone = select(agencies.c.time_zone).where(agencies.c.agency_id == claim.agency_id)
            time_zone = (await session.execute(zone)).scalar_one_or_none()
        texts = {SourceField(field): text for field, text in row.texts.items()}
        said_on = row.said_at.astimezone(_zone(time_zone)).date()
        return _Task(
            claim=claim,
            communication=Communication(claim.source_kind, claim.source_id, said_on, texts),
            person_id=row.person_id,
            lead_id=row.lead_id,
            client_id=row.client_id,
            said_at=row.said_at,
            context=Context(
                agency_id=claim.agency_id,
                actor=Actor(ActorKind.AI, "offline"),
                correlation_id=row.correlation_id,
                causation_id=row.event_id,
                traceparent=row.traceparent,
            ),
        )

    async def _record(self, task: _Task, reading: Reading, pieces: list[Chunk], status: str, error: str | None) -> bool:
        """Insights, chunks and the mark in one transaction; False if another reader has done it meanwhile."""
        async with self._store.unit_of_work(task.context) as work:
            if not await queue.done(work.session, task.claim):
                return False
            # Held to the commit: whose it is may have become known meanwhile, or becomes known right after.
            whose = select(communications.c.person_id).where(*_this(task.claim)).with_for_update()
            task = replace(task, person_id=(await work.session.execute(whose)).scalar_one())
            await _record_insights(work, task, reading.findings)
            rows = [_chunk_row(task, piece) for piece in pieces]
            for start in range(0, len(rows), 500):
                await work.session.execute(upsert(chunks).on_conflict_do_nothing(), rows[start : start + 500])
            await work.session.execute(
                update(communications)
                .where(*_this(task.claim))
                .values(
                    status=status,
                    error=error[:_MAX_ERROR] if error else None,
                    engine=reading.engine,
                    engine_version=reading.engine_version,
                    read_at=datetime.now(UTC),
                )
            )
        return True

    async def _delay(self, claim: Claim, error: Exception) -> None:
        self._reader.fault = f"reading is prevented, and tried again: {_words(error)}"
        seconds = min(_MAX_DELAY_SECONDS, 0.25 * 2 ** min(claim.delays, 10)) * random.uniform(0.5, 1.5)
        log.warning("reading is prevented, will try again", extra=_named(claim, error))
        _readings.add(1, {"gardenos.outcome": "delayed"})
        await self._queue.delay(claim, timedelta(seconds=seconds))

    async def _give_up(self, claim: Claim, error: Exception) -> None:
        """No insights, but found by search all the same, if that is possible."""
        log.error("reading failed for good", extra=_named(claim, error))
        task = await self._task(claim)
        pieces: list[Chunk] = []
        try:
            if claim.tries <= self._reader.tries + 1:
                async with self._kept(claim):
                    pieces = await self._reader.embed(task)
        except Exception as also:
            log.error("a communication cannot be searched either", extra=_named(claim, also))
        await self._record(task, Reading([], "", ""), pieces, "failed", _words(error))

    @asynccontextmanager
    async def _kept(self, claim: Claim) -> AsyncIterator[None]:
        """The lease is renewed for as long as the context lasts."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(self._queue.lease.total_seconds() / 3)
                try:
                    await self._queue.keep(claim)
                except Exception as error:
                    log.info("a lease could not be renewed", extra=_named(claim, error))

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing

    def _count(self, claim: Claim, outcome: str, started: float) -> None:
        _readings.add(1, {"gardenos.outcome": outcome})
        _duration.record(time.perf_counter() - started)
        _lag.record((datetime.now(UTC) - claim.queued_at).total_seconds())


async def _record_insights(work: UnitOfWork, task: _Task, findings: list[Finding]) -> None:
    source = task.communication
    events = [(_event(task, finding), finding.engine) for finding in findings]
    known = select(insights.c.id).where(
        insights.c.agency_id == task.claim.agency_id,
        insights.c.source_kind == source.kind.value,
        insights.c.source_id == source.id,
    )
    there = set((await work.session.execute(known)).scalars())
    for event, engine in events:
        if event.insight_id not in there:
            there.add(event.insight_id)
            work.context = replace(work.context, actor=Actor(ActorKind.AI, engine))
            work.record(event.insight_id, 0, [event])


def _event(task: _Task, finding: Finding) -> InsightExtracted:
    source = task.communication
    quote = source.texts[finding.field][finding.start : finding.end]
    place = (source.kind, source.id, finding.field, finding.start, finding.end)
    return InsightExtracted(
        insight_id=derived_id("insight", task.claim.agency_id, *place, finding.kind, finding.value),
        person_id=task.person_id,
        lead_id=task.lead_id,
        client_id=task.client_id,
        kind=finding.kind,
        value=finding.value,
        quote=quote,
        source_kind=source.kind,
        source_id=source.id,
        source_field=finding.field,
        start=finding.start,
        end=finding.end,
        confidence=finding.confidence,
        engine=finding.engine,
        engine_version=finding.engine_version,
        said_at=task.said_at,
    )


def _chunk_row(task: _Task, piece: Chunk) -> dict[str, Any]:
    return {
        "agency_id": task.claim.agency_id,
        "id": piece.id,
        "source_kind": task.claim.source_kind.value,
        "source_id": task.claim.source_id,
        "source_field": piece.field.value,
        "start": piece.start,
        "end": piece.end,
        "text": piece.text,
        "said_at": task.said_at,
        "person_id": task.person_id,
    }


def _this(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        communications.c.agency_id == claim.agency_id,
        communications.c.source_kind == claim.source_kind.value,
        communications.c.source_id == claim.source_id,
    )


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _named(claim: Claim, error: Exception) -> dict[str, Any]:
    return {
        "agency_id": str(claim.agency_id),
        "source_kind": claim.source_kind.value,
        "source_id": str(claim.source_id),
        "tries": claim.tries,
        "fault": _words(error),
    }


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
