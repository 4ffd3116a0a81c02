"""Two services, each on its database and run by two processes; whoever acts, and what must be true whatever happens."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx
from aiokafka.errors import KafkaError
from fastapi import FastAPI
from gardenos_chassis import migrations
from gardenos_chassis.events import Changed, Consumer, Context, EventStore, LostRace, UnitOfWork
from gardenos_chassis.events import relay as relays
from gardenos_chassis.events.application import Application
from gardenos_chassis.events.faults import is_transient
from gardenos_chassis.events.feed import FeedClient, feed_router
from gardenos_chassis.events.relay import Relay
from gardenos_chassis.ids import derived_id
from gardenos_chassis.local import DatabaseUrls, EmbeddedPostgres, Server
from gardenos_chassis.tenancy import Database, Session
from gardenos_contracts import Actor, ActorKind, Event, Message, Received, topic_of
from sqlalchemy import event as events
from sqlalchemy import text

from faulty.bus import Bus
from faulty.steps import Disturbance, disturbed, undisturbed

AGENCIES = tuple(UUID(int=number) for number in (1, 2))
STREAMS = tuple(UUID(int=number) for number in (11, 12, 13))
TOKEN = "internal"
_TABLES = ("events", "agency_heads", "relay_marks", "commands", "consumer_marks", "parked_events", "effects")


class Grown(Event, service="beds", version=1):
    number: int


class Answered(Event, service="pots", version=1):
    number: int


class Pair(NamedTuple):
    """One consumer reading one source."""

    consumer: str
    source: str


PAIRS = (
    Pair("pots.each", "beds"),
    Pair("pots.batches", "beds"),
    Pair("pots.answers", "beds"),
    Pair("pots.own", "pots"),
)


class Stuck(BaseException):
    """Something is tried again and again without end."""


class Crashed(Exception):
    """The process is gone; whoever asked it for something never hears."""


class Clock:
    """Time passes when somebody sleeps, and then at once."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps = 0
        self._turn = asyncio.sleep

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.sleeps += 1
        if self.sleeps > 200:
            raise Stuck(f"slept {self.sleeps} times over {self.now:.0f} s in one piece of work")
        await self._turn(0)


@dataclass(frozen=True)
class Command:
    """Events to be recorded on some streams of an agency, all or none. `numbers` are unique in an example."""

    agency_id: UUID
    numbers: dict[UUID, tuple[int, ...]]
    key: str | None = None
    stale: bool = False

    @property
    def all_numbers(self) -> frozenset[int]:
        return frozenset(number for numbers in self.numbers.values() for number in numbers)


@dataclass
class Ledger:
    """What was asked, and what was answered."""

    acknowledged: list[Command] = field(default_factory=list)
    unknown: list[Command] = field(default_factory=list)
    refused: list[Command] = field(default_factory=list)


class Process:
    """One process of one service: its connections, its store, its relay, its consumers. It may die at any moment."""

    def __init__(self, world: "World", service: str) -> None:
        self.world = world
        self.service = service
        self.dead = False
        self.database = Database(world.urls[service].app_url, pool=6)
        self._connections: list[Any] = []
        events.listen(self.database.engine.sync_engine, "connect", self._remember)
        self.store = EventStore(self.database)
        self.relay = Relay(self.database, service, self._connect)
        self.applications = {
            Pair(consumer.name, source): Application(
                consumer, source, self.store, FeedClient(world.http, f"http://{source}", TOKEN)
            )
            for consumer in (world.consumers() if service == "pots" else ())
            for source in consumer.sources
        }

    async def _connect(self) -> Bus:
        return self.world.bus

    def _remember(self, connection: Any, _: object) -> None:
        if self.dead:
            connection.driver_connection.terminate()
            raise asyncpg.InterfaceError("this process is dead")
        self._connections.append(connection.driver_connection)

    async def disconnect(self) -> None:
        """The server closes all its connections, and is through with whatever they were at."""
        connections, self._connections = self._connections, []
        for connection in connections:
            if not connection.is_closed():
                pid = connection.get_server_pid()
                while not await self.world.admin.fetchval(
                    "select pg_terminate_backend($1, 5000) or not exists (select from pg_stat_activity where pid = $1)",
                    pid,
                ):
                    pass
                connection.terminate()

    async def die(self) -> None:
        """kill -9."""
        self.dead = True
        await self.disconnect()


class _FeedTransport(httpx.AsyncBaseTransport):
    """The feeds of all services, away for as many requests as the world says."""

    def __init__(self, world: "World", feeds: dict[str, httpx.AsyncBaseTransport]) -> None:
        self._world = world
        self._feeds = feeds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._world.feed_faults > 0:
            self._world.feed_faults -= 1
            raise httpx.ConnectError("the source is away", request=request)
        return await self._feeds[request.url.host].handle_async_request(request)


class World:
    """All there is. Its life is in examples: `begin` empties it, `check` holds at every moment, `heal` ends the faults."""

    def __init__(self, server: Server, urls: dict[str, DatabaseUrls], clock: Clock) -> None:
        self.urls = urls
        self.clock = clock
        self.bus = Bus()
        self.ledger = Ledger()
        self.poison: set[tuple[str, int]] = set()
        """Consumer and number of each event that the consumer cannot take now."""
        self.was_poison: set[tuple[str, int]] = set()
        """The same, of those that it could not take once."""
        self.feed_faults = 0
        self._server = server
        self._turn = asyncio.Lock()
        self._seen: dict[tuple[str, UUID], list[tuple[UUID, int, int]]] = {}

    @classmethod
    @asynccontextmanager
    async def on(cls, postgres: EmbeddedPostgres, clock: Clock) -> AsyncIterator["World"]:
        """A world on a real server."""
        urls = {service: await postgres.ensure_database(f"faulty_{service}") for service in ("beds", "pots")}
        for service in urls:
            await _make_tables(postgres.server, service)
        world = cls(postgres.server, urls, clock)
        await world._open()
        try:
            yield world
        finally:
            await world._close()

    async def _open(self) -> None:
        self.admin = await self._server.connect()
        self._truth = {service: await self._server.connect(f"gardenos_faulty_{service}") for service in self.urls}
        self._feed_databases = {service: Database(urls.app_url, pool=4) for service, urls in self.urls.items()}
        feeds: dict[str, httpx.AsyncBaseTransport] = {}
        for service, database in self._feed_databases.items():
            app = FastAPI()
            app.include_router(feed_router(database, TOKEN))
            feeds[service] = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=_FeedTransport(self, feeds))
        self.processes = {service: [Process(self, service), Process(self, service)] for service in self.urls}

    async def _close(self) -> None:
        for process in self._all_processes():
            await process.database.close()
        for database in self._feed_databases.values():
            await database.close()
        await self.http.aclose()
        await asyncio.gather(self.admin.close(), *(connection.close() for connection in self._truth.values()))

    async def begin(self) -> None:
        """An empty world."""
        await self._revive()
        for truth in self._truth.values():
            # Quicker than to truncate what is so small.
            await truth.execute("; ".join(f"delete from {table}" for table in _TABLES))
        self.bus.empty()
        self.ledger = Ledger()
        self.poison.clear()
        self.was_poison.clear()
        self.feed_faults = 0
        self._seen.clear()

    def _all_processes(self) -> list[Process]:
        return [process for processes in self.processes.values() for process in processes]

    async def _revive(self) -> None:
        for processes in self.processes.values():
            for place, process in enumerate(processes):
                if process.dead:
                    await process.database.close()
                    processes[place] = Process(self, process.service)

    def consumers(self) -> list[Consumer]:
        """The consumers of `pots`: event by event, in batches, with events of its own, and of those."""
        each = Consumer("pots.each", listens_to=[Grown])
        batches = Consumer("pots.batches", listens_to=[Grown])
        answers = Consumer("pots.answers", listens_to=[Grown])
        own = Consumer("pots.own", listens_to=[Answered])

        @each.on(Grown)
        async def on_grown(event: Received[Grown], db: Session) -> None:
            await self._effect(db, "pots.each", event)

        @batches.on_batch
        async def on_batch(received: Sequence[Received[Event]], db: Session) -> None:
            for event in received:
                await self._effect(db, "pots.batches", event)

        @answers.reacts_to(Grown)
        async def answer(event: Received[Grown], work: UnitOfWork) -> None:
            await self._effect(work.session, "pots.answers", event)
            stream_id = derived_id("answers", str(event.stream_id))
            before = await work.load(stream_id)
            work.record(stream_id, before[-1].version if before else 0, [Answered(number=event.data.number)])

        @own.on(Answered)
        async def on_answered(event: Received[Answered], db: Session) -> None:
            await self._effect(db, "pots.own", event)

        return [each, batches, answers, own]

    async def _effect(self, db: Session, consumer: str, event: Received[Any]) -> None:
        await db.execute(
            text("insert into effects (agency_id, consumer, stream_id, version, number) values (:a, :c, :s, :v, :n)"),
            {"a": event.agency_id, "c": consumer, "s": event.stream_id, "v": event.version, "n": event.data.number},
        )
        if (consumer, event.data.number) in self.poison:
            self.was_poison.add((consumer, event.data.number))
            raise ValueError("poison")

    # What is done. Each gives work to be done by a process, disturbed or not.

    async def command(self, process: Process, command: Command) -> None:
        """Records a command's events and enters its fate in the ledger."""
        context = Context(
            agency_id=command.agency_id,
            actor=Actor(ActorKind.SYSTEM, "test"),
            correlation_id="test",
            idempotency_key=command.key,
            fingerprint=command.key or "",
        )
        self.ledger.unknown.append(command)
        try:
            if command.key is None and len(command.numbers) == 1:
                await self._append(process.store, context, command)
            else:
                await self._record(process.store, context, command)
        except LostRace:
            self.ledger.unknown.remove(command)
            self.ledger.refused.append(command)
            return
        self.ledger.unknown.remove(command)
        self.ledger.acknowledged.append(command)

    async def _record(self, store: EventStore, context: Context, command: Command) -> None:
        """On several streams, or under a key: one unit of work."""
        async with store.unit_of_work(context) as work:
            if await work.earlier_outcome() is None:
                for stream_id, numbers in command.numbers.items():
                    after = max(len(await work.load(stream_id)) - command.stale, 0)
                    version = work.record(stream_id, after, [Grown(number=number) for number in numbers])
                await work.settle(Changed(stream_id, version))

    async def _append(self, store: EventStore, context: Context, command: Command) -> None:
        """On one stream: read in one transaction, appended in another, or in one statement."""
        ((stream_id, numbers),) = command.numbers.items()
        async with store.unit_of_work(context) as work:
            after = max(len(await work.load(stream_id)) - command.stale, 0)
        await store.append(context, stream_id, after, [Grown(number=number) for number in numbers])

    async def publish(self, process: Process) -> None:
        """A pass of the relay."""
        await process.relay.publish_all()

    async def deliver(
        self, process: Process, pair: Pair, many: int, *, order: Callable[[list[Message]], None] | None = None
    ) -> None:
        """The next messages to a consumer, in an order of somebody's choice; then its group's offset moves."""
        topic = topic_of(pair.source)
        offset = self.bus.offsets[pair.consumer, topic]
        messages = self.bus.next(pair.consumer, topic, many)
        arrived: defaultdict[UUID, list[Message]] = defaultdict(list)
        wild = list(messages)
        if order is not None:
            order(wild)
        for message in wild:
            arrived[message.agency_id].append(message)
        for agency_id, some in arrived.items():
            await process.applications[pair].apply(agency_id, some)
            newest = max(message.sequence for message in some)
            assert await self._mark(pair, agency_id) >= newest, "apply came back before all that it was given"
        self.bus.move_to(pair.consumer, topic, offset + len(messages))

    async def reconcile(self, process: Process, pair: Pair) -> None:
        """Asks the source what is missing."""
        application = process.applications[pair]
        for agency_id, head in (await application.behind()).items():
            while await application.fetch(agency_id) < head:
                pass

    async def redrive(self, process: Process, pair: Pair) -> None:
        """Tries again what is parked."""
        parked = await self._asked(
            "select distinct agency_id, stream_id from parked_events"
            " where consumer = $1 and source = $2 and discarded_at is null order by 1, 2", *pair
        )  # fmt: skip
        for row in parked:
            await process.applications[pair].redrive(row["agency_id"], row["stream_id"])

    async def discard(self, process: Process, pair: Pair) -> None:
        """Gives up the first event that is parked."""
        first = await self._asked(
            "select agency_id, sequence from parked_events"
            " where consumer = $1 and source = $2 and discarded_at is null order by 1, 2 limit 1", *pair
        )  # fmt: skip
        for row in first:
            await process.applications[pair].discard(*row, by="somebody", because="it is broken")

    # How it is done.

    async def plainly(self, work: Coroutine[Any, Any, None]) -> None:
        """Does it, as the process would: a fault that passes is left to the next time."""
        self.clock.sleeps = 0
        try:
            await work
        except (Stuck, AssertionError):
            raise
        except Exception as fault:
            _must_pass(fault)

    async def crashing(self, process: Process, work: Coroutine[Any, Any, None], at: int) -> bool:
        """The process dies when it was answered the nth time; another takes its place. False if it was done before."""

        async def die() -> BaseException:
            await process.die()
            gone: BaseException = asyncio.CancelledError()
            return gone

        disturbance = Disturbance(at, die)
        self.clock.sleeps = 0
        try:
            await disturbed(work, disturbance)
        except asyncio.CancelledError:
            pass
        except Exception as fault:
            if not process.dead:
                _must_pass(fault)
        await self._revive()
        return disturbance.struck

    async def cut_off(self, process: Process, work: Coroutine[Any, Any, None], at: int) -> bool:
        """The process loses its connections instead of being answered the nth time. False if it was done before."""

        async def cut() -> BaseException:
            await process.disconnect()
            lost: BaseException = asyncpg.ConnectionDoesNotExistError(
                "connection was closed in the middle of operation"
            )
            return lost

        disturbance = Disturbance(at, cut)
        await self.plainly(disturbed(work, disturbance))
        return disturbance.struck

    async def overlapping(self, one: Coroutine[Any, Any, None], at: int, other: Coroutine[Any, Any, None]) -> bool:
        """One is stopped when it was answered the nth time, the other done meanwhile as far as it comes; then both.

        False if the one was done before.
        """
        stopped, go_on = asyncio.Event(), asyncio.Event()

        async def stop() -> None:
            stopped.set()
            await go_on.wait()

        first = asyncio.create_task(self.plainly(disturbed(one, Disturbance(at, stop))))
        reached = asyncio.create_task(stopped.wait())
        await asyncio.wait({first, reached}, return_when=asyncio.FIRST_COMPLETED)
        second = asyncio.create_task(self.plainly(other))
        while not second.done() and not await self._somebody_waits_for_a_lock():
            await asyncio.wait({second}, timeout=0.01)
        go_on.set()
        await asyncio.gather(first, second)
        reached.cancel()
        return stopped.is_set()

    async def _somebody_waits_for_a_lock(self) -> bool:
        waiting: int = await self.admin.fetchval(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname like 'gardenos_faulty_%'"
        )
        return waiting > 0

    # What must be true.

    async def check(self) -> None:
        """What holds at every moment."""
        recorded = {service: await self._check_store(service) for service in self.urls}
        self._check_ledger(recorded["beds"])
        for pair in PAIRS:
            await self._check_consumer(pair, recorded[pair.source])
        applied = {
            (row["agency_id"], row["number"])
            for row in await self._truth["pots"].fetch("select * from effects where consumer = 'pots.answers'")
        }
        answered = [(row["agency_id"], row["number"]) for row in recorded["pots"]]
        assert Counter(answered) == Counter(applied), "a reaction's events are recorded with its effect, once"

    async def _check_store(self, service: str) -> list[asyncpg.Record]:
        truth = self._truth[service]
        rows = await truth.fetch(
            "select agency_id, sequence, stream_id, version, (data->>'number')::int as number from events order by 1, 2"
        )
        heads = dict(await truth.fetch("select agency_id, head from agency_heads"))
        published = dict(await truth.fetch("select agency_id, published from relay_marks"))
        for agency_id in {row["agency_id"] for row in rows} | set(heads):
            own = [row for row in rows if row["agency_id"] == agency_id]
            assert [row["sequence"] for row in own] == list(range(1, len(own) + 1)), "sequences without gap"
            assert heads.get(agency_id, 0) == len(own), "the head is the last sequence"
            history = [(row["stream_id"], row["version"], row["number"]) for row in own]
            before = self._seen.get((service, agency_id), [])
            assert history[: len(before)] == before, "what was once seen stands, and nothing slips in before it"
            self._seen[service, agency_id] = history
            for stream_id in {row["stream_id"] for row in own}:
                versions = [row["version"] for row in own if row["stream_id"] == stream_id]
                assert versions == list(range(1, len(versions) + 1)), "versions without gap, in order of sequence"
            mark = published.get(agency_id, 0)
            assert mark <= len(own), "nothing is published that is not recorded"
            for sequence in range(1, mark + 1):
                offered = (topic_of(service), f"{agency_id}.{sequence}") in self.bus.offered
                assert offered, "the mark of what is published passes nothing that no broker took"
        return list(rows)

    def _check_ledger(self, rows: Sequence[asyncpg.Record]) -> None:
        stored = Counter((row["agency_id"], row["number"]) for row in rows)
        assert all(times == 1 for times in stored.values()), "an event is stored once"
        for command in self.ledger.acknowledged:
            assert self._stored(command, stored) == len(command.all_numbers), "what was acknowledged is stored"
        for command in self.ledger.unknown:
            assert self._stored(command, stored) in (0, len(command.all_numbers)), "all of a command or nothing"
        known = {(each.agency_id, each.all_numbers) for each in self.ledger.acknowledged + self.ledger.unknown}
        for command in self.ledger.refused:
            if (command.agency_id, command.all_numbers) not in known:
                assert self._stored(command, stored) == 0, "what was refused is not stored"

    @staticmethod
    def _stored(command: Command, stored: Counter[tuple[UUID, int]]) -> int:
        return sum(stored[command.agency_id, number] for number in command.all_numbers)

    async def _check_consumer(self, pair: Pair, rows: Sequence[asyncpg.Record]) -> None:
        truth = self._truth["pots"]
        of_marks = await truth.fetch("select * from consumer_marks where consumer = $1 and source = $2", *pair)
        marks = {row["agency_id"]: row["sequence"] for row in of_marks}
        set_aside = await truth.fetch("select * from parked_events where consumer = $1 and source = $2", *pair)
        parked = {(row["agency_id"], row["sequence"]) for row in set_aside if row["discarded_at"] is None}
        discarded = {(row["agency_id"], row["sequence"]) for row in set_aside} - parked
        counted = {row["agency_id"]: row["parked"] for row in of_marks if row["parked"]}
        assert counted == Counter(agency_id for agency_id, _ in parked), f"{pair.consumer}: the parked are counted"
        effects = [
            (row["agency_id"], row["stream_id"], row["version"])
            for row in await truth.fetch("select * from effects where consumer = $1 order by place", pair.consumer)
        ]
        passed = [row for row in rows if row["sequence"] <= marks.get(row["agency_id"], 0)]
        places = {(row["agency_id"], row["sequence"]) for row in passed}
        for agency_id, mark in marks.items():
            assert mark <= sum(row["agency_id"] == agency_id for row in rows), "a mark never passes what is recorded"
        assert parked | discarded <= places, f"{pair.consumer}: what is parked is not after the mark"
        due = [row for row in passed if (row["agency_id"], row["sequence"]) not in parked | discarded]
        assert Counter(effects) == Counter((row["agency_id"], row["stream_id"], row["version"]) for row in due), (
            f"{pair.consumer}: an effect for each event up to the mark that is not parked, and once"
        )
        for stream in {(row["agency_id"], row["stream_id"]) for row in passed}:
            versions = [version for *of, version in effects if tuple(of) == stream]
            assert versions == sorted(versions), f"{pair.consumer}: effects in the order of the stream"
            of_stream = [row for row in passed if (row["agency_id"], row["stream_id"]) == stream]
            kept = [row for row in of_stream if (row["agency_id"], row["sequence"]) not in discarded]
            aside = [(row["agency_id"], row["sequence"]) in parked for row in kept]
            assert aside == sorted(aside), f"{pair.consumer}: nothing of an aggregate is applied past what is parked"
            if True in aside:
                # It, or one before it that was redriven or discarded since.
                last = kept[aside.index(True)]["version"]
                to_blame = {(pair.consumer, row["number"]) for row in of_stream if row["version"] <= last}
                assert to_blame & self.was_poison, f"{pair.consumer}: poison is parked, and what is behind it"

    async def _mark(self, pair: Pair, agency_id: UUID) -> int:
        query = "select sequence from consumer_marks where consumer = $1 and source = $2 and agency_id = $3"
        found = await self._asked(query, *pair, agency_id)
        return int(found[0]["sequence"]) if found else 0

    async def _asked(self, query: str, *given: Any) -> list[asyncpg.Record]:
        """What is so in `pots`: asked for a test's sake in the midst of work, and not disturbed with it."""

        async def ask() -> list[asyncpg.Record]:
            async with self._turn:
                return list(await self._truth["pots"].fetch(query, *given))

        return await undisturbed(ask())

    async def heal(self) -> None:
        """No more faults: what was recorded is published and applied, and nothing is left over."""
        self.bus.fates.clear()
        self.feed_faults = 0
        await self._revive()
        for service in self.urls:  # in this order: reactions to the one's events are the other's
            await self.plainly(self.publish(self.processes[service][0]))
            for pair in PAIRS:
                if pair.source == service:
                    process = self.processes["pots"][0]
                    while waiting := self.bus.waiting(pair.consumer, topic_of(service)):
                        await self.plainly(self.deliver(process, pair, waiting))
                    await self.plainly(self.reconcile(process, pair))
                    await self.plainly(self.redrive(process, pair))
        await self.check()
        await self._check_parked()
        for service in self.urls:
            heads = dict(await self._truth[service].fetch("select agency_id, head from agency_heads"))
            published = dict(await self._truth[service].fetch("select agency_id, published from relay_marks"))
            assert heads == {a: p for a, p in published.items() if p}, "the outbox is empty"
            for pair in PAIRS:
                if pair.source == service:
                    lag = {agency_id: head - await self._mark(pair, agency_id) for agency_id, head in heads.items()}
                    assert not any(lag.values()), f"{pair.consumer} has read all: {lag}"

    async def _check_parked(self) -> None:
        """After a redrive: the first of each aggregate's parked events is poison now, the others are behind it."""
        truth = self._truth["pots"]
        firsts = await truth.fetch(
            "select distinct on (agency_id, consumer, source, stream_id) consumer, message->'data'->>'number' as number"
            " from parked_events where discarded_at is null order by agency_id, consumer, source, stream_id, sequence"
        )
        assert {(row["consumer"], int(row["number"])) for row in firsts} <= self.poison, "poison alone is parked"


def _must_pass(fault: BaseException) -> None:
    """A fault that a process meets and gets over. Any other is a defect."""
    if not isinstance(fault, KafkaError) and not is_transient(fault):
        raise fault


class _Statements:
    def __init__(self) -> None:
        self.all: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.all.append(sqltext)


async def _make_tables(server: Server, service: str) -> None:
    made = _Statements()
    migrations.create_event_tables(made)
    migrations.create_consumer_tables(made)
    migrations.extend_parked_events(made)
    migrations.create_snapshot_table(made)
    migrations.create_sealing_tables(made)
    made.execute(
        "create table effects (agency_id uuid not null, consumer text not null, stream_id uuid not null,"
        " version int not null, number int not null, place bigint generated always as identity)"
    )
    migrations.protect(made, "effects")
    owner = await server.connect(f"gardenos_faulty_{service}")
    try:
        # No server is killed here, only its clients: a commit need not wait for the disk.
        await owner.execute(f"alter database gardenos_faulty_{service} set synchronous_commit = off")
        await owner.execute(f"set role gardenos_faulty_{service}_owner")
        async with owner.transaction():
            for statement in made.all:
                await owner.execute(statement)
    finally:
        await owner.close()


def one_at_a_time(patch: Any) -> None:
    """The relay takes one agency after another, so that a seed always means the same."""
    patch.setattr(relays, "_AT_ONCE", 1)
