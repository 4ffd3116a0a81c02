"""The relay under faults: nothing is lost, order is kept, and it is soon back."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import OutOfOrderSequenceNumber
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.events.relay import Producer, Relay, kafka
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import start_broker
from gardenos_chassis.tenancy import Database
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts import Actor, ActorKind, Message, topic_of
from gardenos_notes.app import NotesSettings, NoteTaken
from sqlalchemy import text


async def record(store: EventStore, agency_id: UUID, numbers: Sequence[int]) -> None:
    context = Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "test")
    async with store.unit_of_work(context) as work:
        for number in numbers:
            id = new_id()
            work.record(id, 0, [NoteTaken(note_id=id, text=str(number))])


async def unpublished(database: Database, agency_id: UUID) -> int:
    async with database.across() as session:
        row = await session.execute(
            text(
                "select head - coalesce(published, 0) from agency_heads left join relay_marks using (agency_id)"
                " where agency_id = :agency_id"
            ),
            {"agency_id": agency_id},
        )
        found: int = row.scalar_one()
        return found


@asynccontextmanager
async def reading(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    reader = AIOKafkaConsumer(
        topic_of("notes"), bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None
    )
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


async def texts(reader: AIOKafkaConsumer, agency_id: UUID, last: str) -> list[str]:
    """What comes of the agency's, up to one."""
    found: list[str] = []
    while last not in found:
        record = await asyncio.wait_for(reader.getone(), 30)
        message = Message.from_kafka(record.headers, record.value)
        if message.agency_id == agency_id:
            found.append(message.parse(NoteTaken).data.text)
    return found


@asynccontextmanager
async def at_work(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def notes_database(settings: NotesSettings) -> AsyncIterator[Database]:
    database = Database(settings.database_url, pool=10)
    try:
        yield database
    finally:
        await database.close()


class Breaking:
    """A real producer that the broker's answer makes useless for ever after so many messages."""

    def __init__(self, producer: Producer, good_for: int) -> None:
        self._producer = producer
        self._left = good_for

    async def send(self, topic: str, **message: Any) -> Awaitable[object]:
        self._left -= 1
        if self._left < 0:
            raise OutOfOrderSequenceNumber
        return await self._producer.send(topic, **message)

    async def stop(self) -> None:
        await self._producer.stop()


async def test_a_producer_that_is_lost_is_replaced_and_publishing_resumes_from_the_mark(
    parts: Parts, agency_id: UUID
) -> None:
    settings = await parts.settings(NotesSettings, "gardenos_notes")
    good_for = [3, 0, 5, 10_000]

    async def connect() -> Producer:
        return Breaking(await kafka(settings)(), good_for.pop(0))

    async with notes_database(settings) as database:
        store = EventStore(database)
        # Others' leavings in this database are published first.
        await Relay(database, "notes", kafka(settings)).publish_all()
        await record(store, agency_id, [1, 2, 3, 4])
        relay = Relay(database, "notes", connect)
        async with at_work(relay):

            async def published() -> bool:
                return await unpublished(database, agency_id) == 0

            await eventually(published, what="all is published")
        assert len(good_for) == 1, "the third producer took them"
        async with reading(parts.bootstrap) as reader:
            assert await texts(reader, agency_id, "4") == ["1", "2", "3", "1", "2", "3", "4"]


async def test_told_to_end_while_kafka_s_client_keeps_that_to_itself_it_ends_all_the_same(parts: Parts) -> None:
    settings = await parts.settings(NotesSettings, "gardenos_notes")
    connecting = asyncio.Event()

    async def connect() -> Producer:
        connecting.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await kafka(settings)()

    async with notes_database(settings) as database:
        task = asyncio.create_task(Relay(database, "notes", connect).run())
        await connecting.wait()
        task.cancel()
        await asyncio.wait([task], timeout=30)
        assert task.cancelled()


async def test_it_holds_back_what_the_broker_does_not_take(parts: Parts) -> None:
    settings = await parts.settings(NotesSettings, "gardenos_notes")
    agencies = [new_id() for _ in range(8)]
    sent: list[UUID] = []

    class Slow:
        async def send(self, topic: str, *, value: bytes, key: bytes, headers: object) -> Awaitable[object]:
            sent.append(UUID(key.decode()))
            return asyncio.get_running_loop().create_future()

        async def stop(self) -> None: ...

    async def connect() -> Producer:
        return Slow()

    async with notes_database(settings) as database:
        store = EventStore(database)
        for agency_id in agencies:
            await record(store, agency_id, range(1200))
        async with at_work(Relay(database, "notes", connect)):

            async def four_wait() -> bool:
                return len(set(sent)) == 4 and max(sent.count(agency_id) for agency_id in sent[:1]) > 100

            await eventually(four_wait, what="the broker has as many as it gets")
            # That nothing more comes, only time shows.
            await asyncio.sleep(0.3)
            assert len(set(sent)) == 4, "no more agencies at once"
            assert all(sent.count(agency_id) <= 1000 for agency_id in set(sent)), "and of each a batch"
        await Relay(database, "notes", kafka(settings)).publish_all()


async def test_no_event_waits_long_after_the_broker_is_back_be_it_with_empty_disks(
    parts: Parts, agency_id: UUID, tmp_path: Path
) -> None:
    broker = await start_broker(tmp_path, say=print)
    settings = await parts.settings(
        NotesSettings, "gardenos_notes", kafka_bootstrap=broker.bootstrap, kafka_idempotence=broker.idempotence
    )
    waits: list[float] = []
    try:
        async with notes_database(settings) as database:
            store = EventStore(database)
            relay = Relay(database, "notes", kafka(settings))

            async def published() -> bool:
                return await unpublished(database, agency_id) == 0

            async def down() -> bool:
                return relay.health not in (None, "starting")

            async with at_work(relay):
                await record(store, agency_id, [1])
                await eventually(published)
                for number, wiped in ((2, False), (3, True)):
                    await broker.stop()
                    await record(store, agency_id, [number])
                    relay.wake(agency_id)
                    await eventually(down, what="the relay says that the broker is away")
                    if wiped and not broker.volatile:
                        shutil.rmtree(tmp_path / "kafka" / "data")
                    await broker.start()
                    back = time.perf_counter()
                    await eventually(published, within=60, what="published once the broker is back")
                    waits.append(time.perf_counter() - back)

                    async def well() -> bool:
                        return relay.health is None

                    await eventually(well, what="well again")
            async with reading(broker.bootstrap) as reader:
                assert (await texts(reader, agency_id, "3"))[-1] == "3"
    finally:
        await broker.stop()
    print("seconds from the broker's first answer until all was published:", [round(wait, 2) for wait in waits])
