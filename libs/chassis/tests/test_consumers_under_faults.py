"""What becomes of events when a source, a handler, the broker or Kafka's client fails: the rest flows, nothing is doubled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from faststream.kafka import KafkaBroker
from gardenos_chassis.errors import Unavailable
from gardenos_chassis.events import Consumer
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database, Session
from gardenos_chassis.testing import Running
from gardenos_chassis.testing import eventually as awaited
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Received, topic_of
from gardenos_notes.app import BellRung
from gardenos_notes.listening import listening, only, ring, rings

# Some of it takes Kafka's own patience, and the machine may do other things.
eventually = partial(awaited, within=120)

Handler = Callable[[Received[BellRung], Session], Awaitable[None]]


def consumer(handler: Handler | None = None) -> Consumer:
    """One of its own name, that does this and then rings."""
    made = Consumer(f"test.{new_id()}", listens_to=[BellRung])

    @made.on(BellRung)
    async def on_bell(event: Received[BellRung], db: Session) -> None:
        await ring(db, event.agency_id, event.data.loudness)
        if handler is not None:
            await handler(event, db)

    return made


def rung(running: Running, agency_id: UUID, wanted: list[int]) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return await rings(running, agency_id) == wanted

    return holds


async def committed(parts: Parts, name: str) -> int:
    """How many records of the bells' topic the consumer's group has done with."""
    admin = AIOKafkaAdminClient(bootstrap_servers=parts.bootstrap)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(f"gardenos.{name}")
        return sum(found.offset for place, found in offsets.items() if place.topic == topic_of("bells"))
    finally:
        await admin.close()


async def test_an_agency_whose_source_lacks_what_comes_before_holds_up_no_other(
    parts: Parts, source: Sources, agency_id: UUID
) -> None:
    bells, other = source("bells"), new_id()
    heard = consumer()
    async with listening(parts, heard) as running:
        first = await bells.publish(agency_id, BellRung(loudness=1))
        await eventually(rung(running, agency_id, [1]))
        before = await eventually(lambda: committed(parts, heard.name), what="offsets")
        await bells.send(replace(first, sequence=3, data=BellRung(loudness=3).model_dump_json().encode()))

        async def named() -> bool:
            said = (await running.service.readiness()).faults.get(heard.name, "")
            return f"1 held up, agency {agency_id}" in said and "the feed of bells lacks event 2" in said

        await eventually(named, what="the agency that is held up is named")
        await bells.publish(other, BellRung(loudness=5))
        await eventually(rung(running, other, [5]), what="all else flows on")

        async def moved() -> bool:
            return await committed(parts, heard.name) >= before + 2

        await eventually(moved, what="its offsets are committed all the same")
        assert await rings(running, agency_id) == [1]

        bells.record(agency_id, BellRung(loudness=2))
        bells.record(agency_id, BellRung(loudness=3))
        await eventually(rung(running, agency_id, [1, 2, 3]), what="it goes on once the source has it")

        async def well() -> bool:
            return (await running.service.readiness()).ready

        await eventually(well, what="ready again")


async def test_a_feed_that_breaks_at_one_agency_s_event_holds_up_no_other(
    parts: Parts, source: Sources, agency_id: UUID
) -> None:
    bells, other = source("bells"), new_id()
    async with listening(parts, consumer(), reconcile_seconds=0.5) as running:
        broken = bells.record(agency_id, BellRung(loudness=1))
        bells.amend(replace(broken, data=b"no JSON, so that the feed answers 500"))
        bells.record(other, BellRung(loudness=2))
        await eventually(rung(running, other, [2]), what="the other's event, which the broker lost")

        async def held() -> bool:
            return agency_id in only(running).reconciliations["bells"].held

        await eventually(held, what="held up")
        assert "status=500" in only(running).reconciliations["bells"].held[agency_id].reason
        bells.amend(broken)
        await eventually(rung(running, agency_id, [1]))


async def test_what_fails_comes_again_before_what_is_behind_it(parts: Parts, source: Sources, agency_id: UUID) -> None:
    bells, other = source("bells"), new_id()
    away = True

    async def asks_somebody(event: Received[BellRung], _: Session) -> None:
        if event.agency_id == agency_id and event.data.loudness == 2 and away:
            raise Unavailable("whom I ask is away")

    async with listening(parts, consumer(asks_somebody)) as running:
        for loudness in (1, 2, 3):
            await bells.publish(agency_id, BellRung(loudness=loudness))
        await bells.publish(other, BellRung(loudness=4))
        await eventually(rung(running, other, [4]), what="another agency's")
        await eventually(rung(running, agency_id, [1]), what="what is before it")

        async def held() -> bool:
            return agency_id in only(running).reconciliations["bells"].held

        await eventually(held, what="held up")
        away = False
        await eventually(rung(running, agency_id, [1, 2, 3]), what="all, in order")


async def test_ended_while_a_handler_sleeps_the_offset_stays_and_nothing_is_half_done(
    parts: Parts, source: Sources, agency_id: UUID
) -> None:
    bells = source("bells")
    reached = asyncio.Event()
    sleeps = True

    async def sleeping(event: Received[BellRung], _: Session) -> None:
        if event.agency_id == agency_id and sleeps:
            reached.set()
            await asyncio.Event().wait()

    heard = consumer(sleeping)
    async with listening(parts, heard) as running:
        await bells.publish(new_id(), BellRung(loudness=0))
        before = await eventually(lambda: committed(parts, heard.name), what="offsets")
        await bells.publish(agency_id, BellRung(loudness=1))
        await reached.wait()
    assert await committed(parts, heard.name) == before
    sleeps = False
    async with listening(parts, heard) as running:
        await eventually(rung(running, agency_id, [1]), what="done once, by the next")
        assert only(running).reconciliations["bells"].held == {}


async def test_a_handler_slower_than_the_group_s_patience_is_done_once_and_what_follows_flows(
    parts: Parts, source: Sources, agency_id: UUID
) -> None:
    bells = source("bells")
    slept = 0

    async def slow(event: Received[BellRung], _: Session) -> None:
        nonlocal slept
        if event.agency_id == agency_id and event.data.loudness == 1:
            slept += 1
            # Longer than it may: only time shows it.
            await asyncio.sleep(4)

    async with listening(parts, consumer(slow), kafka_max_poll_seconds=1) as running:
        await bells.publish(agency_id, BellRung(loudness=1))
        await bells.publish(agency_id, BellRung(loudness=2))
        await eventually(rung(running, agency_id, [1, 2]))
        await bells.publish(agency_id, BellRung(loudness=3))
        await eventually(rung(running, agency_id, [1, 2, 3]))
    assert slept == 1


async def _silenced(
    parts: Parts, source: Sources, agency_id: UUID, silence: Callable[[AIOKafkaConsumer], Awaitable[None]]
) -> set[str]:
    """Kafka's client is made to bring nothing: it is noticed, and mended. Gives what readiness told meanwhile."""
    bells, heard = source("bells"), consumer()
    async with listening(parts, heard, reconcile_seconds=0.2) as running:
        subscription = only(running)
        published = [0]
        await bells.publish(agency_id, BellRung(loudness=0))
        await eventually(rung(running, agency_id, [0]))

        async def consuming() -> bool:
            return subscription.kafka is not None and bool(subscription.kafka.assignment())

        await eventually(consuming, what="partitions")
        deaf = subscription.kafka
        assert deaf is not None
        await silence(deaf)
        told: set[str] = set()

        async def mended() -> bool:
            published.append(len(published))
            await bells.publish(agency_id, BellRung(loudness=published[-1]))
            told.add((await running.service.readiness()).faults.get(heard.name, ""))
            return subscription.kafka is not None and subscription.kafka is not deaf

        await eventually(mended, what="another connection")
        await eventually(rung(running, agency_id, published), what="all, once, in order")

        async def well() -> bool:
            return (await running.service.readiness()).ready

        await eventually(well, what="ready again")
    return told


async def test_kafka_s_client_alive_and_bringing_nothing_is_noticed_and_connected_anew(
    parts: Parts, source: Sources, agency_id: UUID
) -> None:
    async def pause(client: AIOKafkaConsumer) -> None:
        client.pause(*client.assignment())

    told = await _silenced(parts, source, agency_id, pause)
    assert any("the broker b" in words for words in told), told


async def test_a_dead_client_is_noticed_and_connected_anew(parts: Parts, source: Sources, agency_id: UUID) -> None:
    async def stop(client: AIOKafkaConsumer) -> None:
        await client.stop()

    await _silenced(parts, source, agency_id, stop)


async def test_told_to_end_while_kafka_s_client_keeps_that_to_itself_it_ends_all_the_same(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    connecting, told = asyncio.Event(), asyncio.Event()

    async def start(broker: KafkaBroker) -> None:
        connecting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.set()
        await really(broker)

    really = KafkaBroker.start
    monkeypatch.setattr(KafkaBroker, "start", start)
    async with listening(parts, consumer()) as running:
        await connecting.wait()
    assert told.is_set()
    assert only(running).kafka is None
    assert running.service.left == set()


class Lying(Database):
    """Commits, and for some transactions reports an error all the same."""

    lies: list[Exception] = []  # noqa: RUF012 - one test's

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator[Session]:
        async with super()._transaction(begin) as session:
            yield session
            lies = self.lies and (await session.exec_driver_sql("select pg_current_xact_id_if_assigned()")).scalar()
        if lies and self.lies:
            raise self.lies.pop()


async def test_a_commit_that_was_applied_and_reported_an_error_is_looked_for_before_anything_is_parked(
    parts: Parts, source: Sources, agency_id: UUID
) -> None:
    bells = source("bells")
    async with listening(parts, consumer(), database=Lying, reconcile_seconds=600) as running:
        await bells.publish(agency_id, BellRung(loudness=1))
        await eventually(rung(running, agency_id, [1]))
        # At the first try and at all those of the event alone.
        Lying.lies[:] = [RuntimeError("what became of the commit?")] * 4
        await bells.publish(agency_id, BellRung(loudness=2))
        await eventually(rung(running, agency_id, [1, 2]))

        async def told_all() -> bool:
            return not Lying.lies

        await eventually(told_all, what="all the lies")
        Lying.lies[:] = [asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")]
        await bells.publish(agency_id, BellRung(loudness=3))
        await bells.publish(agency_id, BellRung(loudness=4))
        await eventually(rung(running, agency_id, [1, 2, 3, 4]))
        await eventually(told_all, what="the other lie")
        async with running.service.database.transaction(agency_id) as session:
            assert (await session.exec_driver_sql("select count(*) from parked_events")).scalar() == 0


async def test_instances_that_come_and_go_do_each_event_once(parts: Parts, source: Sources) -> None:
    bells, heard = source("bells"), consumer()
    agencies = [new_id() for _ in range(8)]
    wanted: list[int] = []

    async def publish(upto: int) -> None:
        for number in range(len(wanted), upto):
            wanted.append(number)
            await asyncio.gather(*(bells.publish(agency, BellRung(loudness=number)) for agency in agencies))

    async with listening(parts, heard) as one:
        await publish(10)
        async with listening(parts, heard) as two:
            await publish(20)

            async def shared() -> bool:
                assigned = [only(each).kafka for each in (one, two)]
                return all(client is not None and len(client.assignment()) == 1 for client in assigned)

            await eventually(shared, what="a partition each")
            await publish(40)
        await publish(50)
        for agency in agencies:
            await eventually(rung(one, agency, wanted), what="each once, in order")


async def test_a_topic_shorter_than_the_committed_offset_is_read_from_its_beginning(
    parts: Parts, source: Sources, agency_id: UUID
) -> None:
    bells, heard = source("bells"), consumer()
    await bells.publish(new_id(), BellRung(loudness=0))
    reader = AIOKafkaConsumer(bootstrap_servers=parts.bootstrap, group_id=f"gardenos.{heard.name}")
    await reader.start()
    places = [TopicPartition(topic_of("bells"), partition) for partition in range(2)]
    reader.assign(places)
    await reader.commit(dict.fromkeys(places, 1_000_000))
    await reader.stop()
    async with listening(parts, heard, reconcile_seconds=600) as running:
        await bells.publish(agency_id, BellRung(loudness=1))
        await eventually(rung(running, agency_id, [1]))

        async def brought() -> bool:
            return only(running).brought["bells"] > 0

        await eventually(brought, what="Kafka's own records")
        await bells.publish(agency_id, BellRung(loudness=2))
        await eventually(rung(running, agency_id, [1, 2]))


async def test_an_agency_that_is_slow_or_has_a_long_history_starves_nobody_in_catching_up(
    parts: Parts, source: Sources, agency_id: UUID
) -> None:
    bells = source("bells")
    slow, others = new_id(), [new_id() for _ in range(6)]
    go_on = asyncio.Event()

    async def waits(event: Received[BellRung], _: Session) -> None:
        if event.agency_id == slow:
            await go_on.wait()

    for number in range(3000):
        bells.record(agency_id, BellRung(loudness=number))
    bells.record(slow, BellRung(loudness=0))
    for other in others:
        bells.record(other, BellRung(loudness=1))
    async with listening(parts, consumer(waits)) as running:
        for other in others:
            await eventually(rung(running, other, [1]))
        assert len(await rings(running, agency_id)) < 3000, "the long history is not through yet"
        assert await rings(running, slow) == []
        go_on.set()
        await eventually(rung(running, slow, [0]))
        await eventually(rung(running, agency_id, list(range(3000))))
