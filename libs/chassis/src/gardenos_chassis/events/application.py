"""Applying a source's events to a consumer: once each, in order, without gap; poison set aside."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from gardenos_contracts import Actor, ActorKind, Event, Message, Received, event_class
from sqlalchemy import text

from gardenos_chassis import telemetry
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.faults import is_transient, retried_for_ever
from gardenos_chassis.events.feed import FeedClient
from gardenos_chassis.events.store import Context, EventStore, UnitOfWork
from gardenos_chassis.tenancy import Session

log = logging.getLogger(__name__)

# Locks the mark for this transaction, whether it was there or not.
_LOCK = text(
    "insert into consumer_marks as marks (agency_id, consumer, source, sequence) values (:agency_id, :consumer, :source, 0)"
    " on conflict (consumer, source, agency_id) do update set sequence = marks.sequence returning sequence"
)
_MARK = text(
    "update consumer_marks set sequence = :sequence"
    " where agency_id = :agency_id and consumer = :consumer and source = :source"
)
_MARKS = text("select agency_id, sequence from consumer_marks where consumer = :consumer and source = :source")
_BLOCKED = text("select distinct stream_id from parked_events where consumer = :consumer and source = :source")
_PARK = text(
    "insert into parked_events (agency_id, consumer, source, sequence, stream_id, type, message, error)"
    " values (:agency_id, :consumer, :source, :sequence, :stream_id, :type, cast(:message as jsonb), :error)"
)

_PAGE = 500
_TRIES = 3


class _Poison(Exception):
    """An event whose handler failed for a reason that waiting does not mend."""

    def __init__(self, message: Message, cause: Exception) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.message = message


class _PoisonAmong(Exception):
    """One of several events that were taken at once is poison; which, nobody knows."""


@dataclass(frozen=True, slots=True)
class Application:
    """One consumer reading one source into one database."""

    consumer: Consumer
    source: str
    store: EventStore
    feed: FeedClient

    async def apply(self, agency_id: UUID, messages: Sequence[Message]) -> None:
        """Applies an agency's messages, in order of sequence; what is seen is skipped, what is missing is fetched.

        Returns once their effects are committed, however long the database or the source are away.
        """
        await retried_for_ever(
            lambda: self._apply(agency_id, messages), what=f"{self.consumer.name} from {self.source}"
        )

    async def catch_up(self) -> None:
        """Fetches whatever the source has recorded and the broker did not bring. Raises httpx.HTTPError."""
        heads = await self.feed.heads()
        async with self.store.database.across() as session:
            rows = await session.execute(_MARKS, self._names)
            marks: dict[UUID, int] = {row.agency_id: row.sequence for row in rows}
        for agency_id, head in heads.items():
            while (mark := marks.get(agency_id, 0)) < head:
                page = await self.feed.after(agency_id, mark, _PAGE)
                if not page:
                    break
                await self.apply(agency_id, page)
                marks[agency_id] = page[-1].sequence

    @property
    def _names(self) -> dict[str, str]:
        return {"consumer": self.consumer.name, "source": self.source}

    async def _apply(self, agency_id: UUID, messages: Sequence[Message]) -> None:
        done = 0
        while done < len(messages):
            done += await self._some(agency_id, messages[done:])

    async def _some(self, agency_id: UUID, messages: Sequence[Message]) -> int:
        """Applies as many of the messages as form an unbroken row, after closing a gap before them; tells how many."""
        async with self.store.database.transaction(agency_id) as session:
            mark = await self._lock(session, agency_id)
        fresh = [message for message in messages if message.sequence > mark]
        if not fresh:
            self._count(len(messages), "duplicate")
            return len(messages)
        if fresh[0].sequence > mark + 1:
            missing = await self.feed.after(agency_id, mark, min(_PAGE, fresh[0].sequence - mark - 1))
            if not missing or missing[0].sequence != mark + 1:
                raise LookupError(f"the feed of {self.source} lacks event {mark + 1} of agency {agency_id}")
            self._count(len(missing), "back-filled")
            await self._in_order(agency_id, missing)
            return 0
        row = [fresh[0]]
        for message in fresh[1:]:
            if message.sequence == row[-1].sequence + 1:
                row.append(message)
            elif message.sequence > row[-1].sequence:
                break
        await self._in_order(agency_id, row)
        return sum(1 for message in messages if message.sequence <= row[-1].sequence)

    async def _in_order(self, agency_id: UUID, messages: Sequence[Message]) -> None:
        """One transaction for all; if one is poison, up to it in one, it alone, and the rest after."""
        rest = list(messages)
        while rest:
            try:
                await self._commit(agency_id, rest)
                return
            except _Poison as poison:
                place = rest.index(poison.message)
                if place:
                    await self._commit(agency_id, rest[:place])
                await self._try_alone(agency_id, poison.message)
                rest = rest[place + 1 :]
            except _PoisonAmong:
                for message in rest:
                    await self._try_alone(agency_id, message)
                return

    async def _try_alone(self, agency_id: UUID, message: Message) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                await self._commit(agency_id, [message])
                return
            except _Poison as poison:
                if attempt == _TRIES:
                    await self._park(agency_id, message, str(poison))
                else:
                    await asyncio.sleep(0.05 * attempt)

    async def _commit(self, agency_id: UUID, messages: Sequence[Message]) -> None:
        context = Context(
            agency_id=agency_id,
            actor=Actor(ActorKind.AUTOMATION, self.consumer.name),
            correlation_id=messages[0].correlation_id,
        )
        traceparents = [message.traceparent for message in messages]
        with telemetry.applying(self.consumer.name, self.source, traceparents):
            applied = await self._commit_in(context, messages)
        self._count(applied, "applied")

    async def _commit_in(self, context: Context, messages: Sequence[Message]) -> int:
        agency_id = context.agency_id
        async with self.store.unit_of_work(context) as work:
            mark = await self._lock(work.session, agency_id)
            if messages[0].sequence > mark + 1:
                raise LookupError("another instance moved the mark back; reading it again")
            fresh = [message for message in messages if message.sequence > mark]
            if not fresh:
                return 0
            blocked = set((await work.session.execute(_BLOCKED, self._names)).scalars())
            for message in fresh:
                if message.stream_id in blocked:
                    await self._set_aside(work.session, message, "behind a parked event of the same aggregate")
                else:
                    await self._handle(message, work)
            await self._handle_at_once([message for message in fresh if message.stream_id not in blocked], work)
            await self._move_mark(work.session, agency_id, fresh[-1].sequence)
        return len(fresh)

    async def _handle(self, message: Message, work: UnitOfWork) -> None:
        try:
            handler = self.consumer.handler_of(message.type)
            known = event_class(message.type)
            if handler is None or known is None:
                return
            event: Received[Event] = message.parse(known)
            work.context = work.context.because_of(event)
            await handler(event, work)
        except Exception as error:
            if is_transient(error):
                raise
            raise _Poison(message, error) from error

    async def _handle_at_once(self, messages: Sequence[Message], work: UnitOfWork) -> None:
        """For a consumer that takes batches: those of the messages that it listens to."""
        effect = self.consumer.batch_effect
        if effect is None:
            return
        heard = [
            (message, known)
            for message in messages
            if self.consumer.hears(message.type) and (known := event_class(message.type)) is not None
        ]
        if not heard:
            return
        try:
            events: list[Received[Event]] = [message.parse(known) for message, known in heard]
            await effect(events, work.session)
        except Exception as error:
            if is_transient(error):
                raise
            raise (_Poison(heard[0][0], error) if len(heard) == 1 else _PoisonAmong()) from error

    async def _park(self, agency_id: UUID, message: Message, error: str) -> None:
        log.error(
            "an event is parked",
            extra={"consumer": self.consumer.name, "event_id": message.id, "event_type": message.type, "fault": error},
        )
        async with self.store.database.transaction(agency_id) as session:
            if await self._lock(session, agency_id) < message.sequence:
                await self._set_aside(session, message, error)
                await self._move_mark(session, agency_id, message.sequence)
        self._count(1, "parked")

    async def _set_aside(self, session: Session, message: Message, error: str) -> None:
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
            },
        )

    async def _lock(self, session: Session, agency_id: UUID) -> int:
        row = await session.execute(_LOCK, {**self._names, "agency_id": agency_id})
        mark: int = row.scalar_one()
        return mark

    async def _move_mark(self, session: Session, agency_id: UUID, sequence: int) -> None:
        await session.execute(_MARK, {**self._names, "agency_id": agency_id, "sequence": sequence})

    def _count(self, events: int, outcome: str) -> None:
        telemetry.events_consumed.add(
            events, {"messaging.consumer.group.name": self.consumer.name, "gardenos.outcome": outcome}
        )
