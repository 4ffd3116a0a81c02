"""A consumer on Kafka: batches in, effects committed, then explicit offsets."""

import asyncio
import logging
import time
from collections import defaultdict
from uuid import UUID

import httpx
from aiokafka import ConsumerRecord, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage as CurrentMessage
from faststream.kafka.message import KafkaMessage
from faststream.middlewares import AckPolicy
from gardenos_contracts import Message, topic_of

from gardenos_chassis.events.application import Application
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.faults import retried_for_ever
from gardenos_chassis.events.feed import FeedClient
from gardenos_chassis.events.store import EventStore
from gardenos_chassis.settings import ServiceSettings

log = logging.getLogger(__name__)


class Subscription:
    """Runs one consumer: what Kafka brings, and by the feeds what Kafka forgot."""

    def __init__(
        self, consumer: Consumer, store: EventStore, settings: ServiceSettings, http: httpx.AsyncClient
    ) -> None:
        self._consumer = consumer
        self.sources = consumer.sources
        self._settings = settings
        token = settings.internal_token.get_secret_value()
        self._applications = {
            source: Application(consumer, source, store, FeedClient(http, settings.url_of(source), token))
            for source in consumer.sources
        }
        self._turns = {source: asyncio.Lock() for source in consumer.sources}
        self._caught_up: set[str] = set()
        self._busy_since: float | None = None
        self.fault: str | None = "starting"

    async def run(self) -> None:
        """Consumes until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(retried_for_ever(self._consume, what=f"{self._consumer.name}: consuming"))
            for source in self._consumer.sources:
                tasks.create_task(self._reconcile(source))

    async def _consume(self) -> None:
        broker = KafkaBroker(
            self._settings.kafka_bootstrap, logger=None, allow_auto_create_topics=False, graceful_timeout=5
        )
        subscriber = broker.subscriber(
            *(topic_of(source) for source in self._consumer.sources),
            group_id=f"gardenos.{self._consumer.name}",
            batch=True,
            # Where nothing came for this long, as long again is slept: the most that a lone event waits there.
            batch_timeout_ms=20,
            max_records=500,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            # The batch is held while the database is away; the group must not give it to another meanwhile.
            max_poll_interval_ms=3_600_000,
        )

        @subscriber(decoder=_undecoded)
        async def on_batch(_: object, message: CurrentMessage) -> None:
            raw = message.raw_message
            await self._on_records(raw if isinstance(raw, tuple) else (raw,))
            await _commit(message)

        try:
            await broker.start()
            self.fault = None
            await asyncio.Event().wait()
        except Exception as error:
            self.fault = f"{type(error).__name__}: {error}"
            raise
        finally:
            await broker.stop()

    async def _on_records(self, records: tuple["ConsumerRecord[bytes, bytes]", ...]) -> None:
        self._busy_since = time.monotonic()
        arrived: defaultdict[tuple[str, UUID], list[Message]] = defaultdict(list)
        for record in records:
            try:
                message = Message.from_kafka(record.headers, record.value or b"")
            except ValueError as foreign:
                # Not an event, so nothing of anybody's history: the marks would show a real gap.
                log.error(
                    "a record that is no event",
                    extra={"topic": record.topic, "offset": record.offset, "fault": str(foreign)},
                )
                continue
            arrived[record.topic.removesuffix(".events"), message.agency_id].append(message)
        for (source, agency_id), messages in arrived.items():
            async with self._turns[source]:
                await self._applications[source].apply(agency_id, messages)
        self._busy_since = None

    async def _reconcile(self, source: str) -> None:
        while True:
            try:
                async with self._turns[source]:
                    await self._applications[source].catch_up()
                self._caught_up.add(source)
            except Exception as error:
                log.info(
                    "%s: cannot ask %s whether something is missing", self._consumer.name, source,
                    extra={"fault": f"{type(error).__name__}: {error}"},
                )  # fmt: skip
            await asyncio.sleep(self._settings.reconcile_seconds if source in self._caught_up else 1)

    @property
    def health(self) -> str | None:
        """None while it consumes; else what is wrong."""
        if self.fault is None and self._busy_since is not None and time.monotonic() - self._busy_since > 30:
            return f"busy with one batch for {time.monotonic() - self._busy_since:.0f} s"
        return self.fault


async def _undecoded(message: KafkaMessage) -> object:
    return message.raw_message


async def _commit(message: KafkaMessage) -> None:
    raw = message.raw_message
    offsets: dict[TopicPartition, int] = {}
    for record in raw if isinstance(raw, tuple) else (raw,):
        place = TopicPartition(record.topic, record.partition)
        offsets[place] = max(offsets.get(place, 0), record.offset + 1)
    try:
        # Each partition by name: a bare commit would take along partitions that nobody has handled.
        await message.consumer.commit(offsets)  # type: ignore[call-arg]
    except Exception as error:
        # The marks are the truth: what comes again is seen and skipped.
        log.info("offsets were not committed; the events will come again and be skipped", extra={"fault": str(error)})
