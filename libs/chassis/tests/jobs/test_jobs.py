"""Jobs on real PostgreSQL: put down with the event or not at all, done by whoever lives, seen, called off and forgotten."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from gardenos_chassis.errors import Conflict, NotFound, Unavailable
from gardenos_chassis.events import Context, LostRace
from gardenos_chassis.events.store import EventStore
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import Job, Jobs, cancel_job, enqueue, forget_jobs, retry_job
from gardenos_chassis.jobs import worker as worker_module
from gardenos_chassis.jobs.queue import SHOWN_STATE
from gardenos_chassis.jobs.queue import jobs as table
from gardenos_chassis.jobs.worker import Worker
from gardenos_chassis.local import EmbeddedPostgres
from gardenos_chassis.migrations import migrate
from gardenos_chassis.tenancy import Database
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts import Actor, ActorKind
from gardenos_notes.app import NotesSettings, NoteTaken
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from outside import Outside, asking  # type: ignore[import-not-found]
from sqlalchemy import func, select, text, update

HOUR = timedelta(hours=1)


def cause(agency_id: UUID, **more: Any) -> Context:
    return Context(agency_id, Actor(ActorKind.SYSTEM, "test"), correlation_id="why", causation_id="leads/7", **more)


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """A kind of job that no other test knows."""
    return f"notes.{request.node.name}"


@pytest.fixture
async def database(parts: Parts) -> AsyncIterator[Database]:
    found = Database.of(await parts.settings(NotesSettings, "gardenos_notes"))
    yield found
    await found.close()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried again at once, and a heart beats often."""
    monkeypatch.setattr(worker_module, "_FIRST_BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(worker_module, "_MAX_BACKOFF_SECONDS", 0.002)
    monkeypatch.setattr(worker_module, "_POLL_SECONDS", 0.05)
    monkeypatch.setattr(worker_module, "_BEAT_SECONDS", 0.1)


@asynccontextmanager
async def working(jobs: Jobs, database: Database, **options: Any) -> AsyncIterator[Worker]:
    worker = Worker(jobs, EventStore(database), "notes", **options)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


def doing(kind: str, work: Callable[[Job], Awaitable[None]], **more: Any) -> Jobs:
    options = {name: more.pop(name) for name in ("tries", "given_up") if name in more}
    jobs = Jobs(**more)
    jobs.on(kind, **options)(work)
    return jobs


async def put_down(database: Database, agency_id: UUID, kind: str, **more: Any) -> UUID:
    async with database.transaction(agency_id) as session:
        return await enqueue(session, kind, because_of=cause(agency_id), **more)


async def row_of(database: Database, agency_id: UUID, id: UUID) -> Any:
    async with database.transaction(agency_id) as session:
        found = select(table, SHOWN_STATE.label("shown")).where(table.c.id == id)
        return (await session.execute(found)).one_or_none()


async def gone(database: Database, agency_id: UUID, *ids: UUID) -> None:
    async def none() -> bool:
        return not [id for id in ids if await row_of(database, agency_id, id)]

    await eventually(none, what="the jobs are done")


async def is_now(database: Database, agency_id: UUID, id: UUID, state: str) -> Any:
    async def found() -> Any:
        row = await row_of(database, agency_id, id)
        return row if row is not None and row.shown == state else None

    return await eventually(found, what=f"the job is {state}")


async def for_ever(_: Job) -> None:
    await asyncio.Event().wait()


async def test_a_transaction_that_rolls_back_leaves_no_job(database: Database, agency_id: UUID, kind: str) -> None:
    done: list[Job] = []

    async def work(job: Job) -> None:
        done.append(job)

    with pytest.raises(ZeroDivisionError):
        async with database.transaction(agency_id) as session:
            await enqueue(session, kind, because_of=cause(agency_id))
            1 / 0  # noqa: B018
    async with working(doing(kind, work), database):
        last = await put_down(database, agency_id, kind)
        await gone(database, agency_id, last)
    assert [job.id for job in done] == [last]


async def test_a_command_that_lost_its_race_leaves_no_job(database: Database, agency_id: UUID, kind: str) -> None:
    store, note_id = EventStore(database), new_id()
    for text_, wins in (("first", True), ("second", False)):
        with contextlib.nullcontext() if wins else pytest.raises(LostRace):
            async with store.unit_of_work(cause(agency_id)) as work:
                work.record(note_id, 0, [NoteTaken(note_id=note_id, text=text_)])
                await enqueue(work.session, kind, {"note_id": note_id}, because_of=work.context)
    async with database.transaction(agency_id) as session:
        own = select(func.count()).where(table.c.kind == kind)
        assert (await session.execute(own)).scalar_one() == 1


async def test_a_commit_wakes_the_workers_of_its_process(
    database: Database, agency_id: UUID, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_POLL_SECONDS", 3600)
    done: list[UUID] = []

    async def work(job: Job) -> None:
        done.append(job.id)

    async with working(doing(kind, work, at_once=1), database):
        for _ in range(3):
            await gone(database, agency_id, await put_down(database, agency_id, kind))
    assert len(done) == 3


async def test_a_job_acts_for_its_agency_as_part_of_what_wanted_it(
    database: Database, agency_id: UUID, kind: str
) -> None:
    done: list[Job] = []
    seen: list[set[UUID]] = []

    async def work(job: Job) -> None:
        async with job.store.database.transaction(job.agency_id) as session:
            seen.append(set((await session.execute(select(table.c.agency_id))).scalars()))
        done.append(job)

    other = new_id()
    await put_down(database, other, kind)
    await put_down(database, agency_id, kind, arguments={"note_id": new_id(), "times": 3})
    async with working(doing(kind, work, at_once=1), database):

        async def both() -> bool:
            return len(done) == 2

        await eventually(both)
    (job,) = [job for job in done if job.agency_id == agency_id]
    assert job.arguments["times"] == 3
    assert job.context.actor == Actor(ActorKind.AUTOMATION, kind)
    assert (job.context.correlation_id, job.context.causation_id) == ("why", "leads/7")
    assert job.tries == 1
    assert job.idempotency_key == str(job.id)
    assert [agencies <= {job.agency_id} for agencies, job in zip(seen, done, strict=True)] == [True, True]


async def test_jobs_of_others_cannot_be_read(database: Database, agency_id: UUID, kind: str) -> None:
    id = await put_down(database, agency_id, kind)
    async with database.transaction(new_id()) as session:
        assert (await session.execute(select(table))).all() == []
        for act in (cancel_job, retry_job):
            with pytest.raises(NotFound):
                await act(session, id)
        assert (await session.execute(update(table).values(kind="stolen").returning(table.c.id))).all() == []
    async with database.across() as session:
        assert (await session.execute(select(table))).all() == []
        due = (await session.execute(text("select agencies_with_jobs_due(array[:kind])"), {"kind": kind})).scalars()
        assert list(due) == [agency_id]


async def test_an_effect_that_has_a_key_is_put_down_once(database: Database, agency_id: UUID, kind: str) -> None:
    asked: list[str] = []

    async def refuse(job: Job) -> None:
        asked.append(job.idempotency_key)
        raise ValueError("no")

    first = await put_down(database, agency_id, kind, key="welcome:1")
    assert await put_down(database, agency_id, kind, key="welcome:1") == first
    assert await put_down(database, new_id(), kind, key="welcome:1", at=datetime.now(UTC) + HOUR) != first
    async with database.transaction(agency_id) as session:
        own = select(func.count()).where(table.c.kind == kind)
        assert (await session.execute(own)).scalar_one() == 1
    async with working(doing(kind, refuse, tries=1), database):
        await is_now(database, agency_id, first, "failed")
        await put_down(database, agency_id, kind, key="welcome:1")
        assert (await row_of(database, agency_id, first)).state == "failed"
        await put_down(database, agency_id, kind, key="welcome:1", again=True)

        async def twice() -> bool:
            return len(asked) == 2

        await eventually(twice, what="taken up again")
        await is_now(database, agency_id, first, "failed")
    assert asked == [str(first)] * 2


async def test_a_scheduled_job_is_begun_when_its_moment_has_come(
    database: Database, agency_id: UUID, kind: str
) -> None:
    begun: list[tuple[UUID, datetime]] = []

    async def work(job: Job) -> None:
        begun.append((job.id, datetime.now(UTC)))

    moment = datetime.now(UTC) + timedelta(seconds=0.5)
    later = await put_down(database, agency_id, kind, at=datetime.now(UTC) + HOUR)
    soon = await put_down(database, agency_id, kind, at=moment)
    now = await put_down(database, agency_id, kind)
    assert (await row_of(database, agency_id, soon)).shown == "scheduled"
    async with working(doing(kind, work), database):
        await gone(database, agency_id, now, soon)
    assert [id for id, _ in begun] == [now, soon]
    assert begun[1][1] >= moment
    assert (await row_of(database, agency_id, later)).shown == "scheduled"


async def test_what_is_wrong_is_tried_a_few_times_then_seen_and_can_be_retried(
    database: Database, agency_id: UUID, kind: str
) -> None:
    tries: list[tuple[int, str]] = []
    given_up: list[str] = []
    mended = False

    async def work(job: Job) -> None:
        tries.append((job.tries, job.idempotency_key))
        if not mended:
            raise ValueError("it is wrong")

    async def told(_: Job, error: Exception) -> None:
        given_up.append(str(error))

    async with working(doing(kind, work, tries=3, given_up=told), database):
        id = await put_down(database, agency_id, kind)
        row = await is_now(database, agency_id, id, "failed")
        assert (row.tries, row.due_at, row.lease) == (3, None, None)
        assert row.error == "ValueError", "its kind and place, and not its message"
        assert row.ended_at is not None
        assert given_up == ["it is wrong"]
        mended = True
        async with database.transaction(agency_id) as session:
            await retry_job(session, id)
        await gone(database, agency_id, id)
    assert tries == [(1, str(id)), (2, str(id)), (3, str(id)), (1, str(id))]


async def test_what_is_away_is_waited_for_and_counts_as_no_try(database: Database, agency_id: UUID, kind: str) -> None:
    tries: list[tuple[int, int]] = []

    async def work(job: Job) -> None:
        tries.append((job.tries, job.delays))
        if len(tries) < 6:
            raise Unavailable("the provider is away")

    async with working(doing(kind, work, tries=2), database):
        id = await put_down(database, agency_id, kind)
        await gone(database, agency_id, id)
    assert tries == [(1, delays) for delays in range(6)]


def test_back_off_doubles_is_spread_and_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "_FIRST_BACKOFF_SECONDS", 0.25)
    monkeypatch.setattr(worker_module, "_MAX_BACKOFF_SECONDS", 60.0)
    for times, seconds in ((0, 0.25), (1, 0.5), (4, 4.0), (8, 60.0), (1000, 60.0)):
        waits = [worker_module._backoff(times).total_seconds() for _ in range(200)]
        assert min(waits) >= seconds * 0.5
        assert max(waits) <= seconds * 1.5
        assert max(waits) - min(waits) > seconds * 0.5


@pytest.mark.parametrize(("status", "passes"), [(400, False), (404, False), (422, False), (429, True), (500, True), (503, True)])  # fmt: skip
def test_an_answer_that_refuses_will_refuse_again(status: int, passes: bool) -> None:
    request = httpx.Request("POST", "http://provider.example")
    error = httpx.HTTPStatusError("refused", request=request, response=httpx.Response(status, request=request))
    assert worker_module._passes(error) is passes


async def test_what_waits_is_called_off_and_what_runs_is_asked_to_stop(
    database: Database, agency_id: UUID, kind: str
) -> None:
    begun = asyncio.Event()

    async def work(job: Job) -> None:
        begun.set()
        await for_ever(job)

    async with working(doing(kind, work, at_once=1), database):
        running = await put_down(database, agency_id, kind)
        await asyncio.wait_for(begun.wait(), 30)
        queued = await put_down(database, agency_id, kind)
        scheduled = await put_down(database, agency_id, kind, at=datetime.now(UTC) + HOUR)
        async with database.transaction(agency_id) as session:
            with pytest.raises(Conflict):
                await retry_job(session, running)
            for id in (queued, scheduled, running):
                await cancel_job(session, id)
        assert (await row_of(database, agency_id, queued)).state == "cancelled"
        assert (await row_of(database, agency_id, scheduled)).state == "cancelled"
        row = await is_now(database, agency_id, running, "cancelled")
        assert (row.due_at, row.lease, row.stop_asked) == (None, None, False)
        async with database.transaction(agency_id) as session:
            with pytest.raises(Conflict):
                await cancel_job(session, running)
            with pytest.raises(NotFound):
                await cancel_job(session, new_id())


async def test_what_concerns_a_person_goes_with_them(database: Database, agency_id: UUID, kind: str) -> None:
    person = new_id()
    begun, ended = asyncio.Event(), asyncio.Event()
    workers: list[Worker] = []

    async def work(job: Job) -> None:
        begun.set()
        try:
            await for_ever(job)
        finally:
            # The heart beats on meanwhile, and cuts nobody off who is ending.
            await workers[0].keep([job.lease])
            async with job.store.database.transaction(job.agency_id) as session:
                assert not await job.finish(session), "it has lost its lease"
            ended.set()

    async with working(doing(kind, work, at_once=1), database) as worker:
        workers.append(worker)
        running = await put_down(database, agency_id, kind, person_id=person)
        await asyncio.wait_for(begun.wait(), 30)
        queued = await put_down(database, agency_id, kind, person_id=person)
        of_other = await put_down(database, agency_id, kind, person_id=new_id(), at=datetime.now(UTC) + HOUR)
        async with database.transaction(agency_id) as session:
            assert await forget_jobs(session, person) == 2
        await asyncio.wait_for(ended.wait(), 30)
    assert await row_of(database, agency_id, running) is None
    assert await row_of(database, agency_id, queued) is None
    assert await row_of(database, agency_id, of_other) is not None


async def test_one_agency_s_many_do_not_starve_another_s_few(database: Database, agency_id: UUID, kind: str) -> None:
    begun: list[UUID] = []

    async def work(job: Job) -> None:
        begun.append(job.agency_id)

    few = new_id()
    async with database.transaction(agency_id) as session:
        for _ in range(300):
            await enqueue(session, kind, because_of=cause(agency_id))
    last = [await put_down(database, few, kind) for _ in range(2)]
    async with working(doing(kind, work, at_once=2), database):
        await gone(database, few, *last)
    # With two at once, each agency has one of them at every turn.
    assert len(begun) < 30
    assert begun.count(few) == 2


async def test_workers_never_do_one_job_at_once(database: Database, agency_id: UUID, kind: str) -> None:
    running: set[UUID] = set()
    done: list[UUID] = []

    async def work(job: Job) -> None:
        assert job.id not in running
        running.add(job.id)
        await asyncio.sleep(0)
        running.remove(job.id)
        done.append(job.id)

    ids: list[UUID] = []
    for agency in (agency_id, new_id(), new_id()):
        async with database.transaction(agency) as session:
            ids += [await enqueue(session, kind, because_of=cause(agency)) for _ in range(100)]

    async def all_done() -> bool:
        return len(done) >= len(ids)

    jobs = doing(kind, work, at_once=3)
    async with working(jobs, database), working(jobs, database), working(jobs, database):
        await eventually(all_done, what="all jobs done")
    assert sorted(done) == sorted(ids)


@pytest.mark.parametrize("known", ["as an empty table", "as it is"])
async def test_one_claim_takes_one(parts: Parts, database: Database, agency_id: UUID, kind: str, known: str) -> None:
    """However the server plans it, which depends on what it knows of the table."""
    owner = await asyncpg.connect((await parts.database("gardenos_notes")).owner_url.replace("+asyncpg", ""))
    if known == "as an empty table":
        await owner.execute("vacuum analyze jobs")
    async with database.transaction(agency_id) as session:
        for _ in range(30):
            await enqueue(session, kind, because_of=cause(agency_id))
    if known == "as it is":
        await owner.execute("vacuum analyze jobs")
    await owner.close()
    claimed = [await Worker(doing(kind, for_ever, at_once=1), EventStore(database), "notes").claim() for _ in range(2)]
    async with database.transaction(agency_id) as session:
        leased = set((await session.execute(select(table.c.id).where(table.c.lease.is_not(None)))).scalars())
    assert [len(each) for each in claimed] == [1, 1]
    assert leased == {job.id for each in claimed for job in each}


async def test_a_worker_killed_is_followed_by_another_and_the_effect_is_there_once(
    parts: Parts, database: Database, agency_id: UUID, kind: str
) -> None:
    outside = Outside()
    urls = await parts.database("gardenos_notes")
    async with outside.serving():
        script = Path(__file__).parent / "outside.py"
        process = await asyncio.create_subprocess_exec(sys.executable, script, urls.app_url, outside.url, kind)
        try:
            id = await put_down(database, agency_id, kind)
            await asyncio.wait_for(outside.came.wait(), 60)
            assert (await row_of(database, agency_id, id)).state == "running"
        finally:
            os.kill(process.pid, signal.SIGKILL)
            assert await process.wait() == -signal.SIGKILL
        outside.release.set()
        async with working(asking(outside.url, kind), database):
            await gone(database, agency_id, id)
    assert outside.asked == [str(id)] * 2
    assert outside.done == [str(id)]


async def test_what_ends_the_process_each_time_fails_in_the_end(database: Database, agency_id: UUID, kind: str) -> None:
    class Killed(BaseException):
        """Nothing is cleaned up: as after kill -9."""

    begun: list[int] = []

    async def work(job: Job) -> None:
        begun.append(job.tries)
        raise Killed

    async with working(doing(kind, work, tries=2, lease=timedelta(seconds=0.2)), database):
        id = await put_down(database, agency_id, kind)
        row = await is_now(database, agency_id, id, "failed")
    assert begun == [1, 2]
    assert "begun again and again" in row.error


async def test_asked_to_stop_a_worker_gives_back_what_it_has_not_finished(
    database: Database, agency_id: UUID, kind: str
) -> None:
    begun = asyncio.Event()
    tries: list[int] = []

    async def hang(job: Job) -> None:
        begun.set()
        await for_ever(job)

    async def work(job: Job) -> None:
        tries.append(job.tries)

    async with working(doing(kind, hang, lease=HOUR), database):
        id = await put_down(database, agency_id, kind)
        await asyncio.wait_for(begun.wait(), 30)
    row = await row_of(database, agency_id, id)
    assert (row.state, row.tries, row.lease) == ("queued", 0, None)
    async with working(doing(kind, work), database):
        await gone(database, agency_id, id)
    assert tries == [1]


async def test_a_long_job_keeps_its_lease(database: Database, agency_id: UUID, kind: str) -> None:
    begun: list[int] = []

    async def work(job: Job) -> None:
        begun.append(job.tries)
        await asyncio.sleep(1.5)

    jobs = doing(kind, work, lease=timedelta(seconds=0.5))
    async with working(jobs, database), working(jobs, database):
        id = await put_down(database, agency_id, kind)
        await gone(database, agency_id, id)
    assert begun == [1]


async def test_a_heart_beats_on_while_a_job_holds_its_row(database: Database, agency_id: UUID, kind: str) -> None:
    held: list[bool] = []
    workers: list[Worker] = []

    async def work(job: Job) -> None:
        async with job.store.database.transaction(job.agency_id) as session:
            assert await job.holds(session)
            # Each would have waited for this transaction, on a connection of its own.
            async with asyncio.timeout(10):
                await asyncio.gather(*(workers[0].keep([job.lease]) for _ in range(20)))
            held.append(await job.holds(session))

    async with working(doing(kind, work), database) as worker:
        workers.append(worker)
        id = await put_down(database, agency_id, kind)
        await gone(database, agency_id, id)
    assert held == [True]


async def test_who_was_frozen_learns_that_another_has_taken_over(
    database: Database, agency_id: UUID, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished: list[tuple[int, bool]] = []
    thawed = asyncio.Event()

    async def work(job: Job) -> None:
        if job.tries == 1:
            await thawed.wait()
        async with job.store.database.transaction(job.agency_id) as session:
            finished.append((job.tries, await job.finish(session)))

    jobs = doing(kind, work, lease=timedelta(seconds=0.3))
    async with working(jobs, database) as first:

        async def not_heard(_: object) -> None:
            """Its heart does not beat."""

        monkeypatch.setattr(first, "keep", not_heard)
        id = await put_down(database, agency_id, kind)
        await is_now(database, agency_id, id, "running")
        async with working(jobs, database):
            await gone(database, agency_id, id)
        thawed.set()

        async def both() -> bool:
            return len(finished) == 2

        await eventually(both)
    assert finished == [(2, True), (1, False)]


async def test_a_database_that_restarts_loses_no_job(agency_id: UUID, kind: str, tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    await postgres.start()
    urls = await postgres.ensure_database("notes")
    await migrate("gardenos_notes", urls.owner_url)
    database = Database(urls.app_url)
    done: list[UUID] = []
    begun, ending = asyncio.Event(), asyncio.Event()

    async def work(job: Job) -> None:
        begun.set()
        await ending.wait()
        done.append(job.id)

    try:
        async with working(doing(kind, work, at_once=1, lease=HOUR), database) as worker:
            first = await put_down(database, agency_id, kind)
            second = await put_down(database, agency_id, kind)
            await asyncio.wait_for(begun.wait(), 30)
            await postgres.stop()
            ending.set()

            async def did() -> bool:
                return len(done) == 1

            await eventually(did)
            await postgres.start()
            database_again = Database((await postgres.ensure_database("notes")).app_url)
            await gone(database_again, agency_id, first, second)
            await database_again.close()
            assert await worker.health() is None
        assert done == [first, second]
    finally:
        await database.close()
        await postgres.stop()


async def test_a_job_goes_on_with_the_trace_of_what_wanted_it(database: Database, agency_id: UUID, kind: str) -> None:
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    spans = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace_id = "0af7651916cd43dd8448eb211c80319d"
    inside: list[int] = []

    async def work(_: Job) -> None:
        inside.append(trace.get_current_span().get_span_context().trace_id)

    async with working(doing(kind, work), database):
        async with database.transaction(agency_id) as session:
            because = cause(agency_id, traceparent=f"00-{trace_id}-b7ad6b7169203331-01")
            id = await enqueue(session, kind, because_of=because)
        await gone(database, agency_id, id)
    (span,) = [span for span in spans.get_finished_spans() if span.name == f"job {kind}"]
    assert inside == [int(trace_id, 16)] == [span.context.trace_id]
    spans.shutdown()


async def test_nobody_at_work_is_told_and_how_much_there_is_is_counted(
    database: Database, agency_id: UUID, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_STUCK_SECONDS", 0)
    monkeypatch.setattr(worker_module, "_OVERDUE_SECONDS", 0.001)
    worker = Worker(doing(kind, for_ever), EventStore(database), "notes")
    assert await worker.health() is None
    await put_down(database, agency_id, kind)
    await put_down(database, agency_id, kind, at=datetime.now(UTC) + HOUR)
    assert "1 jobs wait" in (await worker.health() or "")
    counted = {found.state: found.jobs for found in await worker.count()}
    assert counted == {"queued": 1, "scheduled": 1}
    worker.counts = await worker.count()
    told = {
        (found.attributes or {})["gardenos.state"]: found.value
        for found in worker_module._observe("jobs", None)  # type: ignore[arg-type]
        if (found.attributes or {})["gardenos.job"] == kind
    }
    assert told == {"queued": 1, "scheduled": 1}


def test_a_kind_has_one_function() -> None:
    jobs = doing("notes.twice", for_ever)
    with pytest.raises(ValueError, match="two functions"):
        jobs.on("notes.twice")


async def test_cancelled_jobs_are_gone_after_a_while_and_failed_ones_stay(
    database: Database, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_PRUNE_SECONDS", 0.01)
    states = {}
    for agency_id in (new_id(), new_id()):
        async with EventStore(database).unit_of_work(cause(agency_id)) as work:
            work.record(new_id(), 0, [NoteTaken(note_id=new_id(), text="of an agency that is known")])
        for state, age in (("cancelled", 8), ("cancelled", 6), ("failed", 8)):
            async with database.transaction(agency_id) as session:
                id = await enqueue(session, kind, because_of=cause(agency_id))
                ended = {"state": state, "due_at": None, "ended_at": datetime.now(UTC) - timedelta(days=age)}
                await session.execute(update(table).where(table.c.id == id).values(ended))
            states[id] = state, age
    jobs = Jobs()
    jobs.on(kind)(lambda _: asyncio.sleep(0))

    async def left() -> set[UUID]:
        found: set[UUID] = set()
        async with database.across() as session:
            agencies = list((await session.execute(text("select agency_id from agency_heads"))).scalars())
        for agency_id in agencies:
            async with database.transaction(agency_id) as session:
                found |= set((await session.execute(select(table.c.id).where(table.c.kind == kind))).scalars())
        return found

    async with working(jobs, database, keep_cancelled=timedelta(days=7)):

        async def pruned() -> bool:
            return await left() == {id for id, found in states.items() if found != ("cancelled", 8)}

        await eventually(pruned, what="what was cancelled a week ago gone, and nothing else")
