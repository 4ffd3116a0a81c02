"""The reader: has an engine read a communication, and records what was found. Each reading is a job.

An engine and the vector store are asked outside of any transaction. Vectors have ids that derive from their place, so a
second time overwrites the first; then insights, chunks and "this is read" commit together with the end of the job.
Whoever dies in between leaves a lease that ends, and a repetition that changes nothing.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gardenos_chassis import telemetry
from gardenos_chassis.agency_zones import zone_of
from gardenos_chassis.events import Context, UnitOfWork
from gardenos_chassis.events.faults import is_transient
from gardenos_chassis.ids import derived_id
from gardenos_chassis.jobs import Job
from gardenos_chassis.service import Service
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.ai import InsightExtracted, SourceField, SourceKind
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_ai.chunks import Chunk, chunks_of
from gardenos_ai.communication import Communication, Finding
from gardenos_ai.embedding import Embedder
from gardenos_ai.engines import Engine, Reading
from gardenos_ai.reading.to_read import of_source
from gardenos_ai.reading.vectors_of import embed
from gardenos_ai.tables import agencies, chunks, communications, insights
from gardenos_ai.vectors import Vectors

log = logging.getLogger(__name__)

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

    communication: Communication
    person_id: UUID | None
    lead_id: UUID | None
    client_id: UUID | None
    said_at: datetime
    context: Context


class Reader:
    """Reads one communication a job, up to `tries` times. `fault` says why reading is prevented, None if it is not."""

    def __init__(self, engine: Engine, embedder: Embedder, vectors: Vectors, tries: int) -> None:
        self.tries = tries
        self._engine = engine
        self._embedder = embedder
        self._vectors = vectors
        self.fault: str | None = None

    async def read(self, job: Job) -> None:
        """Has the engine read it, and records what was found; what raises is tried again."""
        started = time.perf_counter()
        task = await _task(job)
        if task is None:
            return
        try:
            reading = await self._engine.extract(task.communication)
            pieces = await self._embed(job.agency_id, task)
        except Exception as error:
            if is_transient(error):
                self.fault = f"reading is prevented, and tried again: {_words(error)}"
            raise
        self.fault = None
        status = "partial" if reading.shortfall else "read"
        async with job.store.unit_of_work(task.context) as work:
            if not await job.finish(work.session):
                return
            await _record(work, task, reading, pieces, status, reading.shortfall)
        _count(job, status, started)

    async def give_up(self, job: Job, error: Exception) -> None:
        """No insights, but found by search all the same, if that is possible."""
        started = time.perf_counter()
        task = await _task(job)
        if task is None:
            return
        pieces: list[Chunk] = []
        try:
            # Where it has ended the process even since it was given up, it is the search that does.
            if job.tries <= self.tries + 1:
                pieces = await self._embed(job.agency_id, task)
        except Exception as also:
            log.error("a communication cannot be searched either", extra={"job_id": str(job.id), "fault": _words(also)})
        async with job.store.unit_of_work(task.context) as work:
            if not await job.holds(work.session):
                return
            await _record(work, task, Reading([], "", ""), pieces, "failed", _words(error))
        _count(job, "failed", started)

    async def health(self, _: Service) -> str | None:
        """What prevents reading; None if nothing does."""
        return self.fault

    async def _embed(self, agency_id: UUID, task: _Task) -> list[Chunk]:
        """Cuts the texts, and puts their vectors into the store."""
        source = task.communication
        found = await asyncio.to_thread(chunks_of, agency_id, source.kind, source.id, source.texts)
        await embed(
            found, self._embedder, self._vectors,
            agency_id=agency_id, source_kind=source.kind, source_id=source.id,
            person_id=task.person_id, said_at=task.said_at,
        )  # fmt: skip
        return found


async def _task(job: Job) -> _Task | None:
    """What is to be read; None if it is there no more."""
    async with job.store.database.transaction(job.agency_id) as session:
        this = of_source(job.agency_id, SourceKind(job.arguments["source_kind"]), UUID(job.arguments["source_id"]))
        row = (await session.execute(select(communications).where(*this))).one_or_none()
        zone = await zone_of(session, agencies, job.agency_id)
    if row is None:
        return None
    texts = {SourceField(field): text for field, text in row.texts.items()}
    said_on = row.said_at.astimezone(zone).date()
    return _Task(
        communication=Communication(SourceKind(row.source_kind), row.source_id, said_on, texts),
        person_id=row.person_id,
        lead_id=row.lead_id,
        client_id=row.client_id,
        said_at=row.said_at,
        context=Context(
            agency_id=job.agency_id,
            actor=Actor(ActorKind.AI, "offline"),
            correlation_id=row.correlation_id,
            causation_id=row.event_id,
            traceparent=row.traceparent,
            on_behalf_of=job.context.on_behalf_of,
            rule=job.context.rule,
        ),
    )


async def _record(
    work: UnitOfWork, task: _Task, reading: Reading, pieces: list[Chunk], status: str, error: str | None
) -> None:
    """Insights, chunks and "this is read", in the transaction that ends the job."""
    source = task.communication
    this = of_source(work.context.agency_id, source.kind, source.id)
    # Held to the commit: whose it is may have become known meanwhile, or becomes known right after.
    whose = select(communications.c.person_id).where(*this).with_for_update()
    task = replace(task, person_id=(await work.session.execute(whose)).scalar_one())
    await _record_insights(work, task, reading.findings)
    rows = [_chunk_row(task, piece) for piece in pieces]
    for start in range(0, len(rows), 500):
        await work.session.execute(upsert(chunks).on_conflict_do_nothing(), rows[start : start + 500])
    await work.session.execute(
        update(communications)
        .where(*this)
        .values(
            status=status,
            error=error[:_MAX_ERROR] if error else None,
            engine=reading.engine,
            engine_version=reading.engine_version,
            read_at=datetime.now(UTC),
        )
    )


async def _record_insights(work: UnitOfWork, task: _Task, findings: list[Finding]) -> None:
    source = task.communication
    events = [(_event(task, finding), finding.engine) for finding in findings]
    known = select(insights.c.id).where(
        insights.c.agency_id == task.context.agency_id,
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
        insight_id=derived_id("insight", task.context.agency_id, *place, finding.kind, finding.value),
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
        "agency_id": task.context.agency_id,
        "id": piece.id,
        "source_kind": task.communication.kind.value,
        "source_id": task.communication.id,
        "source_field": piece.field.value,
        "start": piece.start,
        "end": piece.end,
        "text": piece.text,
        "said_at": task.said_at,
        "person_id": task.person_id,
    }


def _count(job: Job, outcome: str, started: float) -> None:
    _readings.add(1, {"gardenos.outcome": outcome})
    _duration.record(time.perf_counter() - started)
    _lag.record((datetime.now(UTC) - job.created_at).total_seconds())


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
