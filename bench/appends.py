"""Events appended a second through the chassis, beside pyeventsourcing and bare asyncpg on the same PostgreSQL.

Sixteen writers, fifty agencies, fsync on, one event a command: a new aggregate each. Writers are tasks here and threads
in pyeventsourcing, as each is made for; each has sixteen connections. All store the same facts of a lead.

The chassis is measured twice: `EventStore.append`, where nothing but the event is stored, as in pyeventsourcing; and a unit of
work, a transaction with room for read tables, as bare asyncpg has it: begin and the agency, the append, commit.
"""

import asyncio
import contextlib
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count, cycle
from uuid import UUID

import asyncpg
import orjson
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.events.store import APPEND
from gardenos_chassis.ids import new_id
from gardenos_chassis.main import collect_seldom
from gardenos_chassis.migrations import migrate
from gardenos_chassis.tenancy import Database
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.leads import LeadCaptured
from gardenos_contracts.values import LineOfBusiness, PersonName

from bench.measure import Measure, all_in_turns, say
from bench.own import own_postgres

WRITERS = 16
AGENCIES = 50
SECONDS = 1.0
ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of the nth lead."""

    given: str
    family: str
    email: str
    phone: str
    postal_code: str
    state: str
    line_of_business: str
    source: str
    captured_at: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What one trial found."""

    a_second: float
    milliseconds: list[float]
    """Each append's."""


def details() -> Iterator[Details]:
    """Leads without end."""
    now = datetime.now(UTC).isoformat()
    for number in count():
        yield Details(
            "Maria", f"Delgado {number}", f"maria{number}@example.com", f"+1512555{number % 10_000:04}",
            "78701", "TX", "auto", "web form", now,
        )  # fmt: skip


async def by_tasks(append: Callable[[], Awaitable[None]]) -> Taken:
    """Appends for a while, by as many tasks as there are writers."""
    took: list[float] = []
    started = time.perf_counter()
    until = started + SECONDS

    async def writer() -> None:
        while (begun := time.perf_counter()) < until:
            await append()
            took.append(1000 * (time.perf_counter() - begun))

    await asyncio.gather(*(writer() for _ in range(WRITERS)))
    return Taken(len(took) / (time.perf_counter() - started), took)


class Ours:
    """The chassis' event store."""

    def __init__(self, database: Database) -> None:
        self._store = EventStore(database)
        self._agencies = cycle([new_id() for _ in range(AGENCIES)])
        self._details = details()

    async def alone(self) -> Taken:
        """Events and nothing else."""

        async def append() -> None:
            lead_id, context, captured = self._next()
            await self._store.append(context, lead_id, 0, [captured])

        return await by_tasks(append)

    async def in_units_of_work(self) -> Taken:
        """Transactions with room for read tables."""

        async def append() -> None:
            lead_id, context, captured = self._next()
            async with self._store.unit_of_work(context) as work:
                work.record(lead_id, 0, [captured])

        return await by_tasks(append)

    def _next(self) -> tuple[UUID, Context, LeadCaptured]:
        agency_id, lead = next(self._agencies), next(self._details)
        lead_id = new_id()
        captured = LeadCaptured(
            lead_id=lead_id,
            person_id=new_id(),
            name=PersonName(given=lead.given, family=lead.family),
            email=lead.email,
            phone=lead.phone,
            postal_code=lead.postal_code,
            state=lead.state,
            line_of_business=LineOfBusiness(lead.line_of_business),
            source=lead.source,
            captured_at=datetime.fromisoformat(lead.captured_at),
        )
        return lead_id, Context(agency_id, Actor(ActorKind.PERSON, str(agency_id)), str(lead_id)), captured


class Bare:
    """The same SQL in the same transaction by asyncpg alone, of dictionaries."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._agencies = cycle([new_id() for _ in range(AGENCIES)])
        self._details = details()

    async def taken(self) -> Taken:
        """Begin and the agency in one message, the append, commit."""
        return await by_tasks(self._append)

    async def _append(self) -> None:
        agency_id, lead_id, lead = next(self._agencies), new_id(), next(self._details)
        told = {name: getattr(lead, name) for name in Details.__slots__}
        data = orjson.dumps({"lead_id": lead_id, "person_id": new_id(), **told}).decode()
        metadata = orjson.dumps({"actor": f"person:{agency_id}", "correlation_id": str(lead_id)}).decode()
        async with self._pool.acquire() as connection:
            await connection.execute(f"begin; set local app.agency_id = '{agency_id.hex}'")
            await connection.execute(
                APPEND,
                agency_id,
                1,
                [lead_id],
                [1],
                ["leads.LeadCaptured.v1"],
                [data],
                [metadata],
                [datetime.now(UTC)],
                [],
                [],
            )
            await connection.execute("commit")


class Lead(Aggregate):
    """A lead in pyeventsourcing's words."""

    @event("Captured")
    def __init__(self, agency_id: str, person_id: str, details: dict[str, str]) -> None:
        self.agency_id = agency_id
        self.person_id = person_id
        self.details = details


class Theirs:
    """pyeventsourcing's application."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._application: Application[UUID] = Application(environment)
        self._agencies = [str(new_id()) for _ in range(AGENCIES)]
        self._details = details()
        self._threads = ThreadPoolExecutor(WRITERS)

    async def taken(self) -> Taken:
        """Saves for a while."""
        return await asyncio.to_thread(self._run)

    def _run(self) -> Taken:
        agencies = cycle(self._agencies)
        took: list[float] = []
        started = time.perf_counter()
        until = started + SECONDS

        def writer() -> None:
            while (begun := time.perf_counter()) < until:
                self._save(next(agencies), next(self._details))
                took.append(1000 * (time.perf_counter() - begun))

        for future in [self._threads.submit(writer) for _ in range(WRITERS)]:
            future.result()
        return Taken(len(took) / (time.perf_counter() - started), took)

    def _save(self, agency_id: str, lead: Details) -> None:
        told = {name: getattr(lead, name) for name in Details.__slots__}
        self._application.save(Lead(agency_id, str(new_id()), told))

    def close(self) -> None:
        """Ends its connections."""
        self._threads.shutdown()
        self._application.close()


async def _keep(_: object) -> None:
    """Nothing to reset: the setting ends with the transaction."""


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `events_appended…` and how long an append took."""
    # As every process that serves.
    collect_seldom()
    say(f"events appended: {WRITERS} writers, {AGENCIES} agencies, {ROUNDS} rounds of {SECONDS:g} s")
    async with own_postgres() as postgres:
        urls = await postgres.ensure_database("leads")
        await migrate("gardenos_leads", urls.owner_url)
        admin = await postgres.server.connect()
        assert await admin.fetchval("show fsync") == await admin.fetchval("show synchronous_commit") == "on"
        await admin.execute("create database eventsourcing")
        await admin.close()
        ours = Ours(database := Database(urls.app_url, pool=WRITERS))
        theirs = Theirs(
            {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": "eventsourcing",
                "POSTGRES_HOST": postgres.server.host,
                "POSTGRES_PORT": str(postgres.server.port),
                "POSTGRES_USER": postgres.server.user,
                "POSTGRES_PASSWORD": postgres.server.password,
                "POSTGRES_POOL_SIZE": str(WRITERS),
            }
        )
        bare = await asyncpg.create_pool(
            urls.app_url.replace("+asyncpg", ""),
            min_size=WRITERS,
            max_size=WRITERS,
            server_settings={"jit": "off"},
            reset=_keep,
        )
        trials = {
            "alone": ours.alone,
            "in units of work": ours.in_units_of_work,
            "bare asyncpg": Bare(bare).taken,
            "pyeventsourcing": theirs.taken,
        }
        with contextlib.closing(theirs):
            try:
                taken = await all_in_turns(trials, rounds=ROUNDS, told=lambda found: f"{found.a_second:,.0f}")
            finally:
                # Before the server goes, for it would open what is closed.
                await bare.close()
                await database.close()
    named = f"pyeventsourcing {version('eventsourcing')}"
    _tell(report, "events_appended", taken["alone"], taken["pyeventsourcing"], named)
    _tell(report, "events_appended_in_units_of_work", taken["in units of work"], taken["bare asyncpg"], "bare asyncpg")
    rates = (statistics.median(each.a_second for each in taken[who]) for who in ("in units of work", "pyeventsourcing"))
    report(Measure("events_appended_in_units_of_work", next(rates), "events/s", next(rates), named))


def _tell(report: Callable[[Measure], None], name: str, ours: list[Taken], baseline: list[Taken], against: str) -> None:
    """The rate, and how long an append took: of 100, the longest but 50, 5 and 1."""
    rates = [statistics.median(each.a_second for each in taken) for taken in (ours, baseline)]
    report(Measure(name, rates[0], "events/s", rates[1], against))
    cuts = [
        statistics.quantiles([took for each in taken for took in each.milliseconds], n=100)
        for taken in (ours, baseline)
    ]
    for percent in (50, 95, 99):
        report(Measure(f"{name}_p{percent}", cuts[0][percent - 1], "ms", cuts[1][percent - 1], against))
