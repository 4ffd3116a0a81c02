"""The relay: recorded events to Kafka, in order per agency, from the last published mark."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import lru_cache
from typing import Protocol, TypeAlias
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner
from gardenos_contracts import Message, topic_of
from sqlalchemy import text

from gardenos_chassis import telemetry
from gardenos_chassis.events.store import EVENTS, messages_of
from gardenos_chassis.events.topics import ensure_topics
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.tasks import heed_cancellation
from gardenos_chassis.telemetry import told
from gardenos_chassis.tenancy import Database, Session, last_of

log = logging.getLogger(__name__)

_BEHIND = text(
    "select agency_id from agency_heads left join relay_marks using (agency_id)"
    " where head > coalesce(published, 0) limit 1000"
)
_BEGIN = text("insert into relay_marks (agency_id, published) values (:agency_id, 0) on conflict do nothing")
# The mark is held until the commit. Nothing comes where another relay holds it, or where there is none yet.
_TAKE = text(f"""
with mark as materialized (select published from relay_marks where agency_id = :agency_id for update skip locked)
{EVENTS} where sequence > (select published from mark) order by sequence limit :limit
""")  # noqa: S608 - constants
# Digits of a number and a number, whatever was given: nothing that could be SQL. It need not be on disk: where a crash of
# the server loses it, what was published is published again, and seen.
_MARK = (
    "set local synchronous_commit = off; update relay_marks set published = {published} where agency_id = '{agency_id}'"
)

_BATCH = 500
_BATCH_BYTES = 262_144
_POLL_SECONDS = 0.5
_AT_ONCE = 4
# An event waits no longer than a second after the broker is back.
_MAX_BACKOFF_SECONDS = 0.4


class Producer(Protocol):
    """What the relay needs of aiokafka's producer."""

    async def send(
        self, topic: str, *, value: bytes, key: bytes, headers: Sequence[tuple[str, bytes]]
    ) -> Awaitable[object]:
        """Takes one message; what it gives is awaited for the broker's acknowledgement."""

    async def stop(self) -> None:
        """Ends it."""


Connect: TypeAlias = Callable[[], Awaitable[Producer]]
"""Gives a producer that is ready. Raises what aiokafka raises while the broker is away."""


def kafka(settings: ServiceSettings) -> Connect:
    """Producers on the settings' broker, with the topic of the settings' service in place."""

    async def connect() -> Producer:
        # A broker that lost everything has lost the topic too.
        await ensure_topics([settings.service], settings)
        producer = AIOKafkaProducer(
            bootstrap_servers=settings.kafka_bootstrap,
            acks="all",
            enable_idempotence=settings.kafka_idempotence,
            client_id=f"gardenos-{settings.service}-relay",
            request_timeout_ms=10_000,
            max_request_size=4_000_000,
            max_batch_size=_BATCH_BYTES,
            partitioner=_partition,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        found: Producer = producer
        return found

    return connect


_by_key = DefaultPartitioner()


@lru_cache(maxsize=10_000)
def _place(key: bytes, partitions: int) -> int:
    place: int = _by_key(key, range(partitions), ())
    return place


def _partition(key: bytes, all_partitions: list[int], _: object) -> int:
    """As every client does it, but an agency's key is hashed once and not for each of its messages."""
    return all_partitions[_place(key, len(all_partitions))]


class Relay:
    """Publishes one service's events. Any number may run; each takes agencies that no other holds.

    A crash between publishing and marking repeats; it never loses. After any fault of the broker the producer is
    built anew, for an idempotent one may never recover, and publishing resumes from the mark.
    """

    def __init__(self, database: Database, service: str, connect: Connect) -> None:
        self._database = database
        self._topic = topic_of(service)
        self._service = service
        self._connect = connect
        self._attributes = {
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.destination.name": self._topic,
        }
        self._hint = asyncio.Event()
        self._hinted: set[UUID] = set()
        self._looked = 0.0
        self._producer: Producer | None = None
        self.progress = time.time()
        """When it last had published all there was; seconds since 1970."""
        self.fault: str | None = "starting"

    def wake(self, agency_id: UUID) -> None:
        """A hint that there is something of an agency to publish; polling would find it too."""
        self._hinted.add(agency_id)
        self._hint.set()

    async def run(self) -> None:
        """Publishes until cancelled."""
        backoff = 0.1
        try:
            while True:
                heed_cancellation()
                try:
                    if time.monotonic() - self._looked >= _POLL_SECONDS:
                        await self.publish_all()
                    else:
                        await self._publish(self._hinted_now())
                    self.fault = None
                    self.progress = time.time()
                    backoff = 0.1
                except Exception as error:
                    self.fault = told(error)
                    log.warning(
                        "relay: cannot publish, will try again", extra={"service": self._service, "fault": self.fault}
                    )
                    await self._drop_producer()
                    # What was hinted at is looked for.
                    self._looked = 0.0
                    await asyncio.sleep(backoff)
                    backoff = min(backoff * 2, _MAX_BACKOFF_SECONDS)
                    continue
                await self._rest()
        finally:
            await self._drop_producer()

    async def _rest(self) -> None:
        try:
            # Not wait_for, which before Python 3.12 loses a cancellation that meets the hint.
            async with asyncio.timeout(self._looked + _POLL_SECONDS - time.monotonic()):
                await self._hint.wait()
        except TimeoutError:
            return

    def _hinted_now(self) -> Collection[UUID]:
        self._hint.clear()
        hinted, self._hinted = self._hinted, set()
        return hinted

    async def publish_all(self) -> None:
        """Publishes all that is recorded and not yet published."""
        looked = time.monotonic()
        self._hinted_now()
        # Asked for even where there is nothing to publish: so it is known that the broker is there.
        await self._ready_producer()
        while behind := await self._behind():
            await self._publish(behind)
            if len(behind) < 1000:
                break
        self._looked = looked

    async def _publish(self, agencies: Collection[UUID]) -> None:
        """Publishes what is recorded of these agencies and not yet published; those that others hold are theirs."""
        producer = await self._ready_producer()
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(agency_id: UUID) -> None:
            async with gate:
                while await self._publish_agency(producer, agency_id):
                    pass

        for outcome in await asyncio.gather(*map(one, agencies), return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    async def _behind(self) -> Sequence[UUID]:
        async with self._database.across() as session:
            return (await session.execute(_BEHIND)).scalars().all()

    async def _publish_agency(self, producer: Producer, agency_id: UUID) -> bool:
        """One batch of one agency; True if there may be more. False too if another relay holds the agency."""
        async with self._database.transaction(agency_id) as session:
            messages = await _take(session, agency_id)
            if not messages and (await session.execute(_BEGIN, {"agency_id": agency_id})).rowcount:
                messages = await _take(session, agency_id)
            if not messages:
                return False
            await self._send(producer, messages)
            last_of(session, _MARK.format(agency_id=UUID(agency_id.hex), published=int(messages[-1].sequence)))
        telemetry.events_published.add(len(messages), self._attributes)
        return len(messages) == _BATCH

    async def _send(self, producer: Producer, messages: Sequence[Message]) -> None:
        started = time.perf_counter()
        acknowledged = [
            await producer.send(
                self._topic, value=message.data, key=str(message.agency_id).encode(), headers=message.headers()
            )
            for message in messages
        ]
        for acknowledgement in acknowledged:
            await acknowledgement
        telemetry.publish_duration.record(time.perf_counter() - started, self._attributes)

    async def _ready_producer(self) -> Producer:
        if self._producer is None:
            self._producer = await self._connect()
        return self._producer

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                async with asyncio.timeout(5):
                    await producer.stop()
            except Exception as error:
                log.info("relay: the old producer did not stop cleanly", extra={"fault": told(error)})

    @property
    def health(self) -> str | None:
        """None while it publishes; else what is wrong."""
        stalled = time.time() - self.progress
        if self.fault is None and stalled > 30:
            return f"no progress for {stalled:.0f} s"
        return self.fault


async def _take(session: Session, agency_id: UUID) -> Sequence[Message]:
    """An agency's next events that are not published, of which this transaction alone may say that they are."""
    return messages_of(session, await session.execute(_TAKE, {"agency_id": agency_id, "limit": _BATCH}))
