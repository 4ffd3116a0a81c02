"""History once more: a service's own events and others', through the handlers of a read model, into tables beside."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from gardenos_contracts import Event, Message, Received, event_class
from sqlalchemy import text

from gardenos_chassis.events.application import Application
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.faults import is_transient
from gardenos_chassis.events.feed import FeedClient
from gardenos_chassis.events.store import EventStore, read_after
from gardenos_chassis.leaving.erasing import is_erased
from gardenos_chassis.read_models.model import ReadModel
from gardenos_chassis.tenancy import Database, Session, driver_of

if TYPE_CHECKING:
    import asyncpg

    from gardenos_chassis.service import Service

log = logging.getLogger(__name__)

_PAGE = 1000
"""Events a transaction: as many as a feed gives at once."""
_AT_ONCE = 4
"""Agencies that are filled at the same time."""

Place: TypeAlias = tuple[str, str]
"""A consumer and the source it reads."""
OWN: Place = ("", "")
"""The service's own events."""
Marks: TypeAlias = Mapping[UUID, Mapping[Place, int]]
"""Up to where each agency's events are taken."""

_HEADS = "select agency_id, '' as consumer, '' as source, head as sequence from {schema}.agency_heads"
_CONSUMED = "select agency_id, consumer, source, sequence from {schema}.consumer_marks where consumer = any($1)"

_LOCK_OWN = text(
    "insert into agency_heads as heads (agency_id, head) values (:agency_id, 0)"
    " on conflict (agency_id) do update set head = heads.head returning head"
)
_MOVE_OWN = text("update agency_heads set head = :head where agency_id = :agency_id")
_DISCARDED = text(
    "select sequence from parked_events"
    " where consumer = :consumer and source = :source and sequence > :after and discarded_at is not null"
)


async def marks_of(
    connection: "asyncpg.Connection[asyncpg.Record]", model: ReadModel, schema: str, agency_id: UUID | None = None
) -> Marks:
    """Up to where the tables of a schema hold what a read model's handlers made: of every agency, or of one."""
    queries = [_HEADS] if model.project else []
    queries += [_CONSUMED] if model.consumers else []
    query = " union all ".join(queries).format(schema=schema)
    # Named in every form, for the server does not guess the type of what a query leaves out.
    query = f"select * from ({query}) as marks where ($1::text[] is not null) and ($2::uuid is null or agency_id = $2)"  # noqa: S608
    found: dict[UUID, dict[Place, int]] = {}
    for row in await connection.fetch(query, model.consumer_names, agency_id):
        found.setdefault(row["agency_id"], {})[row["consumer"], row["source"]] = row["sequence"]
    return found


def total(marks: Marks) -> int:
    """How many events that is."""
    return sum(sum(of_agency.values()) for of_agency in marks.values())


@dataclass(frozen=True, slots=True)
class Replay:
    """Fills the tables of one schema, exactly as far as it is told, and no further."""

    service: "Service"
    model: ReadModel
    beside: Database
    schema: str
    took: Callable[[Place, int], None]
    """Is told of each page that is committed: of which source, and how many events."""

    @classmethod
    @asynccontextmanager
    async def into(
        cls, service: "Service", model: ReadModel, schema: str, took: Callable[[Place, int], None]
    ) -> AsyncIterator["Replay"]:
        """Connections of its own, until the context ends."""
        beside = Database.of(service.settings, schema=schema)
        try:
            yield cls(service, model, beside, schema, took)
        finally:
            await beside.close()

    async def marks(self, agency_id: UUID | None = None) -> Marks:
        """How far the tables are filled: of every agency, or of one."""
        async with self.beside.across() as session:
            return await marks_of(driver_of(session), self.model, self.schema, agency_id)

    async def up_to(self, there: Marks) -> None:
        """Takes what is missing up to these marks, however long what is needed is away."""
        here = await self.marks()
        behind = [agency_id for agency_id in there if here.get(agency_id) != there[agency_id]]
        behind.sort(key=lambda agency_id: total({agency_id: there[agency_id]}))

        async def worker() -> None:
            while behind:
                agency_id = behind.pop()
                await self.agency_up_to(agency_id, there[agency_id])

        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(_AT_ONCE, len(behind))):
                tasks.create_task(worker())

    async def agency_up_to(self, agency_id: UUID, there: Mapping[Place, int]) -> None:
        """As `up_to`, of one agency."""
        while True:
            try:
                here = (await self.marks(agency_id)).get(agency_id, {})
                return await self._take(agency_id, here, there)
            except Exception as fault:
                if not is_transient(fault):
                    raise
                log.warning("rebuild: will try again", extra={"fault": f"{type(fault).__name__}: {fault}"})
                await asyncio.sleep(1)

    async def _take(self, agency_id: UUID, here: Mapping[Place, int], there: Mapping[Place, int]) -> None:
        # Own events come first: others' are about what these began.
        await self._own(agency_id, here.get(OWN, 0), there.get(OWN, 0))
        for consumer in self.model.replaying:
            for source in consumer.sources:
                place = (consumer.name, source)
                await self._others(agency_id, consumer, source, here.get(place, 0), there.get(place, 0))

    async def _own(self, agency_id: UUID, after: int, until: int) -> None:
        async def fetch(after: int, limit: int) -> list[Message]:
            async with self.service.database.transaction(agency_id) as session:
                return await read_after(session, after, limit)

        async with aclosing(_pages(fetch, after, until)) as pages:
            async for page in pages:
                project = self.model.projecting_again
                assert project is not None
                facts = [_received(message) for message in page]
                async with self.beside.transaction(agency_id) as session:
                    await _take_turn(session, agency_id, page[0].sequence - 1)
                    if not await is_erased(session, agency_id):
                        await project(session, facts)
                    await session.execute(_MOVE_OWN, {"agency_id": agency_id, "head": page[-1].sequence})
                self.took(OWN, len(page))

    async def _others(self, agency_id: UUID, consumer: Consumer, source: str, after: int, until: int) -> None:
        if after >= until:
            return
        settings = self.service.settings
        feed = FeedClient(self.service.http, settings.url_of(source), settings.internal_token.get_secret_value())
        application = Application(consumer, source, EventStore(self.beside), feed)
        discarded = await self._discarded(agency_id, (consumer.name, source), after)

        async def fetch(after: int, limit: int) -> list[Message]:
            return await feed.after(agency_id, after, limit)

        async with aclosing(_pages(fetch, after, until)) as pages:
            async for page in pages:
                # What was discarded has its place in history, and no effect.
                taken = [replace(each, type="discarded") if each.sequence in discarded else each for each in page]
                await application.apply(agency_id, taken)
                self.took((consumer.name, source), len(page))

    async def _discarded(self, agency_id: UUID, place: Place, after: int) -> set[int]:
        consumer, source = place
        async with self.service.database.transaction(agency_id) as session:
            found = await session.execute(_DISCARDED, {"consumer": consumer, "source": source, "after": after})
            return set(found.scalars())


async def _take_turn(session: Session, agency_id: UUID, expected: int) -> None:
    at = (await session.execute(_LOCK_OWN, {"agency_id": agency_id})).scalar_one()
    if at != expected:
        raise RuntimeError(f"somebody else fills these tables: own events are taken up to {at}, not {expected}")


async def _pages(
    fetch: Callable[[int, int], Awaitable[list[Message]]], after: int, until: int
) -> AsyncGenerator[list[Message], None]:
    """The events after a place up to another, a page at a time; while one is taken, the next is fetched."""

    async def one(after: int) -> list[Message]:
        page = await fetch(after, min(_PAGE, until - after))
        if not page or page[0].sequence != after + 1 or page[-1].sequence != after + len(page):
            raise LookupError(f"history lacks what comes after event {after}, though {until} are known of")
        return page

    coming = asyncio.create_task(one(after)) if after < until else None
    try:
        while coming is not None:
            page = await coming
            after = page[-1].sequence
            coming = asyncio.create_task(one(after)) if after < until else None
            yield page
    finally:
        if coming is not None:
            coming.cancel()


def _received(message: Message) -> Received[Event]:
    known = event_class(message.type)
    if known is None:
        raise LookupError(
            f"the store holds a {message.type}, which these contracts do not know; update gardenos-contracts"
        )
    return message.parse(known)
