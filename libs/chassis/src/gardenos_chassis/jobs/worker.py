"""A worker: takes jobs that are due, has each done under a lease, and says how it ended.

pgqueuer's manager runs it (`manager`). What it asks of its own tables is answered here on ours, one agency at a time.
"""

import asyncio
import logging
import random
import time
import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal
from uuid import UUID

import asyncpg
import httpx
import orjson
from gardenos_contracts import Actor, ActorKind
from opentelemetry.metrics import CallbackOptions, Observation
from sqlalchemy import text

from gardenos_chassis import telemetry
from gardenos_chassis.auth.agency_standing import AT_REST
from gardenos_chassis.events.faults import is_transient, jittered, retried_for_ever
from gardenos_chassis.events.store import Context, EventStore
from gardenos_chassis.jobs.kinds import Job, Jobs, Kind
from gardenos_chassis.jobs.manager import Hints, manager_of
from gardenos_chassis.jobs.queue import HINT
from gardenos_chassis.telemetry import told
from gardenos_chassis.tenancy import Session, act_for, driver_of

log = logging.getLogger(__name__)

_DUE = text("select agencies_with_jobs_due(cast(:kinds as text[]))")
_COUNTS = text("select kind, state, jobs, oldest_seconds, most_tries from job_counts() where kind = any(:kinds)")
# Materialized: joined plainly, the limited select may be run once for each row of the table, and would claim them all.
_CLAIM = """
with due as materialized (
    select agency_id, id, due_at from jobs
    where agency_id = $1 and due_at <= now() and kind = any($2) and id <> all($3)
    order by due_at limit $4 for update skip locked
)
update jobs set state = 'running', lease = gen_random_uuid(), tries = tries + 1, begun_at = now(), due_at = now() + $5
from due where jobs.agency_id = due.agency_id and jobs.id = due.id
returning jobs.id, jobs.kind, jobs.key, jobs.arguments::text as arguments, jobs.tries, jobs.delays, jobs.created_at,
    due.due_at, jobs.lease, jobs.stop_asked, jobs.correlation_id, jobs.causation_id, jobs.traceparent, jobs.on_behalf_of
"""
# Of an agency that is suspended, what acts outward stays where it is.
_CLAIM_AT_WORK = _CLAIM.replace("kind = any($2)", f"kind = any($2) and not (kind = any($6) and exists ({AT_REST}))")
_DONE = "delete from jobs where agency_id = $1 and id = any($2) and lease = any($3)"
# A row that is locked is its own job's, at work in a transaction that holds it: to wait for that would keep a connection for
# each beat of the heart until it ends. It is renewed by the beat after.
_KEEP = text(
    "with free as materialized ("
    "  select id from jobs where agency_id = :agency_id and id = any(:ids) and lease = any(:leases)"
    "  for update skip locked"
    "), renewed as ("
    "  update jobs set due_at = now() + :lease from free where jobs.agency_id = :agency_id and jobs.id = free.id"
    ") select id, stop_asked from jobs where agency_id = :agency_id and id = any(:ids) and lease = any(:leases)"
)
_LATER = text(
    "update jobs set state = 'queued', lease = null, due_at = now() + :after, stop_asked = false, error = :error,"
    " tries = tries - :uncounted, delays = delays + :delayed"
    " where agency_id = :agency_id and id = :id and lease = :lease"
)
_ENDED = text(
    "update jobs set state = :state, lease = null, due_at = null, stop_asked = false, error = :error, ended_at = now()"
    " where agency_id = :agency_id and id = :id and lease = :lease"
)

# Jobs are there for agencies that have recorded something here, or of whom something was read; not every service does both.
_KNOWN_BY = text(
    "select relname from pg_class where oid in (to_regclass('agency_heads'), to_regclass('consumer_marks'))"
)
_PRUNE = text(
    "delete from jobs where agency_id = :agency_id and state = 'cancelled' and ended_at < now() - cast(:after as interval)"
    " returning id"
)

_POLL_SECONDS = 0.5
_BEAT_SECONDS = 4.0
"""At most; by half of this a running job learns that it is asked to stop."""
_COUNT_SECONDS = 5.0
_PRUNE_SECONDS = 3600.0
_STOP_SECONDS = 5.0
_STUCK_SECONDS = 60
_OVERDUE_SECONDS = 120
_FIRST_BACKOFF_SECONDS = 0.25
_MAX_BACKOFF_SECONDS = 60.0

_tried = telemetry.meter.create_counter("gardenos.jobs.tries", description="Jobs tried, by kind and outcome")
_took = telemetry.meter.create_histogram("gardenos.jobs.duration", unit="s", description="Time that one try took")
_waited = telemetry.meter.create_histogram(
    "gardenos.jobs.wait", unit="s", description="From the moment a job was due until it was begun"
)
_workers: "weakref.WeakSet[Worker]" = weakref.WeakSet()


@dataclass(frozen=True, slots=True)
class Count:
    """How many jobs of a kind are in a state, how old the first is, and how often the worst was tried."""

    kind: str
    state: str
    jobs: int
    oldest_seconds: float
    most_tries: int


@dataclass(slots=True)
class _Held:
    """A job that this worker holds: from its claim until it is said how it ended."""

    job: Job
    stop_asked: bool
    begun: float = field(default_factory=time.perf_counter)
    attempt: "asyncio.Task[None] | None" = None
    attendance: "asyncio.Task[Any] | None" = None
    stopped: Literal["asked to", "taken over", "the process ends"] | None = None

    def stop(self, why: Literal["asked to", "taken over", "the process ends"]) -> None:
        """Once: who is stopped takes a moment to end, and is not cut off in that by the next beat."""
        if self.stopped is None:
            self.stopped = why
            if self.attempt is not None:
                self.attempt.cancel()


class _Unended(telemetry.Tellable):
    """A job that nobody ended, and nobody said why."""


class Worker:
    """Does the jobs of one service in one process; any number of processes. `fault` says why it cannot, None if it can.

    Where it `hears_of_agencies`, there is the table of `auth.agency_standing`, and what acts outward goes by it.

    Jobs that were cancelled are gone after `keep_cancelled`; those that failed stay until somebody has seen to them.
    """

    def __init__(
        self, jobs: Jobs, store: EventStore, service: str, *, keep_cancelled: timedelta = timedelta(days=30),
        hears_of_agencies: bool = False,
    ) -> None:  # fmt: skip
        self._jobs = jobs
        self._keep_cancelled = keep_cancelled
        self._kinds = list(jobs.kinds)
        self._outward = [name for name, kind in jobs.kinds.items() if kind.outward] if hears_of_agencies else []
        self._store = store
        self._database = store.database
        self.service = service
        self._held: dict[UUID, _Held] = {}
        """By lease: a job that comes back at once is another."""
        self._done: list[Job] = []
        """To be taken off the queue when the next are taken: which is at once, for there is room."""
        self._stopping = False
        self._hints = Hints()
        self._progress = time.monotonic()
        self.fault: str | None = None
        self.counts: list[Count] = []
        self._database.on_commit(HINT, self.wake)
        _workers.add(self)

    def wake(self) -> None:
        """A hint that a job was put down; polling would find it too."""
        self._hints.give()

    async def run(self) -> None:
        """Works until cancelled; then what is not finished is given back."""
        if self._jobs.opened is not None:
            await self._jobs.opened.wait()
        self._stopping = False
        manager = manager_of(self, self._kinds, self._hints)
        working = asyncio.create_task(
            manager.run(
                dequeue_timeout=timedelta(seconds=_POLL_SECONDS),
                batch_size=self._jobs.at_once,
                # It beats at half of this.
                heartbeat_timeout=min(self._jobs.lease, timedelta(seconds=_BEAT_SECONDS)),
                log_aggregation_interval=timedelta(0),
            )
        )
        besides = [asyncio.create_task(each) for each in (self._keep_counting(), self._keep_pruning())]
        try:
            await asyncio.shield(working)
        finally:
            for each in besides:
                each.cancel()
            self._stopping = True
            manager.shutdown.set()
            await self._stop(working)

    async def _stop(self, working: "asyncio.Task[None]") -> None:
        for held in self._held.values():
            held.stop("the process ends")
        await asyncio.wait({working}, timeout=_STOP_SECONDS)
        # What does not stop, or cannot be given back, is left to the end of its lease.
        for held in self._held.values():
            if held.attendance is not None:
                held.attendance.cancel()
        with suppress(Exception):
            await working
        with suppress(Exception):
            await self._take(0)

    async def count(self) -> list[Count]:
        """Of its kinds, over all agencies."""
        async with self._database.across() as session:
            rows = await session.execute(_COUNTS, {"kinds": self._kinds})
            return [Count(row.kind, row.state, row.jobs, float(row.oldest_seconds), row.most_tries) for row in rows]

    async def _keep_counting(self) -> None:
        while True:
            with suppress(Exception):
                self.counts = await self.count()
            await asyncio.sleep(_COUNT_SECONDS)

    async def prune(self) -> int:
        """Takes jobs away that were cancelled long ago, of every agency; tells how many."""
        async with self._database.across() as session:
            known_by = (await session.execute(_KNOWN_BY)).scalars()
            agencies_of = " union ".join(f"select agency_id from {table}" for table in known_by)  # noqa: S608
            agencies = list((await session.execute(text(agencies_of))).scalars())
        pruned = 0
        for agency_id in agencies:
            async with self._database.transaction(agency_id) as session:
                gone = await session.execute(_PRUNE, {"agency_id": agency_id, "after": self._keep_cancelled})
                pruned += len(gone.all())
        return pruned

    async def _keep_pruning(self) -> None:
        while True:
            # Processes that start together do not all look at the same moment.
            await asyncio.sleep(jittered(_PRUNE_SECONDS))
            with suppress(Exception):
                await self.prune()

    async def health(self) -> str | None:
        """What keeps jobs from being done, or that nobody seems to do them; None if all is well."""
        if self.fault is not None:
            return self.fault
        if time.monotonic() - self._progress < _STUCK_SECONDS:
            return None
        try:
            due = [found for found in await self.count() if found.state == "queued"]
        except Exception as error:
            return f"cannot look what is to be done: {told(error)}"
        seconds = max((found.oldest_seconds for found in due), default=0.0)
        if seconds < _OVERDUE_SECONDS:
            return None
        return f"{sum(found.jobs for found in due)} jobs wait, the first for {seconds:.0f} s, and nothing moves"

    async def claim(self) -> list[Job]:
        """As many as may be begun now, from as many agencies as have any; none while the database is away."""
        free = self._jobs.at_once - len(self._held)
        if free <= 0 or self._stopping:
            return []
        try:
            claimed = await self._take(free)
            self.fault = None
            self._progress = time.monotonic()
        except Exception as error:
            self.fault = f"jobs cannot be taken: {told(error)}"
            log.warning("jobs: will try again", extra={"fault": self.fault}, exc_info=not is_transient(error))
            return []
        for held in claimed:
            self._held[held.job.lease] = held
        return [held.job for held in claimed]

    async def _take(self, free: int) -> list[_Held]:
        """Takes what is done off the queue, and claims as much as is free, in one transaction."""
        held = [held.job.id for held in self._held.values()]
        done, self._done = self._done, []
        claimed: list[_Held] = []
        try:
            async with self._database.across() as session:
                agencies = list((await session.execute(_DUE, {"kinds": self._kinds})).scalars()) if free else []
                await self._take_off(session, done)
                # No agency waits behind another's thousands.
                random.shuffle(agencies)
                for place, agency_id in enumerate(agencies):
                    share = -(-(free - len(claimed)) // (len(agencies) - place))
                    if share <= 0:
                        break
                    await act_for(session, agency_id)
                    claimed += [
                        self._held_of(agency_id, row) for row in await self._claimed(session, held, agency_id, share)
                    ]
        except BaseException:
            self._done += done
            raise
        return claimed

    async def _claimed(
        self, session: Session, held: Sequence[UUID], agency_id: UUID, share: int
    ) -> "list[asyncpg.Record]":
        asked = (agency_id, self._kinds, held, share, self._jobs.lease)
        statement, *more = (_CLAIM_AT_WORK, self._outward) if self._outward else (_CLAIM,)
        rows: list[asyncpg.Record] = await driver_of(session).fetch(statement, *asked, *more)
        return rows

    async def _take_off(self, session: Session, done: Sequence[Job]) -> None:
        by_agency: defaultdict[UUID, list[Job]] = defaultdict(list)
        for job in done:
            by_agency[job.agency_id].append(job)
        for agency_id, several in by_agency.items():
            await act_for(session, agency_id)
            ids, leases = [job.id for job in several], [job.lease for job in several]
            await driver_of(session).execute(_DONE, agency_id, ids, leases)

    def _held_of(self, agency_id: UUID, row: "asyncpg.Record") -> _Held:
        context = Context(
            agency_id=agency_id,
            actor=Actor(ActorKind.AUTOMATION, row["kind"]),
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
            traceparent=row["traceparent"],
            on_behalf_of=row["on_behalf_of"],
            rule=f"platform:does {row['kind']}",
        )
        job = Job(
            id=row["id"],
            kind=row["kind"],
            key=row["key"],
            arguments=orjson.loads(row["arguments"]),
            tries=row["tries"],
            delays=row["delays"],
            created_at=row["created_at"],
            due_at=row["due_at"],
            lease=row["lease"],
            context=context,
            store=self._store,
        )
        return _Held(job, row["stop_asked"])

    async def keep(self, leases: Iterable[UUID]) -> None:
        """Renews the leases of what still runs, and stops what was asked to stop or taken over."""
        by_agency: defaultdict[UUID, list[_Held]] = defaultdict(list)
        for lease in set(leases):
            if (held := self._held.get(lease)) is not None:
                by_agency[held.job.agency_id].append(held)
        for agency_id, several in by_agency.items():
            values = {
                "agency_id": agency_id,
                "ids": [held.job.id for held in several],
                "leases": [held.job.lease for held in several],
                "lease": self._jobs.lease,
            }
            try:
                async with self._database.transaction(agency_id) as session:
                    kept = {row.id: row.stop_asked for row in await session.execute(_KEEP, values)}
            except Exception as error:
                log.info("leases could not be renewed", extra={"agency_id": str(agency_id), "fault": told(error)})
                continue
            for held in several:
                if held.job.id not in kept:
                    held.stop("taken over")
                elif kept[held.job.id]:
                    held.stop("asked to")

    async def attend(self, lease: UUID) -> None:
        """Has one claimed job done, and says how it ended."""
        held = self._held[lease]
        held.attendance = asyncio.current_task()
        kind = self._jobs.kinds[held.job.kind]
        _waited.record((datetime.now(UTC) - held.job.due_at).total_seconds(), {"gardenos.job": held.job.kind})
        try:
            outcome = await self._attend(held, kind)
        finally:
            del self._held[lease]
            # There is room for another.
            self.wake()
        attributes = {"gardenos.job": held.job.kind, "gardenos.outcome": outcome}
        _tried.add(1, attributes)
        _took.record(time.perf_counter() - held.begun, attributes)

    async def _attend(self, held: _Held, kind: Kind) -> str:
        job = held.job
        if held.stop_asked:
            return await self._end(job, "cancelled", None)
        if job.tries > kind.tries:
            # Nobody said what went wrong: the process ended each time.
            return await self._give_up(
                held, kind, _Unended("it was begun again and again, and the process ended each time")
            )
        error = await self._try(held, kind.work(job))
        if error is None and held.stopped is None:
            self._done.append(job)
            return "done"
        if held.stopped is not None:
            return await self._stopped(held)
        assert error is not None
        if _passes(error):
            return await self._delay(job, error)
        if job.tries < kind.tries:
            log.warning("a job failed, and is tried again", extra=_named(job, error))
            await self._settle(job, _LATER, after=_backoff(job.tries), error=told(error), uncounted=0, delayed=0)
            return "retried"
        return await self._give_up(held, kind, error)

    async def _try(self, held: _Held, work: Any) -> Exception | None:
        """Runs it to its end, or until it is stopped; gives what it raised."""
        job = held.job
        with telemetry.working(job.kind, job.context.traceparent, {"gardenos.job.tries": job.tries}):
            held.attempt = asyncio.ensure_future(work)
            if held.stopped is not None:
                held.attempt.cancel()
            elif self._stopping:
                held.stop("the process ends")
            try:
                await asyncio.wait({held.attempt})
            except asyncio.CancelledError:
                held.attempt.cancel()
                raise
        if held.attempt.cancelled():
            return None if held.stopped else _Unended("it was cancelled from within")
        error = held.attempt.exception()
        if error is None:
            # It came to its end before it could be stopped.
            held.stopped = None
        elif not isinstance(error, Exception):
            raise error
        return error

    async def _stopped(self, held: _Held) -> str:
        job = held.job
        if held.stopped == "asked to":
            return await self._end(job, "cancelled", None)
        if held.stopped == "the process ends":
            await self._settle(job, _LATER, after=timedelta(0), error=None, uncounted=1, delayed=0)
            return "given back"
        log.warning("a job was taken over by another worker", extra=_named(job))
        return "taken over"

    async def _delay(self, job: Job, error: Exception) -> str:
        log.warning("a job is prevented, and tried again", extra=_named(job, error))
        after = _backoff(job.delays)
        await self._settle(job, _LATER, after=after, error=told(error), uncounted=1, delayed=1)
        return "delayed"

    async def _give_up(self, held: _Held, kind: Kind, error: Exception) -> str:
        job = held.job
        log.error("a job failed for good", extra=_named(job, error))
        if kind.given_up is not None:
            also = await self._try(held, kind.given_up(job, error))
            if held.stopped is not None:
                return await self._stopped(held)
            if also is not None and _passes(also):
                return await self._delay(job, also)
            if also is not None:
                log.error("that a job failed could not be seen to", extra=_named(job, also))
        return await self._end(job, "failed", told(error))

    async def _end(self, job: Job, state: str, error: str | None) -> str:
        await self._settle(job, _ENDED, state=state, error=error)
        return state

    async def _settle(self, job: Job, statement: Any, **values: object) -> None:
        """Says how it ended, unless another holds it by now. Goes on trying, except when the process ends."""
        named = {"agency_id": job.agency_id, "id": job.id, "lease": job.lease, **values}

        async def settle() -> None:
            async with self._database.transaction(job.agency_id) as session:
                await session.execute(statement, named)

        await retried_for_ever(settle, what=f"{self.service}: jobs")


def _passes(error: Exception) -> bool:
    """Whether it may go well later without anybody's doing. An answer that refuses what was asked will refuse it again."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500 or error.response.status_code in (408, 425, 429)
    return is_transient(error)


def _backoff(times: int) -> timedelta:
    """Doubled each time, up to a minute, and spread, so that what failed together does not come back together."""
    seconds = min(_FIRST_BACKOFF_SECONDS * 2 ** min(times, 10), _MAX_BACKOFF_SECONDS)
    return timedelta(seconds=jittered(seconds))


def _named(job: Job, error: BaseException | None = None) -> Mapping[str, object]:
    said = {"agency_id": str(job.agency_id), "job_id": str(job.id), "job": job.kind, "tries": job.tries}
    return said if error is None else {**said, "fault": told(error)}


def _observe(number: str, _: CallbackOptions) -> Iterable[Observation]:
    for worker in list(_workers):
        for found in worker.counts:
            attributes = {"gardenos.service": worker.service, "gardenos.job": found.kind, "gardenos.state": found.state}
            yield Observation(getattr(found, number), attributes)


telemetry.meter.create_observable_gauge(
    "gardenos.jobs", [partial(_observe, "jobs")], description="Jobs, by kind and state"
)
telemetry.meter.create_observable_gauge(
    "gardenos.jobs.oldest", [partial(_observe, "oldest_seconds")], unit="s", description="Age of the first of them"
)
telemetry.meter.create_observable_gauge(
    "gardenos.jobs.most_tries", [partial(_observe, "most_tries")], description="Tries of the one tried most"
)
