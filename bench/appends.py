"""Events appended a second through the chassis, beside pyeventsourcing on the same PostgreSQL.

Sixteen writers, fifty agencies, fsync on, one event a command: a new aggregate each. Writers are tasks here and threads
there, as each library is made for; each has sixteen connections. Both store the same facts of a lead.
"""

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count, cycle
from pathlib import Path
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import EmbeddedPostgres
from gardenos_chassis.migrations import migrate
from gardenos_chassis.tenancy import Database
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.leads import LeadCaptured
from gardenos_contracts.values import LineOfBusiness, PersonName

from bench.measure import Measure, in_turns, say

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


def details() -> Iterator[Details]:
    """Leads without end."""
    now = datetime.now(UTC).isoformat()
    for number in count():
        yield Details(
            "Maria", f"Delgado {number}", f"maria{number}@example.com", f"+1512555{number % 10_000:04}",
            "78701", "TX", "auto", "web form", now,
        )  # fmt: skip


class Ours:
    """The chassis' event store."""

    def __init__(self, database: Database) -> None:
        self._store = EventStore(database)
        self._agencies = [new_id() for _ in range(AGENCIES)]
        self._details = details()

    async def a_second(self) -> float:
        """Appends for a while; tells how many a second."""
        agencies = cycle(self._agencies)
        started = time.perf_counter()
        until = started + SECONDS

        async def writer() -> int:
            written = 0
            while time.perf_counter() < until:
                await self._append(next(agencies), next(self._details))
                written += 1
            return written

        written = sum(await asyncio.gather(*(writer() for _ in range(WRITERS))))
        return written / (time.perf_counter() - started)

    async def _append(self, agency_id: UUID, lead: Details) -> None:
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
        context = Context(agency_id, Actor(ActorKind.PERSON, str(agency_id)), str(lead_id))
        async with self._store.unit_of_work(context) as work:
            work.record(lead_id, 0, [captured])


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

    async def a_second(self) -> float:
        """Saves for a while; tells how many a second."""
        return await asyncio.to_thread(self._run)

    def _run(self) -> float:
        agencies = cycle(self._agencies)
        started = time.perf_counter()
        until = started + SECONDS

        def writer() -> int:
            written = 0
            while time.perf_counter() < until:
                self._save(next(agencies), next(self._details))
                written += 1
            return written

        written = sum(future.result() for future in [self._threads.submit(writer) for _ in range(WRITERS)])
        return written / (time.perf_counter() - started)

    def _save(self, agency_id: str, lead: Details) -> None:
        told = {name: getattr(lead, name) for name in Details.__slots__}
        self._application.save(Lead(agency_id, str(new_id()), told))

    def close(self) -> None:
        """Ends its connections."""
        self._threads.shutdown()
        self._application.close()


@asynccontextmanager
async def _postgres() -> AsyncIterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="gardenos-bench-"))
    try:
        async with EmbeddedPostgres(folder / "postgres") as postgres:
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `events_appended`."""
    say(f"events appended: {WRITERS} writers, {AGENCIES} agencies, {ROUNDS} rounds of {SECONDS:g} s")
    async with _postgres() as postgres:
        urls = await postgres.ensure_database("leads")
        await migrate("gardenos_leads", urls.owner_url)
        admin = await postgres.server.connect()
        assert await admin.fetchval("show fsync") == await admin.fetchval("show synchronous_commit") == "on"
        await admin.execute("create database eventsourcing")
        await admin.close()
        database = Database(urls.app_url, pool=WRITERS)
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
        with contextlib.closing(theirs):
            try:
                ours, baseline = await in_turns(
                    Ours(database).a_second, theirs.a_second, rounds=ROUNDS, unit="events/s"
                )
            finally:
                await database.close()
    report(Measure("events_appended", ours, "events/s", baseline, f"pyeventsourcing {version('eventsourcing')}"))
