"""What the broker did not bring, fetched from the source: marks and feeds are the truth, Kafka is how it comes quickly."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import httpx

from gardenos_chassis.events.application import Application
from gardenos_chassis.events.faults import HeldUp, SourceAway, jittered
from gardenos_chassis.events.waiting import Waiting
from gardenos_chassis.tasks import stopped
from gardenos_chassis.telemetry import told

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]

_AT_ONCE = 4
_GRACE_SECONDS = 1.0
_FIRST_BACKOFF_SECONDS = 0.5
_MAX_BACKOFF_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an agency's events cannot go on, and since when (`time.monotonic`)."""

    reason: str
    since: float
    by_feed: bool
    """Whether it waits for the source's feed: then Kafka may bring what is missing."""


class Reconciliation:
    """One consumer's way to one source besides Kafka.

    Each agency that lacks something is caught up by a task of its own, page by page. The gate lets a few pages be taken
    at once, and in the order in which they were asked for: a long history, or a slow one, keeps nobody waiting for more
    than a page. An agency that cannot go on is asked for again and again, with back-off and jitter, and holds up no other.
    """

    def __init__(self, application: Application, *, every: float, sleep: Sleep = asyncio.sleep) -> None:
        self.application = application
        self.held: dict[UUID, Hold] = {}
        self.heads: dict[UUID, int] = {}
        """The last sequence known of each agency, by the source's feed or by what Kafka brought."""
        self.waiting = Waiting()
        self.unreachable: str | None = None
        """Why the source could not be asked, if it could not."""
        self.history: int | None = None
        """How many events there were to read when this looked first: at a consumer's first start, all of them."""
        self._every = every
        self._sleep = sleep
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._wanted: dict[UUID, int] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._running = False

    async def run(self, seen: Callable[[set[UUID]], None]) -> None:
        """Looks every so often, until cancelled; tells each time of which agencies Kafka brings too little."""
        self._running = True
        try:
            while True:
                try:
                    seen(await self.look())
                    self.unreachable = None
                    pause = self._every
                except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as away:
                    self.unreachable = told(away)
                    pause = min(self._every, _GRACE_SECONDS)
                    log.info(
                        "%s: cannot ask %s whether something is missing",
                        self.application.consumer.name,
                        self.application.source,
                        extra={"fault": self.unreachable},
                    )
                await self._sleep(jittered(pause))
        finally:
            self._running = False
            await stopped(list(self._tasks.values()))

    async def look(self) -> set[UUID]:
        """Has those agencies caught up whose events Kafka does not bring; tells which.

        An agency that gets on is left to Kafka. Raises httpx.HTTPError, and ValueError for a feed that says no heads.
        """
        behind = await self.application.behind()
        for agency_id, head in behind.items():
            self.heads[agency_id] = max(head, self.heads.get(agency_id, 0))
        if not behind:
            self.history = self.history or 0
            return set()
        before = await self.application.marks()
        if self.history is None:
            self.history = sum(max(head - before.get(agency_id, 0), 0) for agency_id, head in behind.items())
            log.info(
                "%s: reading %d events of %s that were recorded before this start",
                self.application.consumer.name,
                self.history,
                self.application.source,
            )
        await self._sleep(min(self._every, _GRACE_SECONDS))
        after = await self.application.marks()
        still = {
            agency_id
            for agency_id, head in behind.items()
            if after.get(agency_id, 0) < head and after.get(agency_id, 0) == before.get(agency_id, 0)
        }
        for agency_id in still:
            self.need(agency_id, behind[agency_id])
        return still

    def need(self, agency_id: UUID, sequence: int) -> None:
        """There is an event of this sequence, and Kafka did not bring all before it: it will be fetched."""
        self._wanted[agency_id] = max(sequence, self._wanted.get(agency_id, 0))
        self.heads[agency_id] = max(sequence, self.heads.get(agency_id, 0))
        if agency_id not in self._tasks and self._running:
            self._tasks[agency_id] = asyncio.create_task(self._catch_up(agency_id))

    def is_at(self, agency_id: UUID) -> bool:
        """Whether the agency is being caught up, or tried again: what Kafka brings of it meanwhile is fetched too."""
        held = self.held.get(agency_id)
        return agency_id in self._tasks and not (held is not None and held.by_feed)

    async def _catch_up(self, agency_id: UUID) -> None:
        backoff = _FIRST_BACKOFF_SECONDS
        try:
            mark = -1
            while mark < self._wanted[agency_id]:
                try:
                    async with self._gate:
                        mark = await self.application.fetch(agency_id)
                    self.held.pop(agency_id, None)
                    backoff = _FIRST_BACKOFF_SECONDS
                    continue
                except HeldUp as hold:
                    # Kafka, or another instance, may have brought it meanwhile.
                    mark = await self.application.take(agency_id, ())
                    if mark >= self._wanted[agency_id]:
                        break
                    self._hold(agency_id, str(hold), by_feed=isinstance(hold, SourceAway))
                except Exception as error:
                    # A fault of ours: it stops this agency alone, and is not forgotten.
                    log.exception("%s: cannot catch up", self.application.consumer.name)
                    self._hold(agency_id, told(error), by_feed=False)
                await self._sleep(jittered(backoff))
                backoff = min(backoff * 2, _MAX_BACKOFF_SECONDS)
        finally:
            self.held.pop(agency_id, None)
            self._wanted.pop(agency_id, None)
            self._tasks.pop(agency_id, None)

    def _hold(self, agency_id: UUID, reason: str, *, by_feed: bool) -> None:
        held = self.held.get(agency_id)
        if held is None or held.reason != reason:
            log.warning(
                "%s: an agency is held up",
                self.application.consumer.name,
                extra={"agency_id": str(agency_id), "source": self.application.source, "fault": reason},
            )
        self.held[agency_id] = Hold(reason, held.since if held else time.monotonic(), by_feed)
