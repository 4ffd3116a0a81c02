"""A backlog drained by the relay, beside a bare aiokafka producer of the same bytes on the same broker.

Bare: the messages are made beforehand, key, headers and all, and as many batches of the same size are under way at once,
with all acknowledgements, idempotence and requests of the same size. Ours reads them from the store, where what is
personal is sealed, makes them, sends them and moves the marks.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaProducer
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.events.relay import Connect, Producer, Relay, kafka
from gardenos_chassis.events.store import read_after
from gardenos_chassis.events.topics import ensure_topics
from gardenos_chassis.ids import new_id
from gardenos_chassis.main import collect_seldom
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.tenancy import Database
from gardenos_chassis.testing.parts import real_parts
from gardenos_contracts import Actor, ActorKind, Message, topic_of
from gardenos_contracts.leads import LeadCaptured
from gardenos_contracts.values import PersonName
from gardenos_leads.settings import LeadsSettings
from sqlalchemy import make_url

from bench.appends import Details, details
from bench.measure import Measure, in_turns, percentile, say

BACKLOG = 100_000
AGENCIES = 50
ROUNDS = 3
BATCH = 500
AT_ONCE = 4


class Ours:
    """The relay, which at each trial finds the whole backlog unpublished."""

    def __init__(
        self, settings: ServiceSettings, database: Database, owner: "asyncpg.Connection[asyncpg.Record]"
    ) -> None:
        self.batches: list[float] = []
        """Seconds of each, from the database to the mark."""
        self._settings = settings
        self._database = database
        self._owner = owner

    async def a_second(self) -> float:
        """Drains the backlog; tells how many a second."""
        await self._owner.execute("truncate relay_marks")
        producer = await kafka(self._settings)()

        async def connected() -> Producer:
            return producer

        relay = _Timed(self._database, self._settings.service, connected)
        started = time.perf_counter()
        await relay.publish_all()
        seconds = time.perf_counter() - started
        await producer.stop()
        assert await self._owner.fetchval("select sum(published) from relay_marks") == BACKLOG
        self.batches += relay.batches
        return BACKLOG / seconds


class _Timed(Relay):
    def __init__(self, database: Database, service: str, connect: Connect) -> None:
        super().__init__(database, service, connect)
        self.batches: list[float] = []

    async def _publish_agency(self, producer: Producer, agency_id: UUID) -> bool:
        started = time.perf_counter()
        more = await super()._publish_agency(producer, agency_id)
        self.batches.append(time.perf_counter() - started)
        return more


class Bare:
    """aiokafka's producer, and the messages as they go on the wire."""

    def __init__(self, settings: ServiceSettings, messages: Sequence[Message]) -> None:
        self.batches: list[float] = []
        """Seconds of each, from its first message to the last acknowledgement."""
        self._settings = settings
        self._topic = topic_of(settings.service)
        self._ready = [(message.data, str(message.agency_id).encode(), message.headers()) for message in messages]

    async def a_second(self) -> float:
        """Sends them all; tells how many a second."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka_bootstrap,
            acks="all",
            enable_idempotence=self._settings.kafka_idempotence,
            max_batch_size=262_144,
        )
        await producer.start()
        left = iter(self._ready)

        async def send_some() -> None:
            while batch := list(islice(left, BATCH)):
                started = time.perf_counter()
                acknowledged = [
                    await producer.send(self._topic, value=value, key=key, headers=headers)
                    for value, key, headers in batch
                ]
                for acknowledgement in acknowledged:
                    await acknowledgement
                self.batches.append(time.perf_counter() - started)

        started = time.perf_counter()
        await asyncio.gather(*(send_some() for _ in range(AT_ONCE)))
        seconds = time.perf_counter() - started
        await producer.stop()
        return len(self._ready) / seconds


def captured(lead: Details) -> LeadCaptured:
    """The fact of one lead."""
    return LeadCaptured(
        lead_id=new_id(),
        person_id=new_id(),
        name=PersonName(given=lead.given, family=lead.family),
        email=lead.email,
        phone=lead.phone,
        postal_code=lead.postal_code,
        state=lead.state,
        source=lead.source,
        captured_at=lead.captured_at,
    )


async def record(store: EventStore, agencies: Sequence[UUID], events: int) -> None:
    """So many leads captured, the same number in each agency."""
    told: Iterator[Details] = details()
    for agency_id in agencies:
        context = Context(agency_id, Actor(ActorKind.PERSON, str(agency_id)), str(agency_id))
        for _ in range(events // len(agencies) // BATCH):
            async with store.unit_of_work(context) as work:
                for lead in islice(told, BATCH):
                    event = captured(lead)
                    work.record(event.lead_id, 0, [event])


async def recorded(database: Database, agencies: Sequence[UUID]) -> list[Message]:
    """Everything recorded, as it goes on the wire."""
    found: list[Message] = []
    for agency_id in agencies:
        async with database.transaction(agency_id) as session:
            found += await read_after(session, 0, BACKLOG)
    return found


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `relay_drain`, and `relay_batch` of 500 messages by its percentiles."""
    say(f"relay: a backlog of {BACKLOG:,} events of {AGENCIES} agencies, {ROUNDS} rounds")
    async with real_parts() as parts:
        settings = await parts.settings(LeadsSettings, "gardenos_leads")
        urls = await parts.database("gardenos_leads")
        owner = await asyncpg.connect(
            make_url(urls.owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
        )
        database = Database.of(settings)
        agencies = [new_id() for _ in range(AGENCIES)]
        try:
            await ensure_topics([settings.service], settings)
            await record(EventStore(database), agencies, BACKLOG)
            ours = Ours(settings, database, owner)
            bare = Bare(settings, await recorded(database, agencies))
            collect_seldom()
            value, baseline = await in_turns(ours.a_second, bare.a_second, rounds=ROUNDS, unit="events/s")
        finally:
            await database.close()
            await owner.close()
    against = "aiokafka's producer, the same bytes"
    report(Measure("relay_drain", value, "events/s", baseline, against))
    for part in (50, 95, 99):
        report(
            Measure(
                f"relay_batch_p{part}",
                percentile(ours.batches, part),
                "ms",
                percentile(bare.batches, part),
                f"{against}, p{part}",
            )
        )
