"""Durable jobs: what one costs the transaction that wants it, how many are done a second, and how soon one is begun.

- `jobs_enqueued`: sixteen writers, an event and a job a transaction, beside the same transactions without the job.
- `jobs_done`: jobs that do nothing, of twenty agencies, by one worker, beside pgqueuer on its own tables, which keep no
  agencies apart, by its own manager.
- `job_begun_p50`, `_p95`: from the commit until the job is begun, one at a time, beside the same of pgqueuer, which hears of
  it by NOTIFY.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from itertools import cycle
from uuid import UUID

import asyncpg
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.migrations import migrate
from gardenos_chassis.tenancy import Database
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.leads import LeadAssigned
from pgqueuer import AsyncpgPoolDriver, Queries, QueueManager
from pgqueuer.models import Job as TheirJob

from bench.measure import Measure, in_turns, say
from bench.own import at_work, own_postgres

WRITERS = 16
AGENCIES = 20
AT_ONCE = 16
BACKLOG = 1000
LATENCIES = 100
SECONDS = 1.0
ROUNDS = 7
KIND = "bench.nothing"


class Ours:
    """The chassis' jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._store = EventStore(database)
        self._agencies = [new_id() for _ in range(AGENCIES)]
        self._turns = cycle(self._agencies)

    async def a_second(self, *, with_job: bool) -> float:
        """Transactions for a while; tells how many a second. Their jobs are gone afterwards."""
        agencies = cycle(self._agencies)
        started = time.perf_counter()
        until = started + SECONDS

        async def writer() -> int:
            written = 0
            while time.perf_counter() < until:
                await self._append(next(agencies), with_job)
                written += 1
            return written

        written = sum(await asyncio.gather(*(writer() for _ in range(WRITERS))))
        took = time.perf_counter() - started
        await self._empty()
        return written / took

    async def put_down(self, jobs: int) -> None:
        """So many jobs, the same number of each agency."""
        for agency_id in self._agencies:
            async with self._database.transaction(agency_id) as session:
                for _ in range(jobs // AGENCIES):
                    await enqueue(session, KIND, because_of=_context(agency_id))

    async def put_one_down(self) -> None:
        """A job of the next agency."""
        agency_id = next(self._turns)
        async with self._database.transaction(agency_id) as session:
            await enqueue(session, KIND, because_of=_context(agency_id))

    async def _append(self, agency_id: UUID, with_job: bool) -> None:
        lead_id = new_id()
        async with self._store.unit_of_work(_context(agency_id)) as work:
            work.record(
                lead_id, 0, [LeadAssigned(lead_id=lead_id, person_id=lead_id, owner_id=agency_id, team_id=None)]
            )
            if with_job:
                await enqueue(work.session, KIND, {"lead_id": lead_id}, because_of=work.context, person_id=lead_id)

    async def _empty(self) -> None:
        for agency_id in self._agencies:
            async with self._database.transaction(agency_id) as session:
                await session.exec_driver_sql("delete from jobs")

    @asynccontextmanager
    async def working(self, work: Callable[[], None]) -> AsyncIterator[None]:
        """A worker that does this for each job."""

        async def once(_: Job) -> None:
            work()

        jobs = Jobs(at_once=AT_ONCE)
        jobs.on(KIND)(once)
        async with at_work(jobs, self._store):
            # Once it has found nothing, it rests: then a hint wakes it.
            await asyncio.sleep(0.05)
            yield


class Theirs:
    """pgqueuer, as it comes."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._queries = Queries(AsyncpgPoolDriver(pool))

    async def put_down(self, jobs: int) -> None:
        """So many jobs."""
        await self._queries.enqueue([KIND] * jobs, [None] * jobs, [0] * jobs)

    async def put_one_down(self) -> None:
        """A job."""
        await self._queries.enqueue(KIND, None)

    @asynccontextmanager
    async def working(self, work: Callable[[], None]) -> AsyncIterator[None]:
        """As ours."""

        async def once(_: TheirJob) -> None:
            work()

        manager = QueueManager(Queries(AsyncpgPoolDriver(self._pool)))
        manager.entrypoint(KIND)(once)
        running = asyncio.create_task(manager.run(batch_size=AT_ONCE, dequeue_timeout=timedelta(seconds=0.5)))
        await asyncio.sleep(0.05)
        try:
            yield
        finally:
            manager.shutdown.set()
            await running


async def backlog(side: Ours | Theirs) -> float:
    """Puts jobs down and has them done; tells how many are done a second."""
    await side.put_down(BACKLOG)
    done, all_done = 0, asyncio.Event()

    def work() -> None:
        nonlocal done
        done += 1
        if done == BACKLOG:
            all_done.set()

    started = time.perf_counter()
    async with side.working(work):
        await all_done.wait()
        return BACKLOG / (time.perf_counter() - started)


async def begun(side: Ours | Theirs) -> list[float]:
    """Seconds from the commit to the beginning, one job at a time."""
    beginning = asyncio.Event()
    waits: list[float] = []
    async with side.working(beginning.set):
        for _ in range(LATENCIES):
            beginning.clear()
            await side.put_one_down()
            committed = time.perf_counter()
            await beginning.wait()
            waits.append(time.perf_counter() - committed)
    return waits


def _context(agency_id: UUID) -> Context:
    return Context(agency_id, Actor(ActorKind.AUTOMATION, "bench"), "bench")


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `jobs_enqueued`, `jobs_done` and `job_begun`."""
    async with own_postgres() as postgres:
        urls = await postgres.ensure_database("leads")
        await migrate("gardenos_leads", urls.owner_url)
        theirs_url = (await postgres.ensure_database("pgqueuer")).owner_url.replace("+asyncpg", "")
        database = Database(urls.app_url, pool=WRITERS)
        async with asyncpg.create_pool(theirs_url, max_size=WRITERS) as pool:
            await Queries(AsyncpgPoolDriver(pool)).install()
            try:
                await _measured(Ours(database), Theirs(pool), report)
            finally:
                await database.close()


async def _measured(ours: Ours, theirs: Theirs, report: Callable[[Measure], None]) -> None:
    say(f"jobs enqueued: {WRITERS} writers, {AGENCIES} agencies, {ROUNDS} rounds of {SECONDS:g} s")
    found, baseline = await in_turns(
        lambda: ours.a_second(with_job=True), lambda: ours.a_second(with_job=False), rounds=ROUNDS, unit="/s"
    )
    report(Measure("jobs_enqueued", found, "transactions/s", baseline, "the same without a job"))
    pgqueuer = f"pgqueuer {version('pgqueuer')} on its own tables"
    say(f"jobs done: {BACKLOG}, {AT_ONCE} at once, {ROUNDS} rounds")
    found, baseline = await in_turns(lambda: backlog(ours), lambda: backlog(theirs), rounds=ROUNDS, unit="jobs/s")
    report(Measure("jobs_done", found, "jobs/s", baseline, pgqueuer))
    say(f"jobs begun: {LATENCIES}, one at a time, twice")
    waits: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(2):
        waits["ours"] += await begun(ours)
        waits["theirs"] += await begun(theirs)
    for words, percent in (("p50", 50), ("p95", 95)):
        of = {who: statistics.quantiles(found, n=100)[percent - 1] * 1000 for who, found in waits.items()}
        report(Measure(f"job_begun_{words}", of["ours"], "ms", of["theirs"], f"{pgqueuer}, {words}"))
