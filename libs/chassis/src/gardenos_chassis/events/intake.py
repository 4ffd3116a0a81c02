"""What Kafka brought and is not applied yet: an agency's events together, agencies side by side, while more is fetched."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from aiokafka import TopicPartition
from gardenos_contracts import Message

from gardenos_chassis.tasks import stopped

_AT_ONCE = 4
"""Agencies whose events are applied at the same time."""
_MOST = 5000
"""Events that may wait; Kafka keeps the rest."""
_PAGE = 1000
"""Events of an agency in one transaction, or a little more."""

Place: TypeAlias = tuple[str, UUID]
"""A source, and an agency."""
Offsets: TypeAlias = Mapping[TopicPartition, int]


@dataclass(slots=True)
class _Batch:
    """Records that came together: where each partition goes on after them, and how many agencies are still to be done."""

    offsets: Offsets
    open: int


class Intake:
    """Takes in batches, and has `apply` called for one agency after the other, or a few at once.

    While an agency's events are applied, what comes of it waits, and is then applied together: the busier it is, the
    fewer transactions it takes. A slow agency keeps no other waiting.
    """

    def __init__(self, apply: Callable[[str, UUID, Sequence[Message]], Awaitable[None]]) -> None:
        self._apply = apply
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._waiting: defaultdict[Place, deque[tuple[_Batch, Sequence[Message]]]] = defaultdict(deque)
        self._tasks: dict[Place, asyncio.Task[None]] = {}
        self._since: dict[Place, float] = {}
        self._batches: deque[_Batch] = deque()
        self._held = 0
        self._room = asyncio.Event()
        self._done: dict[TopicPartition, int] = {}

    async def put(self, arrived: Mapping[Place, Sequence[Message]], offsets: Offsets) -> None:
        """Takes in a batch, and the places from which its partitions go on; waits while too much is waiting."""
        batch = _Batch(offsets, len(arrived))
        self._batches.append(batch)
        for place, messages in arrived.items():
            self._waiting[place].append((batch, messages))
            self._held += len(messages)
            if place not in self._tasks:
                self._tasks[place] = asyncio.create_task(self._work(place))
        self._settle()
        while self._held >= _MOST:
            self._room.clear()
            await self._room.wait()

    def offsets(self) -> Offsets:
        """Up to where everything is done, of the partitions that have got on since the last time this was asked."""
        done, self._done = self._done, {}
        return done

    @property
    def busy_seconds(self) -> float:
        """For how long the slowest of what is being applied has been at it; 0 if nothing is."""
        return max((time.monotonic() - since for since in self._since.values()), default=0.0)

    async def close(self) -> None:
        """Gives up what is not applied: Kafka will bring it again."""
        await stopped(list(self._tasks.values()))
        self._held = 0
        self._room.set()

    async def _work(self, place: Place) -> None:
        source, agency_id = place
        try:
            while place in self._waiting:
                async with self._gate:
                    some = self._some(place)
                    self._since[place] = time.monotonic()
                    await self._apply(source, agency_id, [message for _, messages in some for message in messages])
                    del self._since[place]
                for batch, messages in some:
                    batch.open -= 1
                    self._held -= len(messages)
                self._settle()
        finally:
            self._since.pop(place, None)
            del self._tasks[place]

    def _some(self, place: Place) -> list[tuple[_Batch, Sequence[Message]]]:
        waiting = self._waiting[place]
        some = [waiting.popleft()]
        events = len(some[0][1])
        while waiting and events < _PAGE:
            some.append(waiting.popleft())
            events += len(some[-1][1])
        if not waiting:
            del self._waiting[place]
        return some

    def _settle(self) -> None:
        """Batches are done in the order in which they came: a partition never goes on past what is still open."""
        while self._batches and not self._batches[0].open:
            self._done |= self._batches.popleft().offsets
        if self._held < _MOST:
            self._room.set()
