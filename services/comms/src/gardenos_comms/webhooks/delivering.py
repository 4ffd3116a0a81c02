"""Deliveries: each try is a durable job, which reads the event where it was published, signs it and posts it.

Nothing of what is sent is kept here: whoever was forgotten meanwhile is not in it. A try ends in the transaction that says
how it went and puts down the next one. The process may end in between: then a receiver gets it once more, under the same
`webhook-id`.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import uniform
from typing import Any
from uuid import UUID

import orjson
from gardenos_chassis import telemetry
from gardenos_chassis.errors import Unavailable
from gardenos_chassis.events import LostRace, UnitOfWork
from gardenos_chassis.events.feed import FeedClient
from gardenos_chassis.events.store import read_after
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.jobs.queue import Argument
from gardenos_chassis.sealing.forgetting import forgotten_among
from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Received, event_class, without_personal
from sqlalchemy import Row, delete, func, select, text, update

from gardenos_comms.settings import CommsSettings
from gardenos_comms.webhooks.egress import Answer, Egress, NoAnswer, Refused
from gardenos_comms.webhooks.schedule import TRIES, next_after, peace_after
from gardenos_comms.webhooks.secrets import Endpoint, headers_of, unseal
from gardenos_comms.webhooks.tables import deliveries, webhooks
from gardenos_comms.webhooks.webhook import Reason, State, evolve

log = logging.getLogger(__name__)

DELIVER = "comms.deliver-webhook"
"""The kind of job."""
TEST = "webhook.test"
"""The type of what is sent to try a webhook out: no event."""
KEPT = timedelta(days=30)
"""For how long the log is kept."""

_AT_ONE_ENDPOINT = 4
_PRUNE_SECONDS = 3600.0
_NOTED = timedelta(minutes=1)
_AGENCIES = text("select agency_id from agency_heads order by agency_id")

_sent = telemetry.meter.create_counter("gardenos.webhooks.tries", description="Webhook deliveries tried, by outcome")
_took = telemetry.meter.create_histogram(
    "gardenos.webhooks.duration", unit="s", description="Time until a receiver answered"
)


def key_of(delivery_id: UUID, number: int) -> str:
    """Names one try of a delivery, counted over all its rounds."""
    return f"{delivery_id}:{number}"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a try went: an answer, or why there was none."""

    answer: Answer | None
    reason: str | None

    @property
    def delivered(self) -> bool:
        return self.reason is None

    @property
    def retry_after(self) -> float | None:
        return self.answer.retry_after if self.answer is not None else None

    @property
    def gone(self) -> bool:
        """410: the receiver says that it will never want any more."""
        return self.answer is not None and self.answer.status == 410


class Sender:
    """Sends what waits. Without a master key there are no webhooks: address and secrets could not be kept."""

    def __init__(self, settings: CommsSettings, egress: Egress) -> None:
        self._settings = settings
        self._egress = egress
        self._feeds: dict[str, FeedClient] = {}
        self._at_once = settings.webhooks_at_once
        self._by_webhook: Counter[UUID] = Counter()
        self._by_agency: Counter[UUID] = Counter()

    @property
    def egress(self) -> Egress:
        """By which addresses are judged, too."""
        return self._egress

    @property
    def keys(self) -> MasterKeys:
        """What address and secrets are sealed by. Raises Unavailable where none is set."""
        if self._settings.master_keys is None:
            raise Unavailable("webhooks need a master key; ask whoever operates GardenOS")
        return self._settings.master_keys

    def jobs(self) -> Jobs:
        """What sends them: a worker of their own, so that slow receivers hold up nothing else."""
        jobs = Jobs(at_once=self._at_once)
        jobs.on(DELIVER, tries=5, given_up=self._given_up, outward=True)(self.deliver)
        return jobs

    @asynccontextmanager
    async def open(self, service: Service) -> AsyncIterator[None]:
        """Knows where the other services' events are read, until the context ends."""
        token = self._settings.internal_token.get_secret_value()
        others = ("identity", "leads", "clients", "ai", "reporting")
        self._feeds = {name: FeedClient(service.http, self._settings.url_of(name), token) for name in others}
        try:
            yield
        finally:
            await self._egress.close()

    async def deliver(self, job: Job) -> None:
        """One try of one delivery. Raises what keeps the event from being read."""
        id, number = UUID(job.arguments["delivery_id"]), int(job.arguments["try"])
        found = await self._found(job, id, number)
        if found is None:
            return
        with self._room(found) as wait:
            if wait is not None:
                await self._put_off(job, id, number, wait)
                return
            message = await self._message(job, found)
            if message is None:
                failed = _Outcome(None, "the event can no longer be read")
                await self._record(job, found, number, failed, for_good=True)
                return
            endpoint = unseal(self.keys, job.agency_id, found.webhook_id, found.sealed)
            outcome = await self._post(endpoint, found.message_id, message)
        await self._record(job, found, number, outcome)

    async def _found(self, job: Job, id: UUID, number: int) -> Row[Any] | None:
        """The delivery and its webhook; None if there is nothing to send, which is then said in the log."""
        async with job.store.database.transaction(job.agency_id) as session:
            found = (await session.execute(_joined(id))).one_or_none()
            if found is None or found.state != "waiting" or found.tries + 1 != number:
                return None
            this = deliveries.c.id == id
            if found.person_id and await forgotten_among(session, job.agency_id, [found.person_id]):
                dropped = {"state": "dropped", "reason": "the person it was about is forgotten", "person_id": None}
                await session.execute(update(deliveries).where(this).values(**dropped, next_at=None))
                return None
            if found.hook_state != State.ACTIVE and found.event_type != TEST:
                held = {"state": "held", "reason": "the webhook was paused", "next_at": None}
                await session.execute(update(deliveries).where(this).values(**held))
                return None
        return found

    @contextmanager
    def _room(self, found: Row[Any]) -> Iterator[timedelta | None]:
        """Room for one more try; else how long to wait for it.

        An endpoint that fails has one at a time and then is left in peace; no agency takes more than half of all.
        """
        now = datetime.now(UTC)
        if found.event_type != TEST and found.rest_until is not None and found.rest_until > now:
            # Spread, so that one of them finds out how it is before all the others come.
            yield (found.rest_until - now) + timedelta(seconds=uniform(0, 30))
            return
        most = 1 if found.failing_since is not None else _AT_ONE_ENDPOINT
        if self._by_webhook[found.webhook_id] >= most or self._by_agency[found.agency_id] >= max(1, self._at_once // 2):
            yield timedelta(seconds=uniform(0.5, 5))
            return
        self._by_webhook[found.webhook_id] += 1
        self._by_agency[found.agency_id] += 1
        try:
            yield None
        finally:
            for counts, key in ((self._by_webhook, found.webhook_id), (self._by_agency, found.agency_id)):
                counts[key] -= 1
                if not counts[key]:
                    del counts[key]

    async def _put_off(self, job: Job, id: UUID, number: int, wait: timedelta) -> None:
        """Not tried, and not counted."""
        at = datetime.now(UTC) + wait
        async with job.store.database.transaction(job.agency_id) as session:
            if await job.finish(session):
                await session.execute(update(deliveries).where(deliveries.c.id == id).values(next_at=at))
                await _enqueue(session, job, id, number, at)

    async def _message(self, job: Job, found: Row[Any]) -> bytes | None:
        """What is sent; None if the event is not there, or of a version that these contracts do not know."""
        said = {"id": str(found.message_id), "type": found.event_type, "agency_id": str(job.agency_id)}
        if found.event_type == TEST:
            data = {"webhook_id": str(found.webhook_id), "words": "This is a test."}
            return orjson.dumps({**said, "occurred_at": found.made_at, "data": data})
        event = await self._event(job, found.service, found.sequence)
        if event is None:
            return None
        told = event.data if found.personal else without_personal(event.data)
        return orjson.dumps(
            {
                **said,
                "type": event.type,
                "occurred_at": event.occurred_at.astimezone(UTC),
                "data": orjson.Fragment(told.model_dump_json().encode()),
            },
            option=orjson.OPT_UTC_Z,
        )

    async def _event(self, job: Job, service: str, sequence: int) -> Received[Event] | None:
        if service == self._settings.service:
            async with job.store.database.transaction(job.agency_id) as session:
                found = await read_after(session, sequence - 1, 1)
        else:
            found = await self._feeds[service].after(job.agency_id, sequence - 1, 1)
        known = event_class(found[0].type) if found else None
        return found[0].parse(known) if known is not None else None

    async def _post(self, endpoint: Endpoint, message_id: UUID, body: bytes) -> _Outcome:
        now = datetime.now(UTC)
        try:
            answer = await self._egress.post(endpoint.url, headers_of(endpoint, message_id, now, body), body)
        except (Refused, NoAnswer) as error:
            _sent.add(1, {"gardenos.outcome": "no answer"})
            return _Outcome(None, str(error))
        _took.record(answer.milliseconds / 1000)
        _sent.add(1, {"gardenos.outcome": f"{answer.status // 100}xx"})
        if 200 <= answer.status < 300:
            return _Outcome(answer, None)
        if 300 <= answer.status < 400:
            return _Outcome(answer, f"it answered {answer.status}, and redirects are not followed")
        return _Outcome(answer, f"it answered {answer.status}")

    async def _record(
        self, job: Job, found: Row[Any], number: int, outcome: _Outcome, *, for_good: bool = False
    ) -> None:
        """How it went, and what follows, with the end of the job."""
        while True:
            try:
                await self._record_once(job, found, number, outcome, for_good=for_good)
                return
            except LostRace:
                # Somebody changed the webhook just as it was to be paused. It is sent already: only this is done again.
                log.info("a webhook was changed while it was to be paused", extra={"job_id": str(job.id)})

    async def _record_once(self, job: Job, found: Row[Any], number: int, outcome: _Outcome, *, for_good: bool) -> None:
        now = datetime.now(UTC)
        async with job.store.unit_of_work(job.context) as work:
            if not await job.finish(work.session):
                return
            left = 0 if for_good else found.tries_left - 1
            at = None
            if not outcome.delivered and left > 0 and not outcome.gone:
                at = now + next_after(TRIES - left, retry_after=outcome.retry_after)
            state = "delivered" if outcome.delivered else "waiting" if at else "failed"
            await work.session.execute(
                update(deliveries)
                .where(deliveries.c.id == found.id)
                .values(
                    state=state,
                    tries=number,
                    tries_left=left,
                    status=outcome.answer.status if outcome.answer else None,
                    milliseconds=outcome.answer.milliseconds if outcome.answer else None,
                    reason=outcome.reason,
                    tried_at=now,
                    next_at=at,
                )
            )
            if at is not None:
                await _enqueue(work.session, job, found.id, number + 1, at, person_id=found.person_id)
            if not for_good:
                await self._note_health(work, found, outcome, now)

    async def _note_health(self, work: UnitOfWork, found: Row[Any], outcome: _Outcome, now: datetime) -> None:
        this = (webhooks.c.agency_id == found.agency_id, webhooks.c.id == found.webhook_id)
        if outcome.delivered:
            # Where all is well, once a minute is enough: many deliveries do not wait for one row.
            stale = (
                webhooks.c.failing_since.is_not(None)
                | webhooks.c.succeeded_at.is_(None)
                | (webhooks.c.succeeded_at < now - _NOTED)
            )
            well = {"failures": 0, "failing_since": None, "rest_until": None, "succeeded_at": now}
            await work.session.execute(update(webhooks).where(*this, stale).values(**well))
            return
        if found.event_type == TEST:
            return
        failed = await work.session.execute(
            update(webhooks)
            .where(*this)
            .values(failures=webhooks.c.failures + 1, failing_since=func.coalesce(webhooks.c.failing_since, now))
            .returning(webhooks.c.failures, webhooks.c.failing_since)
        )
        health = failed.one_or_none()
        if health is None:
            return
        peace = peace_after(health.failures, retry_after=outcome.retry_after)
        if peace:
            await work.session.execute(update(webhooks).where(*this).values(rest_until=now + peace))
        patience = timedelta(days=self._settings.webhooks_pause_after_days)
        if outcome.gone:
            await _pause(work, found.webhook_id, "its receiver is gone", None)
        elif now - health.failing_since >= patience:
            await _pause(work, found.webhook_id, "it failed for days", health.failing_since)

    async def _given_up(self, job: Job, error: Exception) -> None:
        """Something here kept it from being sent at all."""
        async with job.store.database.transaction(job.agency_id) as session:
            if await job.holds(session):
                this = (deliveries.c.id == UUID(job.arguments["delivery_id"]), deliveries.c.state == "waiting")
                failed = {"state": "failed", "reason": f"it could not be sent: {type(error).__name__}", "next_at": None}
                await session.execute(update(deliveries).where(*this).values(**failed))

    async def prune_hourly(self, service: Service) -> None:
        """Takes what is older than `KEPT` out of the log, now and every hour."""
        while True:
            await prune(service)
            await asyncio.sleep(_PRUNE_SECONDS)


async def prune(service: Service) -> None:
    """Takes what is older than `KEPT` out of the log of every agency. What still waits is tried for less than that."""
    async with service.database.across() as session:
        agencies = list((await session.execute(_AGENCIES)).scalars())
    for agency_id in agencies:
        async with service.database.transaction(agency_id) as session:
            await session.execute(delete(deliveries).where(deliveries.c.made_at < datetime.now(UTC) - KEPT))


def _joined(id: UUID) -> Any:
    return (
        select(
            deliveries,
            webhooks.c.state.label("hook_state"),
            webhooks.c.personal,
            webhooks.c.sealed,
            webhooks.c.failing_since,
            webhooks.c.rest_until,
        )
        .join(webhooks, (webhooks.c.agency_id == deliveries.c.agency_id) & (webhooks.c.id == deliveries.c.webhook_id))
        .where(deliveries.c.id == id)
    )


async def _enqueue(
    session: Session, job: Job, id: UUID, number: int, at: datetime, *, person_id: UUID | None = None
) -> None:
    if person_id is None:
        whose = select(deliveries.c.person_id).where(deliveries.c.id == id)
        person_id = (await session.execute(whose)).scalar_one_or_none()
    arguments: dict[str, Argument] = {"delivery_id": id, "try": number}
    await enqueue(
        session, DELIVER, arguments, because_of=job.context, key=key_of(id, number), at=at, person_id=person_id
    )


async def _pause(work: UnitOfWork, webhook_id: UUID, because: Reason, failing_since: datetime | None) -> None:
    webhook, version = None, 0
    for fact in await work.load(webhook_id):
        webhook, version = evolve(webhook, fact.data), fact.version
    if webhook is not None:
        work.record(webhook_id, version, webhook.pause(because, failing_since=failing_since))
