"""Imports at work: looked at, run, and forgotten, as jobs that any process goes on with where another was killed.

Each batch of rows is one transaction: their events, their leads, what became of each, and how far the import is. So after
a kill no row is missing, and none is in twice.
"""

import asyncio
from collections import ChainMap, Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

import orjson
from gardenos_chassis.auth import Caller
from gardenos_chassis.events import Context, UnitOfWork
from gardenos_chassis.events.store import LostRace
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import Job, enqueue
from gardenos_chassis.rows import insert_many
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Actor, ActorKind, Event
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_contracts.leads import LeadCaptured
from gardenos_contracts.values import Role
from sqlalchemy import ColumnElement, delete, func, select, update

from gardenos_leads import lead as aggregate
from gardenos_leads import matching
from gardenos_leads.importing import files
from gardenos_leads.importing.aggregate import ImportStatus, folded
from gardenos_leads.importing.columns import Column
from gardenos_leads.importing.meeting import Met, Seen, meet
from gardenos_leads.importing.plan import Plan
from gardenos_leads.importing.reading import Record, records
from gardenos_leads.importing.rows import Fate, Judged, judge
from gardenos_leads.importing.tables import import_rows, imports
from gardenos_leads.lists.fields import Field
from gardenos_leads.lists.queries import own_fields

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

BATCH = 500
"""Rows a transaction."""
SHOWN = 50
"""Rows of each fate that a look ahead shows."""
_RACES = 20
_MOST_EXTRA = 50

COUNTED: Mapping[Fate, str] = {
    Fate.CAPTURED: "captured",
    Fate.UPDATED: "updated",
    Fate.INQUIRY: "inquiries",
    Fate.DUPLICATE: "duplicates",
    Fate.REJECTED: "rejected",
    Fate.EMPTY: "empty",
}
NOTHING = {"rows": 0, **dict.fromkeys(COUNTED.values(), 0)}


@dataclass(frozen=True, slots=True)
class Task:
    """An import as its job finds it."""

    id: UUID
    caller: Caller
    """Whoever planned it, by whose rights it is judged whom it may change."""
    status: ImportStatus
    plan: Plan
    columns: tuple[Column, ...]
    own: Mapping[str, Field]
    """The agency's own fields, by key."""
    kind: str
    encoding: str
    delimiter: str
    head: int
    file_key: bytes
    rows_done: int
    counts: dict[str, int]

    @property
    def headers(self) -> tuple[str, ...]:
        """Of its columns."""
        return tuple(column.header for column in self.columns)


async def look_ahead(job: Job) -> None:
    """What an import would do: counts, and the first rows of each fate. No lead is written."""
    import_id, version = UUID(job.arguments["import_id"]), job.arguments["version"]
    task = await task_of(job, import_id)
    if task is None or task.status is not ImportStatus.CHECKING:
        return
    counts, seen = Counter(NOTHING), Seen()
    shown: list[Met] = []
    async with _file(job, task) as file:
        rows = _judged(file, task, done=0)
        while batch := await asyncio.to_thread(_next, rows):
            async with job.store.database.transaction(job.agency_id) as session:
                met = await meet(session, task.caller, task.plan, batch, seen, ahead=True)
                for each in met:
                    if counts[COUNTED[each.fate]] < SHOWN:
                        shown.append(each)
                    counts.update(("rows", COUNTED[each.fate]))
                if not await still(session, job, import_id, ImportStatus.CHECKING):
                    return
                await put(session, job.agency_id, import_id, counts=dict(counts), rows_done=counts["rows"])
    async with job.store.unit_of_work(acting(job, import_id)) as work:
        if not await still(work.session, job, import_id, ImportStatus.CHECKING):
            return
        state, now = folded(await work.load(import_id))
        if now != version:
            # It was planned anew meanwhile, and is looked at anew.
            return
        await _tell(work.session, task, [_row(each, task, ahead=True) for each in shown], anew=True)
        work.record(import_id, now, state.checked(counts["rows"]))
        await put(work.session, job.agency_id, import_id, status=ImportStatus.CHECKED, counts=dict(counts), rows_done=0)


async def run(job: Job) -> None:
    """Takes a file in, from where it was left."""
    import_id = UUID(job.arguments["import_id"])
    task = await task_of(job, import_id)
    if task is None or task.status is not ImportStatus.RUNNING:
        return
    # What a look ahead told is of rows that are not in yet.
    seen = Seen(rows=await _rows_so_far(job, task) if task.rows_done else {})
    counts = Counter(NOTHING | task.counts)
    async with _file(job, task) as file, aclosing(_ahead(_judged(file, task, done=task.rows_done))) as batches:
        async for batch in batches:
            if not await _take_in(job, task, batch, counts, seen):
                return
    async with job.store.unit_of_work(acting(job, import_id)) as work:
        if not await still(work.session, job, import_id, ImportStatus.RUNNING):
            return
        state, version = folded(await work.load(import_id))
        work.record(import_id, version, state.finish(counts))
        await files.drop(work.session, job.agency_id, import_id)
        await put(work.session, job.agency_id, import_id, status=ImportStatus.DONE, finished_at=datetime.now(UTC))
        await job.finish(work.session)


async def given_up(job: Job, error: Exception) -> None:
    """An import that cannot go on says so. What is in stays in, and can be undone."""
    import_id = UUID(job.arguments["import_id"])
    said = "it could not go on, and whoever runs GardenOS can see why; what was taken in until then can be undone"
    async with job.store.unit_of_work(acting(job, import_id)) as work:
        task = await task_in(work.session, job, import_id)
        if task is None:
            return
        state, version = folded(await work.load(import_id))
        if state.status is ImportStatus.RUNNING:
            work.record(import_id, version, state.fail())
            await files.drop(work.session, job.agency_id, import_id)
            values = {"status": ImportStatus.FAILED, "problem": said, "finished_at": datetime.now(UTC)}
        else:
            # It is where it was before it was looked at, or goes on being taken back when somebody asks again.
            values = {"status": state.status, "problem": "this could not be finished; try again"}
        await put(work.session, job.agency_id, import_id, **values)


async def expire(job: Job) -> None:
    """What stood in a file is kept no longer; what became of its rows is."""
    import_id = UUID(job.arguments["import_id"])
    async with job.store.database.transaction(job.agency_id) as session:
        task = await task_in(session, job, import_id)
        if task is None:
            return
        if task.status in (ImportStatus.RUNNING, ImportStatus.UNDOING):
            later = datetime.now(UTC) + timedelta(days=1)
            await enqueue(session, job.kind, dict(job.arguments), because_of=job.context, at=later)
            return
        if task.status in (ImportStatus.UPLOADED, ImportStatus.PLANNED, ImportStatus.CHECKING, ImportStatus.CHECKED):
            await put(session, job.agency_id, import_id, status=ImportStatus.EXPIRED)
        await files.drop(session, job.agency_id, import_id)
        of_this = (import_rows.c.agency_id == job.agency_id, import_rows.c.import_id == import_id)
        await session.execute(update(import_rows).where(*of_this).values(raw={}, reasons=[]))
        without = [asdict(replace(column, samples=())) for column in task.columns]
        await put(session, job.agency_id, import_id, columns=without)


async def _take_in(job: Job, task: Task, batch: Sequence[Judged], counts: Counter[str], seen: Seen) -> bool:
    """A batch in one transaction; False if the import is no longer this job's."""
    for race in range(_RACES + 1):
        # A try that is lost leaves no trace.
        tried = [replace(row, reasons=[*row.reasons], details={**row.details}) for row in batch]
        so_far, about = Counter(counts), ChainMap[UUID, int]({}, seen.rows)
        try:
            async with job.store.unit_of_work(acting(job, task.id)) as work:
                if not await still(work.session, job, task.id, ImportStatus.RUNNING):
                    return False
                await matching.take_turns(work.session, job.agency_id)
                met = await meet(work.session, task.caller, task.plan, tried, Seen(rows=about), ahead=False)
                await _record(work, task, met)
                for each in met:
                    so_far.update(("rows", COUNTED[each.fate]))
                first = task.rows_done == 0 and counts["rows"] == 0
                await _tell(work.session, task, [_row(each, task, ahead=False) for each in met], anew=first)
                done = batch[-1].record.row
                await put(work.session, job.agency_id, task.id, counts=dict(so_far), rows_done=done)
        except LostRace:
            # Somebody worked on one of them at this moment; what they left is read anew.
            if race == _RACES:
                raise
            continue
        counts.clear()
        counts.update(so_far)
        seen.rows.update(about.maps[0])
        return True
    raise AssertionError("unreachable")


async def _record(work: UnitOfWork, task: Task, met: Sequence[Met]) -> None:
    now = datetime.now(UTC)
    for each in met:
        if each.fate is Fate.CAPTURED:
            work.record(each.judged.details["lead"].id, 0, _captured(each, task, now))
        elif each.fate in (Fate.UPDATED, Fate.INQUIRY):
            assert each.lead_id is not None
            await _change(work, task, each, each.lead_id, now)


def _captured(each: Met, task: Task, now: datetime) -> Iterator[Event]:
    details = dict(each.judged.details)
    who, own, plan = details.pop("lead"), details.pop("fields", None), task.plan
    details["source"] = details.get("source") or plan.source
    details["captured_at"] = details.get("captured_at") or now
    captured = LeadCaptured(
        lead_id=who.id,
        person_id=who.person_id,
        campaign_id=plan.campaign_id,
        owner_id=plan.owner_id,
        team_id=plan.team_id,
        import_id=task.id,
        **details,
    )
    yield from aggregate.capture(captured)
    if own:
        yield from aggregate.evolve(None, captured).fill(own)


async def _change(work: UnitOfWork, task: Task, each: Met, lead_id: UUID, now: datetime) -> None:
    state: aggregate.Lead | None = None
    version = 0
    for fact in await work.load(lead_id):
        state, version = aggregate.evolve(state, fact.data), fact.version
    assert state is not None
    if each.fate is Fate.UPDATED:
        changes = dict(each.changes)
        own = changes.pop("fields", {})
        work.record(lead_id, version, [*state.change_details(**changes), *state.fill(own)])
        return
    details = each.judged.details
    inquiry = LeadInquired(
        inquiry_id=new_id(),
        lead_id=lead_id,
        person_id=state.person_id,
        source_id=task.id,
        source=details.get("source") or task.plan.source,
        campaign_id=task.plan.campaign_id,
        line_of_business=details.get("line_of_business"),
        external_id=details.get("external_id"),
        first=False,
        inquired_at=details.get("captured_at") or now,
    )
    work.record(lead_id, version, [inquiry])


def _judged(file: BinaryIO, task: Task, *, done: int) -> Iterator[Judged]:
    found = records(file, task.encoding, task.delimiter, task.head)
    for record in islice(found, done, None):
        # In a workbook a row is a line, whatever stands in its cells.
        line = record.line if task.kind == "csv" else record.row + task.head + 1
        yield judge(Record(record.row, line, record.cells), task.columns, task.own)


async def _ahead(rows: Iterator[Judged]) -> "AsyncGenerator[list[Judged], None]":
    """Batches, each read and judged while the one before is written."""
    reading = asyncio.create_task(asyncio.to_thread(_next, rows))
    try:
        while batch := await reading:
            reading = asyncio.create_task(asyncio.to_thread(_next, rows))
            yield batch
    finally:
        # A thread cannot be cut off, and the file is closed after this.
        await asyncio.wait({reading})


def _next(rows: Iterator[Judged]) -> list[Judged]:
    return list(islice(rows, BATCH))


def _row(each: Met, task: Task, *, ahead: bool) -> dict[str, Any]:
    judged = each.judged
    # Of somebody who is not there yet nobody can be led anywhere.
    fresh = ahead and each.fate in (Fate.CAPTURED,)
    return {
        "agency_id": task.caller.agency_id,
        "import_id": task.id,
        "row": judged.record.row,
        "line": judged.record.line,
        "fate": each.fate.value,
        "lead_id": None if fresh else each.lead_id,
        "duplicate_of": each.duplicate_of,
        "reasons": orjson.dumps([asdict(reason) for reason in judged.reasons]).decode(),
        "raw": orjson.dumps(_raw(judged.record.cells, task.headers)).decode(),
    }


def _raw(cells: Sequence[str], headers: Sequence[str]) -> dict[str, str]:
    """What stood in the row, by header; what was too much by its place."""
    places = range(len(headers) + 1, min(len(cells), len(headers) + _MOST_EXTRA) + 1)
    return dict(zip([*headers, *(f"Column {place}" for place in places)], cells, strict=False))


async def _tell(session: Session, task: Task, rows: list[dict[str, Any]], *, anew: bool) -> None:
    """What became of rows. What a look ahead told goes before the first."""
    if anew:
        of_this = (import_rows.c.agency_id == task.caller.agency_id, import_rows.c.import_id == task.id)
        await session.execute(delete(import_rows).where(*of_this))
    await insert_many(session, import_rows, sorted(rows, key=lambda row: int(row["row"])))


async def _rows_so_far(job: Job, task: Task) -> dict[UUID, int]:
    """Whom earlier rows were about, if the import was begun before; of several rows the first."""
    # Who inquires once more is only theirs to change whom a row of theirs brought in.
    about: ColumnElement[Any] = import_rows.c.lead_id
    if task.plan.duplicates != "inquiry":
        about = func.coalesce(about, import_rows.c.duplicate_of)
    async with job.store.database.transaction(job.agency_id) as session:
        of_this = (import_rows.c.agency_id == job.agency_id, import_rows.c.import_id == task.id)
        told = select(about.label("lead_id"), import_rows.c.row).where(*of_this, about.is_not(None))
        return {row.lead_id: row.row for row in await session.execute(told.order_by(import_rows.c.row.desc()))}


async def still(session: Session, job: Job, import_id: UUID, status: ImportStatus) -> bool:
    """Whether this job is still this worker's, and the import where the job thinks it is; both to the commit."""
    if not await job.holds(session):
        return False
    whose = (imports.c.agency_id == job.agency_id, imports.c.id == import_id)
    now = (await session.execute(select(imports.c.status).where(*whose).with_for_update())).scalar_one()
    return ImportStatus(now) is status


async def put(session: Session, agency_id: UUID, import_id: UUID, **values: object) -> None:
    """Keeps these of an import."""
    whose = (imports.c.agency_id == agency_id, imports.c.id == import_id)
    await session.execute(update(imports).where(*whose).values(**values))


def acting(job: Job, import_id: UUID) -> Context:
    """What the import does, on behalf of whoever asked for it."""
    return replace(job.context, actor=Actor(ActorKind.IMPORT, str(import_id)))


def columns_of(kept: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Columns as the table has them."""
    return tuple(Column(**{**each, "samples": tuple(each["samples"])}) for each in kept)


async def task_of(job: Job, import_id: UUID) -> Task | None:
    """The import of a job; None if there is none."""
    async with job.store.database.transaction(job.agency_id) as session:
        return await task_in(session, job, import_id)


async def task_in(session: Session, job: Job, import_id: UUID) -> Task | None:
    """As `task_of`, in a transaction."""
    whose = (imports.c.agency_id == job.agency_id, imports.c.id == import_id)
    row = (await session.execute(select(imports).where(*whose))).mappings().first()
    if row is None:
        return None
    return Task(
        id=import_id,
        caller=Caller(job.agency_id, row["created_by"], Role(row["role"]), frozenset(row["team_ids"])),
        status=ImportStatus(row["status"]),
        plan=Plan.model_validate(row["plan"] or {"run_automations": False}),
        columns=columns_of(row["columns"]),
        own=await own_fields(session, job.agency_id),
        kind=row["kind"],
        encoding=row["encoding"],
        delimiter=row["delimiter"],
        head=row["head"],
        file_key=row["file_key"] or b"",
        rows_done=row["rows_done"],
        counts=dict(row["counts"]),
    )


@asynccontextmanager
async def _file(job: Job, task: Task) -> "AsyncIterator[BinaryIO]":
    keys = job.store.database.master_keys
    assert keys is not None, "leads has personal events, so it does not start without a master key"
    with await files.opened(job.store.database, job.agency_id, task.id, task.file_key, keys) as file:
        yield file
