"""A read model rebuilt, beside the live consumer that works off the same history as a backlog.

Both are the reporting service's views of the same events of the leads service, which is a process of its own: its relay has
published all of them before the clock starts, and its feed serves them. The live consumer is a process that starts with
nothing read: it takes what Kafka and the feed bring, as it does in service. Timed from its first mark to its last. The
rebuild is timed whole, from the making of its tables to the change of places.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from itertools import pairwise
from uuid import UUID

import asyncpg
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.read_models.progress import Progress
from gardenos_chassis.read_models.rebuild import rebuild
from gardenos_chassis.tenancy import Database
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import Parts, real_parts
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.leads import LeadAssigned, LeadCaptured, LeadStageChanged, Stage
from gardenos_contracts.values import PersonName
from gardenos_leads.projections import project
from gardenos_leads.settings import LeadsSettings
from gardenos_reporting.app import create_service
from gardenos_reporting.settings import ReportingSettings

from bench.measure import Measure, percentile, say
from bench.processes import serving
from bench.settings import settings_of

AGENCIES = int(os.environ.get("AGENCIES", "50"))
LEADS = int(os.environ.get("LEADS", "200"))
"""Of each agency; three events each."""
ROUNDS = 3


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `rebuild`, events a second, and `rebuild_page_p50`, `_p95`, `_p99` of its pages."""
    events = AGENCIES * LEADS * 3
    say(f"rebuild: {events:,} events of {AGENCIES} agencies")
    async with real_parts() as parts, AsyncExitStack() as stack:
        ports = {service: free_port() for service in ("leads", "reporting")}
        environment = {"PATH": os.environ["PATH"]}
        for service, port in ports.items():
            environment |= await settings_of(parts, service, port)
        # Who else it reads from has nothing to say; leads serves the feed.
        leads_url = f"http://127.0.0.1:{ports['leads']}"
        environment |= {"GARDENOS_LEADS_URL": leads_url}
        environment |= {
            f"GARDENOS_{name.upper()}_URL": parts.sources.url_of(name)
            for name in ("identity", "clients", "comms", "ai")
        }
        await _history(parts)
        await stack.enter_async_context(
            serving("-m", "gardenos_leads", environment=environment, answers_at=f"{leads_url}/readyz")
        )
        await _until(parts, "leads", "select coalesce(sum(published), 0) from relay_marks", events, within=300)
        say("  all is published")
        live = await _live(parts, environment, ports["reporting"], events)
        say(f"  the live consumer: {live:,.0f} events/s")
        rates, pages = [], []
        for number in range(1, ROUNDS + 1):
            rate, took = await _rebuilt(parts, leads_url, events)
            rates.append(rate)
            pages += took
            say(f"  rebuild {number} of {ROUNDS}: {rate:,.0f} events/s")
    report(Measure("rebuild", statistics.median(rates), "events/s", live, "the live consumer on the same backlog"))
    for part in (50, 95, 99):
        report(
            Measure(
                f"rebuild_page_p{part}",
                percentile(pages, part),
                "ms",
                1e6 / live,
                "the live consumer, 1,000 events on average",
            )
        )


async def _history(parts: Parts) -> None:
    settings = await parts.settings(LeadsSettings, "gardenos_leads")
    database = Database.of(settings)
    store = EventStore(database, [project])
    try:
        for agency_id in (new_id() for _ in range(AGENCIES)):
            async with store.unit_of_work(Context(agency_id, Actor(ActorKind.SYSTEM, "bench"), "bench")) as work:
                for number in range(LEADS):
                    work.record(lead_id := new_id(), 0, _life(lead_id, number))
    finally:
        await database.close()


def _life(lead_id: UUID, number: int) -> list[LeadCaptured | LeadAssigned | LeadStageChanged]:
    person_id = new_id()
    name = PersonName(given="Maria", family=f"Delgado {number}")
    return [
        LeadCaptured(
            lead_id=lead_id, person_id=person_id, name=name, email=f"maria{number}@example.com", source="web form",
            captured_at="2026-03-02T12:00:00Z",
        ),
        LeadAssigned(lead_id=lead_id, person_id=person_id, owner_id=new_id(), team_id=None, previous_owner_id=None),
        LeadStageChanged(lead_id=lead_id, person_id=person_id, stage=Stage.QUOTED, previous_stage=Stage.NEW),
    ]  # fmt: skip


async def _live(parts: Parts, environment: dict[str, str], port: int, events: int) -> float:
    marks = "select coalesce(sum(sequence), 0) from consumer_marks"
    address = f"http://127.0.0.1:{port}/livez"
    async with serving("-m", "gardenos_reporting", environment=environment, answers_at=address):
        before = await _until(parts, "reporting", marks, 1)
        started = time.perf_counter()
        await _until(parts, "reporting", marks, events, within=600)
        return (events - before) / (time.perf_counter() - started)


async def _until(parts: Parts, service: str, query: str, wanted: int, *, within: float = 60) -> int:
    server = parts.postgres.server
    connection = await asyncpg.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, database=f"gardenos_{service}"
    )

    async def there() -> int:
        found = int(await connection.fetchval(query))
        return found if found >= wanted else 0

    try:
        return await eventually(there, within=within, what=query)
    finally:
        await connection.close()


async def _rebuilt(parts: Parts, leads_url: str, events: int) -> tuple[float, list[float]]:
    """Events a second, and the seconds of each page: from one that is committed to the next, of those filled at once."""
    service = create_service(await parts.settings(ReportingSettings, "gardenos_reporting", leads_url=leads_url))
    moments: list[tuple[float, int]] = []

    def note(progress: Progress) -> None:
        done = sum(progress.done.values())
        if not moments or moments[-1][1] != done:
            moments.append((time.perf_counter(), done))

    owner_url = (await parts.database("gardenos_reporting")).owner_url
    try:
        started = time.perf_counter()
        taken = await rebuild(service, service.read_models["views"], owner_url, note)
        seconds = time.perf_counter() - started
    finally:
        await service.http.aclose()
        await service.database.close()
    assert taken == events, (taken, events)
    return events / seconds, [b[0] - a[0] for a, b in pairwise(moments)]


if __name__ == "__main__":
    asyncio.run(measure(lambda found: print(found.line())))
