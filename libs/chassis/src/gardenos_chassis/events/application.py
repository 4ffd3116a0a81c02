"""Applying a source's events to a consumer: once each, in order, without gap; poison set aside."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx
import orjson
from gardenos_contracts import Actor, ActorKind, Event, Message, Received, person_behind
from sqlalchemy import text

from gardenos_chassis import telemetry
from gardenos_chassis.events.consumer import Consumer, NewerVersion
from gardenos_chassis.events.faults import HeldUp, SourceAway, is_database_away, is_transient, retried_for_ever
from gardenos_chassis.events.feed import FeedClient
from gardenos_chassis.events.store import Context, EventStore, LostRace, UnitOfWork
from gardenos_chassis.sealing.forgetting import forgets_anybody, heeded, turn, without_the_forgotten
from gardenos_chassis.telemetry import told
from gardenos_chassis.tenancy import Session, told_by_first

log = logging.getLogger(__name__)

# Locks the mark for this transaction, whether it was there or not.
_LOCK = text(
    "insert into consumer_marks as marks (agency_id, consumer, source, sequence) values (:agency_id, :consumer, :source, 0)"
    " on conflict (consumer, source, agency_id) do update set sequence = marks.sequence returning sequence, parked"
)
# The same at once, as a rule: the mark is where these events begin, and nothing is parked. It goes along with the beginning
# of a transaction, or is one by itself; so what comes of it is told by how many rows there are.
_ADVANCE = """
with advanced as (
    update consumer_marks set sequence = {last}, moved_at = now()
    where agency_id = '{agency_id}' and consumer = {consumer} and source = {source} and sequence = {before} and parked = 0
    returning 1
)
select from advanced union all select from advanced
where exists (select from public.person_keys where agency_id = '{agency_id}' and key is null)
"""
_NOT_ADVANCED, _SOMEBODY_FORGOTTEN = "SELECT 0", "SELECT 2"
_MOVE = text(
    "update consumer_marks set sequence = greatest(sequence, :sequence), parked = parked + :parked, moved_at = now()"
    " where agency_id = :agency_id and consumer = :consumer and source = :source"
)
_MARKS = text("select agency_id, sequence from consumer_marks where consumer = :consumer and source = :source")
_BLOCKED = text(
    "select distinct stream_id from parked_events"
    " where consumer = :consumer and source = :source and discarded_at is null"
)
_PARK = text(
    "insert into parked_events (agency_id, consumer, source, sequence, stream_id, type, message, error, attempts)"
    " values (:agency_id, :consumer, :source, :sequence, :stream_id, :type, cast(:message as jsonb), :error, :attempts)"
)
_NEXT_PARKED = text(
    "select sequence, message from parked_events where consumer = :consumer and source = :source"
    " and stream_id = :stream_id and discarded_at is null order by sequence limit 1"
)
_UNPARK = text("delete from parked_events where consumer = :consumer and source = :source and sequence = :sequence")
_FAILED_AGAIN = text(
    "update parked_events set attempts = attempts + 1, tried_at = now(), error = :error"
    " where consumer = :consumer and source = :source and sequence = :sequence"
)
_DISCARD = text(
    "update parked_events set discarded_at = now(), discarded_by = :by, discarded_because = :because"
    " where consumer = :consumer and source = :source and sequence = :sequence and discarded_at is null"
)
_LEFT = text(
    "select count(*) from parked_events where consumer = :consumer and source = :source"
    " and stream_id = :stream_id and discarded_at is null"
)

BEHIND = "behind a parked event of the same aggregate"

_PAGE = 500
_TRIES = 3
_RACES = 10


class _Stopped(Exception):
    """The events at hand cannot be applied at once. `message` is to blame; None: one of several, which, nobody knows."""

    def __init__(self, message: Message | None, cause: Exception) -> None:
        super().__init__(told(cause))
        self.message = message
        self.cause = cause

    @property
    def tries(self) -> int:
        """How often it is tried before it is set aside: a race is another's doing, and soon over."""
        return _RACES if isinstance(self.cause, LostRace) else _TRIES


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of an aggregate's parked events: how many were applied, how many are left, and what stopped it."""

    applied: int
    left: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Application:
    """One consumer reading one source into one database."""

    consumer: Consumer
    source: str
    store: EventStore
    feed: FeedClient

    async def take(self, agency_id: UUID, messages: Sequence[Message]) -> int:
        """Applies those of an agency's messages that follow on its mark without a gap; tells the mark then.

        Returns once their effects are committed, however long the database is away. What is seen is skipped. Beyond a
        gap nothing is applied: the mark is then below the last message's sequence. Raises HeldUp.
        """
        in_order = sorted({message.sequence: message for message in messages}.items())
        return await retried_for_ever(
            lambda: self._take(agency_id, [message for _, message in in_order]),
            what=f"{self.consumer.name} from {self.source}",
            passing=is_database_away,
        )

    async def fetch(self, agency_id: UUID) -> int:
        """Applies a page of what the source has recorded after the agency's mark; tells the mark then. Raises HeldUp."""
        mark = await self.take(agency_id, ())
        try:
            page = await self.feed.after(agency_id, mark, _PAGE)
        except httpx.HTTPError as away:
            raise SourceAway(f"the feed of {self.source} cannot be asked: {told(away)}") from away
        except (ValueError, TypeError, KeyError, AttributeError) as broken:
            raise SourceAway(
                f"the feed of {self.source} gives something else after event {mark}: {told(broken)}"
            ) from broken
        if not page:
            raise SourceAway(f"the feed of {self.source} lacks event {mark + 1}")
        self._count(len(page), "back-filled")
        return await self.take(agency_id, page)

    async def apply(self, agency_id: UUID, messages: Sequence[Message]) -> None:
        """Applies an agency's messages and what is missing before them, which the source gives. Raises HeldUp."""
        wanted = max(message.sequence for message in messages)
        while await self.take(agency_id, messages) < wanted:
            await self.fetch(agency_id)

    async def behind(self) -> dict[UUID, int]:
        """The heads of the agencies of which the source has recorded more than is applied.

        Raises httpx.HTTPError, and ValueError for an answer that says no heads.
        """
        heads = await self.feed.heads()
        marks = await self.marks()
        return {agency_id: head for agency_id, head in heads.items() if head > marks.get(agency_id, 0)}

    async def marks(self) -> dict[UUID, int]:
        """How far each agency's events are applied."""
        async with self.store.database.across() as session:
            rows = await session.execute(_MARKS, self._names)
            return {row.agency_id: row.sequence for row in rows}

    async def redrive(self, agency_id: UUID, stream_id: UUID, *, at_most: int = 1000) -> Redriven:
        """Applies an aggregate's parked events in order, each with its removal in one transaction.

        Stops at the first that fails again, which then says why. Raises HeldUp, and what the database raises.
        """
        applied = 0
        error: str | None = None
        while error is None and applied < at_most:
            try:
                if not await self._redrive_next(agency_id, stream_id):
                    break
                applied += 1
            except _Stopped as again:
                if again.message is None:
                    raise again.cause from again
                error = str(again)
                async with self.store.database.transaction(agency_id) as session:
                    await session.execute(
                        _FAILED_AGAIN, {**self._names, "sequence": again.message.sequence, "error": error}
                    )
        self._count(applied, "redriven")
        async with self.store.database.transaction(agency_id) as session:
            left = (await session.execute(_LEFT, {**self._names, "stream_id": stream_id})).scalar_one()
        return Redriven(applied, left, error)

    async def discard(self, agency_id: UUID, sequence: int, *, by: str, because: str) -> bool:
        """Puts a parked event aside for good; it stays as a record. False if it is not parked, or was discarded."""
        async with self.store.database.transaction(agency_id) as session:
            await self._lock(session, agency_id)
            done = await session.execute(_DISCARD, {**self._names, "sequence": sequence, "by": by, "because": because})
            if not done.rowcount:
                return False
            await self._move(session, agency_id, 0, parked=-1)
        self._count(1, "discarded")
        return True

    @property
    def _names(self) -> dict[str, object]:
        return {"consumer": self.consumer.name, "source": self.source}

    async def _take(self, agency_id: UUID, messages: Sequence[Message]) -> int:
        """One transaction for all; if one stops it, up to it in one, it alone, and the rest after."""
        rest = list(messages)
        while True:
            try:
                return await self._commit(agency_id, rest)
            except _Stopped as stop:
                if stop.message is None:
                    return await self._one_by_one(agency_id, rest)
                place = [message.sequence for message in rest].index(stop.message.sequence)
                if place:
                    await self._take(agency_id, rest[:place])
                if isinstance(stop.cause, HeldUp):
                    raise stop.cause from stop
                await self._alone(agency_id, rest[place])
                rest = rest[place + 1 :]

    async def _one_by_one(self, agency_id: UUID, messages: Sequence[Message]) -> int:
        mark = 0
        for message in messages:
            mark = await self._alone(agency_id, message)
            if mark < message.sequence:
                break
        return mark

    async def _alone(self, agency_id: UUID, message: Message) -> int:
        """Applies one message, or after some tries sets it aside; tells the mark then."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._commit(agency_id, [message])
            except _Stopped as stop:
                if isinstance(stop.cause, HeldUp):
                    raise stop.cause from stop
                if attempt >= stop.tries:
                    return await self._park(agency_id, message, str(stop), attempt)
            await asyncio.sleep(0.05 * attempt)

    async def _commit(self, agency_id: UUID, messages: Sequence[Message]) -> int:
        """In one transaction: the effects of what follows on the mark, and the mark, which it tells. Raises _Stopped."""
        try:
            with telemetry.about(agency_id=agency_id):
                if not messages:
                    async with self.store.database.transaction(agency_id) as session:
                        mark, _ = await self._lock(session, agency_id)
                        return mark
                with telemetry.applying(self.consumer.name, self.source, [message.traceparent for message in messages]):
                    return await self._commit_in(self._context(messages[0]), messages)
        except _Stopped:
            raise
        except Exception as error:
            if is_database_away(error):
                raise
            # At the commit itself, say: a deferred constraint, or a race that was lost.
            raise _Stopped(messages[0] if len(messages) == 1 else None, error) from error

    async def _commit_in(self, context: Context, messages: Sequence[Message]) -> int:
        agency_id = context.agency_id
        forgetting = forgets_anybody(messages)
        simple = not forgetting and _in_a_row(messages)
        if simple and not self._hears_any(messages):
            if await self._pass_over(messages):
                return messages[-1].sequence
            simple = False
        first = turn(agency_id, alone=forgetting)
        if simple:
            first = f"{first}; {self._advance(messages)}"
        async with self.store.unit_of_work(context, first=first) as work:
            if simple and (row := await self._advanced(work.session, messages)):
                await self._effect(row, work)
                mark, seen = row[-1].sequence, 0
            else:
                mark, row, seen = await self._step_by_step(work, messages)
        self._count(len(row), "applied")
        self._count(seen, "duplicate")
        return mark

    def _hears_any(self, messages: Sequence[Message]) -> bool:
        try:
            return any(self.consumer.heard_as(type) for type in {message.type for message in messages})
        except NewerVersion:
            return True

    async def _pass_over(self, messages: Sequence[Message]) -> bool:
        """Moves the mark over messages that nobody listens to; False if it is not as simple."""
        done = await self.store.database.do_alone(messages[0].agency_id, self._advance(messages)) != _NOT_ADVANCED
        self._count(len(messages) if done else 0, "applied")
        return done

    def _advance(self, messages: Sequence[Message]) -> str:
        """Moves the mark over all of the messages, if it is as simple."""
        return _ADVANCE.format(
            # Digits of numbers, whatever was given: nothing that could be SQL.
            agency_id=UUID(messages[0].agency_id.hex),
            before=int(messages[0].sequence) - 1,
            last=int(messages[-1].sequence),
            consumer=_literal(self.consumer.name),
            source=_literal(self.source),
        )

    async def _advanced(self, session: Session, messages: Sequence[Message]) -> Sequence[Message]:
        """The messages as they may be applied, where the mark has moved over all of them; none where it has not."""
        came_of_it = told_by_first(session)
        if came_of_it == _NOT_ADVANCED:
            return ()
        if came_of_it == _SOMEBODY_FORGOTTEN:
            return await without_the_forgotten(session, messages[0].agency_id, messages)
        return messages

    async def _step_by_step(self, work: UnitOfWork, messages: Sequence[Message]) -> tuple[int, Sequence[Message], int]:
        """Applies what follows on the mark, whatever is parked; tells the mark then, what followed, and how many were seen."""
        agency_id = work.context.agency_id
        mark, parked = await self._lock(work.session, agency_id)
        row = await heeded(work.session, agency_id, _following(messages, mark))
        seen = sum(1 for message in messages if message.sequence <= mark)
        if row:
            free = await self._free(row, work) if parked else row
            await self._effect(free, work)
            mark = row[-1].sequence
            await self._move(work.session, agency_id, mark, parked=len(row) - len(free))
        return mark, row, seen

    async def _free(self, row: Sequence[Message], work: UnitOfWork) -> Sequence[Message]:
        """Those whose aggregate has nothing parked; the others are parked behind what it has."""
        blocked = set((await work.session.execute(_BLOCKED, self._names)).scalars())
        for message in row:
            if message.stream_id in blocked:
                await self._set_aside(work.session, message, BEHIND, 0)
        return [message for message in row if message.stream_id not in blocked]

    async def _effect(self, messages: Sequence[Message], work: UnitOfWork) -> None:
        """What the consumer does when these arrive. Raises _Stopped."""
        if self.consumer.batch_effect is not None:
            await self._handle_at_once(messages, work)
            return
        for message in messages:
            await self._handle(message, work)

    async def _handle(self, message: Message, work: UnitOfWork) -> None:
        try:
            handler = self.consumer.handler_of(message.type)
            known = self.consumer.heard_as(message.type)
            if handler is None or known is None or self._passes_over(message):
                return
            event: Received[Event] = message.parse(known)
            work.context = work.context.because_of(event)
            with telemetry.about(event_id=message.id):
                await handler(event, work)
        except Exception as error:
            raise _stopped_by(error, message) from error

    async def _handle_at_once(self, messages: Sequence[Message], work: UnitOfWork) -> None:
        """For a consumer that takes batches: those of the messages that it listens to."""
        assert self.consumer.batch_effect is not None
        messages = [message for message in messages if not self._passes_over(message)]
        events: list[Received[Event]] = []
        for message in messages:
            try:
                if (known := self.consumer.heard_as(message.type)) is not None:
                    events.append(message.parse(known))
            except Exception as error:
                raise _stopped_by(error, message) from error
        if not events:
            return
        try:
            await self.consumer.batch_effect(events, work.session)
        except Exception as error:
            raise _stopped_by(error, messages[0] if len(messages) == 1 else None) from error

    def _passes_over(self, message: Message) -> bool:
        return message.forgotten and self.consumer.skips_forgotten

    async def _redrive_next(self, agency_id: UUID, stream_id: UUID) -> bool:
        """Applies the first parked event of an aggregate; False if there is none. Raises _Stopped."""
        message: Message | None = None
        try:
            async with self.store.database.transaction(agency_id) as session:
                found = (await session.execute(_NEXT_PARKED, {**self._names, "stream_id": stream_id})).first()
            if found is None:
                return False
            message = Message.from_json(found.message)
            first = turn(agency_id, alone=forgets_anybody([message]))
            async with self.store.unit_of_work(self._context(message), first=first) as work:
                # Under the lock of the mark nothing is applied, parked or redriven meanwhile.
                await self._lock(work.session, agency_id)
                done = await work.session.execute(_UNPARK, {**self._names, "sequence": message.sequence})
                if done.rowcount:
                    await self._effect(await heeded(work.session, agency_id, [message]), work)
                    await self._move(work.session, agency_id, 0, parked=-1)
        except _Stopped as stop:
            if isinstance(stop.cause, HeldUp):
                raise stop.cause from stop
            raise
        except Exception as error:
            raise _Stopped(None if is_transient(error) else message, error) from error
        return True

    async def _park(self, agency_id: UUID, message: Message, error: str, attempts: int) -> int:
        log.error(
            "an event is parked",
            extra={
                "consumer": self.consumer.name,
                "agency_id": str(agency_id),
                "event_id": message.id,
                "event_type": message.type,
                "fault": error,
            },
        )
        first = turn(agency_id, alone=forgets_anybody([message]))
        async with self.store.database.transaction(agency_id, first=first) as session:
            # The last try may have been applied, and have failed only to say so.
            mark, _ = await self._lock(session, agency_id)
            if mark + 1 == message.sequence:
                (message,) = await heeded(session, agency_id, [message])
                await self._set_aside(session, message, error, attempts)
                mark = message.sequence
                await self._move(session, agency_id, mark, parked=1)
                self._count(1, "parked")
        return mark

    async def _set_aside(self, session: Session, message: Message, error: str, attempts: int) -> None:
        await session.execute(
            _PARK,
            {
                **self._names,
                "agency_id": message.agency_id,
                "sequence": message.sequence,
                "stream_id": message.stream_id,
                "type": message.type,
                "message": orjson.dumps(message.to_json()).decode(),
                "error": error[:2000],
                "attempts": attempts,
            },
        )

    async def _lock(self, session: Session, agency_id: UUID) -> tuple[int, int]:
        """The mark, and how many events are parked; both stay as they are until this transaction ends."""
        row = (await session.execute(_LOCK, {**self._names, "agency_id": agency_id})).one()
        return row.sequence, row.parked

    async def _move(self, session: Session, agency_id: UUID, sequence: int, *, parked: int) -> None:
        """Moves the mark on to a sequence, and the number of parked events by so many."""
        await session.execute(_MOVE, {**self._names, "agency_id": agency_id, "sequence": sequence, "parked": parked})

    def _context(self, message: Message) -> Context:
        return Context(
            agency_id=message.agency_id,
            actor=Actor(ActorKind.AUTOMATION, self.consumer.name),
            correlation_id=message.correlation_id,
            on_behalf_of=person_behind(message.actor, message.on_behalf_of),
            rule=f"platform:hears {message.type}",
        )

    def _count(self, events: int, outcome: str) -> None:
        if events:
            telemetry.events_consumed.add(
                events,
                {
                    "messaging.system": "kafka",
                    "messaging.destination.name": f"{self.source}.events",
                    "messaging.consumer.group.name": self.consumer.name,
                    "gardenos.outcome": outcome,
                },
            )


def _in_a_row(messages: Sequence[Message]) -> bool:
    return messages[-1].sequence - messages[0].sequence + 1 == len(messages)


def _literal(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _following(messages: Sequence[Message], mark: int) -> list[Message]:
    """Those that follow on the mark without a gap. The messages are in order, none twice."""
    row: list[Message] = []
    for message in messages:
        if message.sequence > mark:
            if message.sequence != mark + len(row) + 1:
                break
            row.append(message)
    return row


def _stopped_by(error: Exception, message: Message | None) -> Exception:
    """What a handler's error means: the database's own goes on as it is, another's absence holds up, the rest is poison."""
    if is_database_away(error):
        return error
    if is_transient(error):
        return _Stopped(message, HeldUp(f"a handler could not reach what it needs: {told(error)}"))
    return _Stopped(message, error)
