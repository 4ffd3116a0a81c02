"""A consumer on Kafka: batches in, effects committed, then explicit offsets."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, TypeAlias
from uuid import UUID

import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.partitioner import DefaultPartitioner
from faststream.kafka import KafkaBroker
from faststream.middlewares import AckPolicy
from gardenos_contracts import Message, topic_of

from gardenos_chassis.events.application import Application
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.faults import HeldUp, retried_for_ever
from gardenos_chassis.events.feed import FeedClient
from gardenos_chassis.events.intake import Intake, Offsets
from gardenos_chassis.events.reconciliation import Reconciliation
from gardenos_chassis.events.store import EventStore
from gardenos_chassis.events.topics import ensure_topics
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.tasks import heed_cancellation, stopped
from gardenos_chassis.telemetry import told

log = logging.getLogger(__name__)

_Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

_STRIKES = 3
_FETCH_MILLISECONDS = 1000
_FETCH_RECORDS = 2000
"""The more at once, the fewer transactions a flood takes."""
_BUSY_SECONDS = 30.0
_COMMIT_SECONDS = 0.5
_COMMIT_PATIENCE_SECONDS = 5.0
_STOP_SECONDS = 10.0


class Subscription:
    """Runs one consumer: what Kafka brings, and by the feeds what Kafka forgot.

    Kafka's client can live on and bring nothing. So it is judged by what it brings: when look after look the source has
    events of partitions that are assigned here, and none came, the connection is made anew.
    """

    def __init__(
        self, consumer: Consumer, store: EventStore, settings: ServiceSettings, http: httpx.AsyncClient
    ) -> None:
        self.name = consumer.name
        self.sources = consumer.sources
        self._settings = settings
        token = settings.internal_token.get_secret_value()
        self.reconciliations: Mapping[str, Reconciliation] = {
            source: Reconciliation(
                Application(consumer, source, store, FeedClient(http, settings.url_of(source), token)),
                every=settings.reconcile_seconds,
            )
            for source in consumer.sources
        }
        self.kafka: AIOKafkaConsumer | None = None
        """The client, while there is a connection."""
        self.brought = dict.fromkeys(self.sources, 0)
        """How many records Kafka brought of each source."""
        self._brought_before = dict.fromkeys(self.sources, 0)
        self._strikes = dict.fromkeys(self.sources, 0)
        self._patience = _STRIKES
        self._anew = asyncio.Event()
        self._intake: Intake | None = None
        self.progress = time.time()
        """When it last got on, or found that there was nothing to do; seconds since 1970."""
        self.fault: str | None = "starting"

    async def run(self) -> None:
        """Consumes until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(retried_for_ever(self._consume, what=f"{self.name}: consuming"))
            for source, reconciliation in self.reconciliations.items():
                tasks.create_task(self._reconcile(source, reconciliation))

    async def _consume(self) -> None:
        """One connection to Kafka after the other; raises what stops one from being made."""
        try:
            while True:
                await self._consume_once()
        except Exception as error:
            self.fault = told(error)
            raise

    async def _consume_once(self) -> None:
        """Consumes until the connection is to be made anew."""
        self._anew.clear()
        # A broker that lost everything has lost the topics too.
        await ensure_topics(self.sources, self._settings)
        broker = KafkaBroker(
            self._settings.kafka_bootstrap, logger=None, allow_auto_create_topics=False, graceful_timeout=5
        )
        # Without a handler: the framework's loop sleeps after each look that brought nothing, and a lone event sleeps with it.
        subscriber = broker.subscriber(
            *(topic_of(source) for source in self.sources),
            group_id=f"gardenos.{self.name}",
            batch=True,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            # The batch is held while the database is away; the group must not give it to another meanwhile.
            max_poll_interval_ms=round(self._settings.kafka_max_poll_seconds * 1000),
        )
        intake = Intake(self._take)
        try:
            await broker.start()
            assert subscriber.consumer is not None
            self.kafka = subscriber.consumer
            self._intake = intake
            self.fault = None
            await self._consume_until_anew(subscriber.consumer, intake)
        finally:
            await intake.close()
            self.kafka = None
            self._intake = None
            # What it does not get done it leaves: the process may be about to end.
            with suppress(TimeoutError):
                async with asyncio.timeout(_STOP_SECONDS):
                    await broker.stop()

    async def _consume_until_anew(self, kafka: AIOKafkaConsumer, intake: Intake) -> None:
        """Fetches, and commits offsets every so often: they spare a new start what is applied already, and promise nothing."""
        tasks = [asyncio.create_task(self._fetch(kafka, intake)), asyncio.create_task(self._anew.wait())]
        ended: set[asyncio.Task[Any]] = set()
        try:
            while not ended:
                heed_cancellation()
                ended, _ = await asyncio.wait(tasks, timeout=_COMMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                await _commit(kafka, intake.offsets())
            for task in ended:
                task.result()
        finally:
            await stopped(tasks)

    async def _fetch(self, kafka: AIOKafkaConsumer, intake: Intake) -> None:
        """Raises KafkaError for what only another connection may mend."""
        while True:
            heed_cancellation()
            # It comes as soon as there is something.
            found = await kafka.getmany(timeout_ms=_FETCH_MILLISECONDS, max_records=_FETCH_RECORDS)
            if found:
                await self._on_records(found, intake)

    async def _on_records(self, found: "Mapping[TopicPartition, Sequence[_Record]]", intake: Intake) -> None:
        """Hands over what Kafka brought; waits while too much is waiting."""
        arrived: defaultdict[tuple[str, UUID], list[Message]] = defaultdict(list)
        for record in chain.from_iterable(found.values()):
            source = record.topic.removesuffix(".events")
            self.brought[source] += 1
            try:
                message = Message.from_kafka(record.headers, record.value or b"")
            except ValueError as foreign:
                # Not an event, so nothing of anybody's history: the marks would show a real gap.
                log.error(
                    "a record that is no event",
                    extra={"topic": record.topic, "offset": record.offset, "fault": told(foreign)},
                )
                continue
            arrived[source, message.agency_id].append(message)
        # By name: a bare commit would take along what nobody has handled.
        await intake.put(arrived, {partition: records[-1].offset + 1 for partition, records in found.items()})

    async def _take(self, source: str, agency_id: UUID, messages: Sequence[Message]) -> None:
        """Applies what Kafka brought of an agency, and leaves to the reconciliation what cannot be applied now."""
        reconciliation = self.reconciliations[source]
        newest = max(message.sequence for message in messages)
        reconciliation.heads[agency_id] = max(newest, reconciliation.heads.get(agency_id, 0))
        try:
            at_it = reconciliation.is_at(agency_id)
            if not at_it and await reconciliation.application.take(agency_id, messages) >= newest:
                self.progress = time.time()
                return
        except HeldUp as hold:
            log.info("%s: an agency waits", self.name, extra={"agency_id": str(agency_id), "fault": str(hold)})
        except Exception:
            # A fault of ours: it stops this agency alone.
            log.exception("%s: cannot apply what came", self.name, extra={"agency_id": str(agency_id)})
        reconciliation.need(agency_id, newest)

    async def _reconcile(self, source: str, reconciliation: Reconciliation) -> None:
        await retried_for_ever(
            lambda: reconciliation.run(lambda missed: self._judge(source, missed)),
            what=f"{self.name}: reconciling with {source}",
        )

    def _judge(self, source: str, missed: set[UUID]) -> None:
        """After a look: whether Kafka's client still does its work."""
        brought, self._brought_before[source] = (
            self.brought[source] - self._brought_before[source],
            self.brought[source],
        )
        if brought:
            self._patience = _STRIKES
        if brought or not any(self._is_ours(source, agency_id) for agency_id in missed):
            self._strikes[source] = 0
            self.progress = time.time()
            return
        self._strikes[source] += 1
        if self._strikes[source] >= self._patience:
            log.warning("%s: the broker brings nothing of %s; connecting anew", self.name, source)
            self._strikes = dict.fromkeys(self.sources, 0)
            # If that does not help, the fault is not on this side.
            self._patience = min(self._patience * 2, 100)
            self.fault = f"the broker brought nothing of {source}; connecting anew"
            self._anew.set()

    def _is_ours(self, source: str, agency_id: UUID) -> bool:
        """Whether the agency's events should come here, and not to another instance."""
        if self.kafka is None:
            return False
        partitions = sorted(self.kafka.partitions_for_topic(topic_of(source)) or ())
        if not partitions:
            return True
        partition = DefaultPartitioner()(str(agency_id).encode(), partitions, partitions)
        return TopicPartition(topic_of(source), partition) in self.kafka.assignment()

    @property
    def health(self) -> str | None:
        """None while it consumes; else what is wrong."""
        if self.fault is not None:
            return self.fault
        if self._intake is not None and (busy := self._intake.busy_seconds) > _BUSY_SECONDS:
            return f"busy with one agency's events for {busy:.0f} s"
        for source, reconciliation in self.reconciliations.items():
            if self._strikes[source]:
                return f"the broker brings nothing of {source}, which has events; its feed brings them"
            if held := dict(reconciliation.held):
                agency_id, hold = next(iter(held.items()))
                return (
                    f"{len(held)} held up, agency {agency_id} for {time.monotonic() - hold.since:.0f} s: {hold.reason}"
                )
        return None


async def _commit(consumer: "AIOKafkaConsumer", offsets: Offsets) -> None:
    if not offsets:
        return
    try:
        # A client that lost its coordinator looks for it for ever.
        async with asyncio.timeout(_COMMIT_PATIENCE_SECONDS):
            await consumer.commit(dict(offsets))
    except Exception as error:
        # The marks are the truth: what comes again is seen and skipped.
        log.info("offsets were not committed; the events will come again and be skipped", extra={"fault": told(error)})
