"""From the log to the streams of this process: asked once for all of an agency, kept for as long as somebody looks.

A stream holds a position and nothing else. What is recent is kept once for all of an agency's streams; who is further
behind reads the log. So a slow reader costs no memory, and an idle one no connection to the database.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from gardenos_chassis import telemetry
from gardenos_chassis.auth import Caller
from gardenos_chassis.events.faults import is_transient
from gardenos_chassis.tenancy import Database

from gardenos_reporting.changes.log import Bounds, Placed, bounds_of, read_after

log = logging.getLogger(__name__)

streams_open = telemetry.meter.create_up_down_counter("gardenos.changes.streams", description="Live streams now open")

_RECENT = 1000
_PAGE = 500
_REST_SECONDS = 1.0


class Stale(Exception):
    """What comes after a position is not there any more: whoever stood there must read everything again."""


@dataclass(slots=True)
class _Feed:
    """One agency's latest changes, for all who follow it here."""

    head: int
    followers: int = 0
    recent: deque[Placed] = field(default_factory=lambda: deque(maxlen=_RECENT))
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at the next change, and then another one: each waiter waits for its own."""

    def publish(self, new: Sequence[Placed]) -> None:
        self.recent.extend(new)
        self.head = new[-1].position
        self.moved.set()
        self.moved = asyncio.Event()

    def after(self, position: int) -> list[Placed] | None:
        """Some of what came after a position; None if that is longer ago than what is kept here."""
        if position >= self.head:
            return []
        first = self.recent[0].position if self.recent else self.head + 1
        start = position + 1 - first
        return list(islice(self.recent, start, start + _PAGE)) if start >= 0 else None


class Hub:
    """All streams of this process."""

    def __init__(self, *, poll_seconds: float) -> None:
        self._poll_seconds = poll_seconds
        self._feeds: dict[UUID, _Feed] = {}
        self._followed = asyncio.Event()

    @property
    def followers(self) -> int:
        """How many streams are open."""
        return sum(feed.followers for feed in self._feeds.values())

    @property
    def kept(self) -> int:
        """How many changes are held in memory."""
        return sum(len(feed.recent) for feed in self._feeds.values())

    async def run(self, database: Database) -> None:
        """Asks the log what is new, again and again while somebody follows, until cancelled."""
        while True:
            await self._followed.wait()
            try:
                await self._poll(database)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("live changes wait for the database", extra={"fault": f"{type(error).__name__}: {error}"})
                await asyncio.sleep(_REST_SECONDS)
            await asyncio.sleep(self._poll_seconds)

    async def _poll(self, database: Database) -> None:
        async with database.across() as session:
            now = await bounds_of(session, list(self._feeds))
        for agency_id, bounds in now.items():
            feed = self._feeds.get(agency_id)
            # The latest are enough: who is further behind reads the log.
            position = max(feed.head, bounds.head - _RECENT, bounds.floor) if feed else bounds.head
            while feed is not None and position < bounds.head:
                async with database.transaction(agency_id) as session:
                    new = await read_after(session, agency_id, position, _PAGE)
                if not new:
                    break
                if position > feed.head:
                    feed.recent.clear()
                feed.publish(new)
                position = feed.head

    @asynccontextmanager
    async def follow(
        self, database: Database, caller: Caller, after: int | None, *, now: Callable[[Caller], Awaitable[Caller]]
    ) -> AsyncIterator["Follower"]:
        """A place in the stream of the caller's agency: after a position, or from now on. Raises Stale for one that is gone.

        `now` tells what the caller is at this moment: while they listen, their role and teams may change.
        """
        async with database.transaction(caller.agency_id) as session:
            bounds = (await bounds_of(session, [caller.agency_id])).get(caller.agency_id, Bounds())
        if after is not None and not bounds.resumes_after(after):
            raise Stale
        feed = self._feeds.setdefault(caller.agency_id, _Feed(bounds.head))
        feed.followers += 1
        streams_open.add(1)
        self._followed.set()
        try:
            yield Follower(database, feed, caller, now, bounds.head if after is None else after)
        finally:
            feed.followers -= 1
            streams_open.add(-1)
            if feed.followers == 0:
                del self._feeds[caller.agency_id]
            if not self._feeds:
                self._followed.clear()


class Follower:
    """One stream's place."""

    def __init__(
        self, database: Database, feed: _Feed, caller: Caller, now: Callable[[Caller], Awaitable[Caller]], position: int
    ) -> None:
        self.position = position
        """Of the last change that was told or passed over."""
        self._database = database
        self._feed = feed
        self._caller = caller
        self._now = now

    async def next(self, *, within: float) -> list[Placed]:
        """The next changes that the caller may hear of; none after `within` seconds without any.

        Raises Stale, and Unauthorized for somebody who was deactivated.
        """
        until = asyncio.get_running_loop().time() + within
        while True:
            moved = self._feed.moved
            found = self._feed.after(self.position)
            if found is None:
                found = await self._from_log()
            if found:
                caller = await self._now(self._caller)
                self.position = found[-1].position
                if heard := [placed for placed in found if placed.change.heard_by(caller)]:
                    return heard
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                return []
            if not found:
                try:
                    async with asyncio.timeout(left):
                        await moved.wait()
                except TimeoutError:
                    return []

    async def _from_log(self) -> list[Placed]:
        async with self._database.transaction(self._caller.agency_id) as session:
            found = await read_after(session, self._caller.agency_id, self.position, _PAGE)
        if not found:
            raise Stale
        return found
