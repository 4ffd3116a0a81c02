"""The event store: what an agency's aggregates did, in order, without gap.

A unit of work is one transaction: the decisions' events, the service's own read tables, and the outcome of a
command that named an idempotency key commit together, or not at all.
"""

import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from gardenos_contracts import Actor, Event, Fact, Message, Received, event_class, person_behind
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gardenos_chassis import telemetry
from gardenos_chassis.asked import now as request_now
from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.sealing.fields import BOX, CLEAR, WHOSE, opened
from gardenos_chassis.sealing.forgetting import forget
from gardenos_chassis.sealing.keys import BadMasterKey, MasterKeys
from gardenos_chassis.sealing.people import Seals, seals_for, seals_of_new
from gardenos_chassis.tenancy import Database, Session, driver_of, master_keys_of

Projection: TypeAlias = Callable[[Session, Sequence[Fact[Event]]], Awaitable[None]]
"""Brings the service's own read tables up to date with new facts, in the transaction that records them."""


class LostRace(Conflict):
    """Another transaction changed the same aggregate first; deciding again on the new state is safe."""


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts, for which agency, as part of what."""

    agency_id: UUID
    actor: Actor
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    caller: Caller | None = None
    """None where no person asks: consumers and automations see the whole agency."""
    if_match: int | None = None
    """The version the caller last read; any other is refused."""
    idempotency_key: str | None = None
    fingerprint: str = ""
    """Of the request, so that a key used again for something else is noticed."""
    on_behalf_of: str | None = None
    """Where no person acts: the user at the beginning of what led here."""
    origin: str | None = None
    """From where it was asked for, and `rule`: by which rule it may be; None: as the request that is being answered says."""
    rule: str | None = None

    @classmethod
    def of(cls, fact: Fact[Event]) -> "Context":
        """The one in which a fact is recorded, for what follows in its transaction."""
        return cls(
            fact.agency_id,
            fact.actor,
            fact.correlation_id,
            fact.causation_id,
            fact.traceparent,
            on_behalf_of=fact.on_behalf_of,
        )

    @property
    def person_behind(self) -> str | None:
        """The id of the user who acts, or on whose behalf it is done."""
        return person_behind(self.actor, self.on_behalf_of)

    def because_of(self, event: Received[Event]) -> "Context":
        """The same context, now as a reaction to an event."""
        return replace(
            self,
            correlation_id=event.correlation_id,
            causation_id=event.id,
            traceparent=event.traceparent,
            on_behalf_of=person_behind(event.actor, event.on_behalf_of),
            rule=f"platform:hears {event.type}",
        )


@dataclass(frozen=True, slots=True)
class Changed:
    """The outcome of a command: the aggregate's id and its version now."""

    id: UUID
    version: int
    repeated: bool = False
    """Whether this is the outcome of an earlier command with the same idempotency key."""


# One statement takes the agency's next places and fills them. The row lock on the head is held from here to the
# commit, so commit order is sequence order and no reader can run past an uncommitted event.
# People who are new to the service get their keys in the same statement.
APPEND = """
with tenant as materialized (select current_setting('app.agency_id', true)), head as (
    insert into agency_heads as heads (agency_id, head) select $1::uuid, $2::bigint from tenant
    on conflict (agency_id) do update set head = heads.head + excluded.head
    returning head - $2 as before
), people as (
    insert into person_keys (agency_id, person_id, key) select $1, person_id, key
    from tenant, unnest($9::uuid[], $10::bytea[]) as new (person_id, key)
)
insert into events (agency_id, sequence, stream_id, version, type, data, metadata, occurred_at)
select $1, before + place, stream_id, version, type, data::jsonb, metadata::jsonb, occurred_at
from head, unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
    with ordinality as new (stream_id, version, type, data, metadata, occurred_at, place)
"""
# The same as a transaction by itself, which names its agency before it does anything else.
_APPEND_ALONE = APPEND.replace(
    "current_setting('app.agency_id', true)", "set_config('app.agency_id', $1::uuid::text, true)"
)

# With the keys of the people they are about, as of the same moment: one that is destroyed opens nothing any more. Each is
# looked up: joined otherwise, all of an agency's keys are read for one event wherever the planner knows little.
EVENTS = f"""
select events.agency_id, sequence, stream_id, version, type, {CLEAR}, {BOX}, {WHOSE} as whose, people.key, metadata,
    occurred_at, recorded_at
from events left join lateral (
    select key from person_keys where agency_id = events.agency_id and person_id = {WHOSE} offset 0
) as people on true
"""  # noqa: S608 - constants
_LOAD = text(f"{EVENTS} where stream_id = :stream_id and version > :after order by version")
_READ = text(f"{EVENTS} where sequence > :after order by sequence limit :limit")
_CLAIM = text(
    "insert into commands (agency_id, idempotency_key, fingerprint) values (:agency_id, :key, :fingerprint)"
    " on conflict do nothing returning 1"
)
_OUTCOME = text("select fingerprint, stream_id, version from commands where idempotency_key = :key")
_SETTLE = text("update commands set stream_id = :stream_id, version = :version where idempotency_key = :key")


class UnitOfWork:
    """One transaction of one agency in which decisions are recorded."""

    def __init__(self, session: Session, context: Context, projections: Sequence[Projection]) -> None:
        self.session = session
        self.context = context
        self.appended = False
        """Whether this has appended events."""
        self._projections = projections
        self._recorded: list[Fact[Event]] = []
        self._by_stream: defaultdict[UUID, list[Fact[Event]]] = defaultdict(list)

    async def load(self, stream_id: UUID, *, after_version: int = 0) -> list[Fact[Event]]:
        """An aggregate's history, with what this unit of work has recorded so far; empty if there is none."""
        stored: list[Fact[Event]] = [*await history(self.session, stream_id, after_version=after_version)]
        return stored + self._by_stream[stream_id]

    def record(
        self, stream_id: UUID, after_version: int, events: Iterable[Event], *, occurred_at: datetime | None = None
    ) -> int:
        """Adds events after a version of a stream, 0 for a new one; gives the stream's version then.

        They are stored at the commit. If another transaction was first, that raises LostRace.
        """
        version = after_version
        for fact in _facts(self.context, stream_id, after_version, events, occurred_at or datetime.now(UTC)):
            self._recorded.append(fact)
            self._by_stream[stream_id].append(fact)
            version = fact.version
        return version

    async def earlier_outcome(self) -> Changed | None:
        """What the same command led to before, by its idempotency key; claims the key if it is new.

        Waits for a transaction that holds the key now. Raises Invalid if the key was used for another request.
        """
        key = self.context.idempotency_key
        if key is None:
            return None
        claim = {"agency_id": self.context.agency_id, "key": key, "fingerprint": self.context.fingerprint}
        if (await self.session.execute(_CLAIM, claim)).first():
            return None
        outcome = (await self.session.execute(_OUTCOME, {"key": key})).one()
        if outcome.fingerprint != self.context.fingerprint:
            raise Invalid("this Idempotency-Key was used for a different request; use a new key for a new request")
        return Changed(outcome.stream_id, outcome.version, repeated=True)

    async def settle(self, outcome: Changed) -> None:
        """Remembers the outcome under the command's idempotency key, if it has one."""
        if self.context.idempotency_key is not None:
            await self.session.execute(
                _SETTLE,
                {"key": self.context.idempotency_key, "stream_id": outcome.id, "version": outcome.version},
            )

    async def flush(self) -> None:
        """Projects and appends what was recorded; the store does so before the commit."""
        recorded, self._recorded = self._recorded, []
        self._by_stream.clear()
        if not recorded:
            return
        agency_id, by_person = self.context.agency_id, self.context.caller is not None
        seals = await seals_for(self.session, agency_id, recorded, by_person=by_person)
        facts = [seals.told(fact) for fact in recorded]
        if by_person and any(fact.forgotten for fact in facts):
            raise Conflict("this person was forgotten: nothing more is kept of them")
        forgotten = {person for fact in facts for person in fact.data.forgets()}
        if forgotten:
            await forget(self.session, agency_id, forgotten)
        for project in self._projections:
            await project(self.session, facts)
        await _append(driver_of(self.session), APPEND, agency_id, facts, seals)
        self.appended = True


class EventStore:
    """A service's events, and the transactions that add to them."""

    def __init__(self, database: Database, projections: Sequence[Projection] = ()) -> None:
        self.database = database
        self._projections = projections
        self._listeners: list[Callable[[UUID], None]] = []

    def on_append(self, listener: Callable[[UUID], None]) -> None:
        """Calls the listener with the agency after each commit that appended, in this process: a hint, no promise."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def unit_of_work(self, context: Context, *, first: str = "") -> AsyncIterator[UnitOfWork]:
        """A transaction that stores what was recorded in it when it ends well; `first` as `Database.transaction` has it.

        Raises LostRace.
        """
        with telling_lost_races():
            async with self.database.transaction(context.agency_id, first=first) as session:
                work = self.work_in(session, context)
                yield work
                await work.flush()
        if work.appended:
            self.tell_listeners(context.agency_id)

    async def append(self, context: Context, stream_id: UUID, after_version: int, events: Iterable[Event]) -> int:
        """Stores events after a version of a stream, 0 for a new one; gives the stream's version then. Raises LostRace.

        Where nothing else belongs to the transaction, no read table and no key that must be looked for, it is one statement.
        """
        facts = list(_facts(context, stream_id, after_version, events, datetime.now(UTC)))
        seals = seals_of_new(self.database.master_keys, facts, by_person=context.caller is not None)
        if self._projections or seals is None or any(fact.data.forgets() for fact in facts):
            async with self.unit_of_work(context) as work:
                return work.record(stream_id, after_version, [fact.data for fact in facts])
        if not facts:
            return after_version
        with telling_lost_races():
            async with self.database.outside_transactions() as driver:
                await _append(driver, _APPEND_ALONE, context.agency_id, facts, seals)
        self.tell_listeners(context.agency_id)
        return facts[-1].version

    def work_in(self, session: Session, context: Context) -> UnitOfWork:
        """A unit of work in a transaction that is begun and ended by the caller, who flushes it."""
        return UnitOfWork(session, context, self._projections)

    def tell_listeners(self, agency_id: UUID) -> None:
        """Says that events of an agency were appended and committed."""
        for listener in self._listeners:
            listener(agency_id)


@contextmanager
def telling_lost_races() -> Iterator[None]:
    """Raises LostRace where the database refused what another transaction had done first."""
    try:
        yield
    except (DBAPIError, asyncpg.PostgresError) as error:
        if _is_race(error):
            raise LostRace("somebody else changed this at the same moment; read it again and retry") from error
        raise


async def history(session: Session, stream_id: UUID, *, after_version: int = 0) -> list[Received[Event]]:
    """An aggregate's recorded events, oldest first."""
    keys = master_keys_of(session)
    return [
        received(row, keys) for row in await session.execute(_LOAD, {"stream_id": stream_id, "after": after_version})
    ]


async def read_after(session: Session, after: int, limit: int) -> list[Message]:
    """The agency's events after a sequence, in order, as they go on the wire."""
    return messages_of(session, await session.execute(_READ, {"after": after, "limit": limit}))


def messages_of(session: Session, rows: Iterable[Any]) -> list[Message]:
    """What `EVENTS` selects, as it goes on the wire."""
    keys = master_keys_of(session)
    return [_message(row, keys) for row in rows]


def received(row: Any, keys: MasterKeys | None) -> Received[Event]:
    """A stored row as its event. Raises LookupError for a type that the contracts do not know."""
    known = event_class(row.type)
    if known is None:
        raise LookupError(f"the store holds a {row.type}, which these contracts do not know; update gardenos-contracts")
    return _message(row, keys).parse(known)


def _message(row: Any, keys: MasterKeys | None) -> Message:
    metadata = row.metadata if isinstance(row.metadata, dict) else orjson.loads(row.metadata)
    return Message(
        agency_id=row.agency_id,
        sequence=row.sequence,
        stream_id=row.stream_id,
        version=row.version,
        type=row.type,
        data=_data(row, keys),
        actor=Actor.parse(metadata["actor"]),
        correlation_id=metadata["correlation_id"],
        causation_id=metadata.get("causation_id"),
        traceparent=metadata.get("traceparent"),
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        on_behalf_of=metadata.get("on_behalf_of"),
        origin=metadata.get("origin"),
        rule=metadata.get("rule"),
        forgotten=row.whose is not None and row.key is None,
    )


def _data(row: Any, keys: MasterKeys | None) -> bytes:
    """The event's data, whole; of somebody forgotten, what is left of it."""
    if row.box is None or row.key is None:
        data: str = row.data
        return data.encode()
    if keys is None:
        raise BadMasterKey("the history is sealed; set the master key that it was sealed under")
    return opened(
        row.data, row.box, keys.unwrapped(row.key, row.agency_id, row.whose),
        agency_id=row.agency_id, stream_id=row.stream_id, version=row.version, type=row.type,
    )  # fmt: skip


def _facts(
    context: Context, stream_id: UUID, after_version: int, events: Iterable[Event], occurred_at: datetime
) -> Iterator[Fact[Event]]:
    asked = request_now()
    for version, event in enumerate(events, after_version + 1):
        yield Fact(
            agency_id=context.agency_id,
            stream_id=stream_id,
            version=version,
            type=event.event_type,
            data=event,
            actor=context.actor,
            correlation_id=context.correlation_id,
            causation_id=context.causation_id,
            traceparent=context.traceparent,
            occurred_at=occurred_at,
            on_behalf_of=context.on_behalf_of,
            origin=context.origin or (asked.origin if asked else None),
            rule=context.rule or (asked.why if asked else None),
        )


async def _append(
    driver: "asyncpg.Connection[asyncpg.Record]",
    statement: str,
    agency_id: UUID,
    facts: Sequence[Fact[Event]],
    seals: Seals,
) -> None:
    # An append is the hottest statement there is, and needs nothing of SQLAlchemy's.
    await driver.execute(
        statement,
        agency_id,
        len(facts),
        [fact.stream_id for fact in facts],
        [fact.version for fact in facts],
        [fact.type for fact in facts],
        [seals.data_of(fact) for fact in facts],
        [_metadata(fact) for fact in facts],
        [fact.occurred_at for fact in facts],
        list(seals.new),
        list(seals.new.values()),
    )
    telemetry.events_appended.add(len(facts))


def _metadata(fact: Fact[Event]) -> str:
    said = {
        "actor": str(fact.actor),
        "correlation_id": fact.correlation_id,
        "causation_id": fact.causation_id,
        "traceparent": fact.traceparent,
        "on_behalf_of": fact.on_behalf_of,
        "origin": fact.origin,
        "rule": fact.rule,
    }
    return orjson.dumps({name: value for name, value in said.items() if value is not None}).decode()


def _is_race(error: DBAPIError | asyncpg.PostgresError) -> bool:
    """Unique violation, deadlock, serialization failure: what a second attempt may get past."""
    told = error.orig if isinstance(error, DBAPIError) else error
    return getattr(told, "sqlstate", None) in {"23505", "40P01", "40001"}


def fingerprint(*parts: bytes) -> str:
    """A short digest of a request, to tell a repeated command from another one under the same key."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
