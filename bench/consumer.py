"""A topic drained by a consumer that upserts one row an event, beside the same upserts by bare asyncpg.

Ours takes the events from Kafka, parses them, and commits the rows and the mark. Bare: the rows are made beforehand; one
connection, batch after batch, each one transaction of one agency under the same policies. Told beside two ways of doing it:
a statement a row, sent together (`executemany`), and one statement for all rows of a batch, which is what ours does.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from gardenos_chassis.events import Consumer, EventStore
from gardenos_chassis.events.relay import Producer, Relay, kafka
from gardenos_chassis.events.subscription import Subscription
from gardenos_chassis.ids import new_id
from gardenos_chassis.main import collect_seldom
from gardenos_chassis.migrations import protect
from gardenos_chassis.rows import upsert_many, upsert_of
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.tenancy import Database, Session
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import real_parts
from gardenos_contracts import Event, Message, Received
from gardenos_contracts.leads import LeadCaptured
from gardenos_leads.settings import LeadsSettings
from sqlalchemy import Column, DateTime, MetaData, Table, Text, Uuid, make_url

from bench.measure import Measure, in_turns, percentile, say
from bench.relay import record, recorded

EVENTS = 50_000
AGENCIES = 20
ROUNDS = 3
BATCH = 500

prospects = Table(
    "prospects",
    MetaData(),
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("family", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("source", Text),
    Column("captured_at", DateTime(timezone=True)),
)
_TABLE = """
create table prospects (
    agency_id uuid, lead_id uuid, family text, email text, phone text, source text, captured_at timestamptz,
    primary key (agency_id, lead_id)
)
"""
_ROW = """
insert into prospects (agency_id, lead_id, family, email, phone, source, captured_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (agency_id, lead_id) do update set family = excluded.family, email = excluded.email, phone = excluded.phone,
    source = excluded.source, captured_at = excluded.captured_at
"""


def row_of(event: Received[Event]) -> dict[str, Any]:
    """What is kept of a lead."""
    lead = event.data
    assert isinstance(lead, LeadCaptured)
    return {
        "agency_id": event.agency_id,
        "lead_id": lead.lead_id,
        "family": lead.name.family,
        "email": lead.email,
        "phone": lead.phone,
        "source": lead.source,
        "captured_at": lead.captured_at,
    }


class Ours:
    """A consumer of a new name each trial, so that it reads the topic from its beginning."""

    def __init__(
        self, settings: ServiceSettings, database: Database, owner: "asyncpg.Connection[asyncpg.Record]"
    ) -> None:
        self.batches: list[float] = []
        """Seconds of each transaction, as the consumer takes it."""
        self._settings = settings
        self._database = database
        self._owner = owner

    async def a_second(self) -> float:
        """Drains the topic; tells how many a second, from the first that comes."""
        await self._owner.execute("truncate prospects")
        consumer = Consumer(f"bench.{new_id()}", listens_to=[LeadCaptured])
        began = 0.0

        @consumer.on_batch
        async def keep(events: Sequence[Received[Event]], db: Session) -> None:
            nonlocal began
            began = began or time.perf_counter()
            await upsert_many(db, prospects, [row_of(event) for event in events])

        # Its source's feed has nothing to add: everything is on the topic.
        subscription = _Timed(consumer, EventStore(self._database), self._settings, None)
        task = asyncio.create_task(subscription.run())

        async def drained() -> bool:
            mark = "select sum(sequence) from consumer_marks where consumer = $1"
            return bool(await self._owner.fetchval(mark, consumer.name) == EVENTS)

        await eventually(drained, within=300, what="the topic drained")
        seconds = time.perf_counter() - began
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await self._owner.fetchval("select count(*) from prospects") == EVENTS
        self.batches += subscription.batches
        return EVENTS / seconds


class _Timed(Subscription):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.batches: list[float] = []

    async def _take(self, source: str, agency_id: UUID, messages: Sequence[Message]) -> None:
        started = time.perf_counter()
        await super()._take(source, agency_id, messages)
        self.batches.append(time.perf_counter() - started)


class Bare:
    """asyncpg, and rows that are ready."""

    def __init__(
        self,
        connection: "asyncpg.Connection[asyncpg.Record]",
        owner: "asyncpg.Connection[asyncpg.Record]",
        rows: Sequence[dict[str, Any]],
        *,
        at_once: bool,
    ) -> None:
        self.batches: list[float] = []
        """Seconds of each."""
        self._connection = connection
        self._owner = owner
        self._at_once = at_once
        self._ready: list[tuple[UUID, list[tuple[Any, ...]]]] = []
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            self._ready.append((some[0]["agency_id"], [tuple(row.values()) for row in some]))
        self._statement = upsert_of((prospects, tuple(rows[0])))

    async def a_second(self) -> float:
        """Upserts them all; tells how many a second."""
        await self._owner.execute("truncate prospects")
        began = time.perf_counter()
        for agency_id, rows in self._ready:
            started = time.perf_counter()
            await self._connection.execute(f"begin; set local app.agency_id = '{agency_id.hex}'")
            if self._at_once:
                await self._connection.execute(self._statement, *map(list, zip(*rows, strict=True)))
            else:
                await self._connection.executemany(_ROW, rows)
            await self._connection.execute("commit")
            self.batches.append(time.perf_counter() - started)
        return EVENTS / (time.perf_counter() - began)


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `consumer_upserts` beside both, and `consumer_batch` by its percentiles."""
    say(f"consumer: {EVENTS:,} events of {AGENCIES} agencies, {ROUNDS} rounds")
    async with real_parts() as parts:
        settings = await parts.settings(LeadsSettings, "gardenos_leads")
        urls = await parts.database("gardenos_leads")
        owner = await asyncpg.connect(_plain(urls.owner_url))
        await owner.execute(_TABLE)
        statements: list[str] = []

        class Collected:
            def execute(self, sqltext: str) -> None:
                statements.append(sqltext)

        protect(Collected(), "prospects")
        for statement in statements:
            await owner.execute(statement)
        await owner.execute("alter table prospects no force row level security")
        database = Database.of(settings)
        agencies = [new_id() for _ in range(AGENCIES)]
        connection = await asyncpg.connect(_plain(urls.app_url))
        try:
            await record(EventStore(database), agencies, EVENTS)
            await _publish(database, settings)
            found: list[Message] = await recorded(database, agencies)
            rows = [row_of(message.parse(LeadCaptured)) for message in found]
            collect_seldom()
            ours = Ours(settings, database, owner)
            results = {}
            for name, at_once in (("executemany", False), ("one statement a batch", True)):
                bare = Bare(connection, owner, rows, at_once=at_once)
                rates = await in_turns(ours.a_second, bare.a_second, rounds=ROUNDS, unit="events/s")
                results[name] = (bare, rates)
        finally:
            await connection.close()
            await database.close()
            await owner.close()
    for (name, (bare, (value, baseline))), said in zip(
        results.items(), ("consumer_upserts", "consumer_upserts_at_once"), strict=True
    ):
        against = f"asyncpg, the same rows, {name}"
        report(Measure(said, value, "events/s", baseline, against))
        for part in (50, 95, 99):
            ratio = (percentile(ours.batches, part), percentile(bare.batches, part))
            report(Measure(f"{said}_batch_p{part}", ratio[0], "ms", ratio[1], f"{against}, p{part}"))


async def _publish(database: Database, settings: ServiceSettings) -> None:
    producer = await kafka(settings)()

    async def connected() -> Producer:
        return producer

    await Relay(database, settings.service, connected).publish_all()
    await producer.stop()


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
