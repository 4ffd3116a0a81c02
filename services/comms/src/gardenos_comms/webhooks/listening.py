"""Published events in, deliveries and their jobs out: one for each webhook that wants the event, in the mark's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.ids import derived_id
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Received
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_comms.webhooks.delivering import DELIVER, key_of
from gardenos_comms.webhooks.schedule import TRIES
from gardenos_comms.webhooks.tables import deliveries, webhooks
from gardenos_comms.webhooks.webhook import OFFERED, State, name_of, names_of

# Of somebody forgotten nothing is told outside any more, but that they are forgotten.
listening = Consumer("comms.webhooks", listens_to=[*OFFERED.values()], skips_forgotten=True)


@dataclass(frozen=True, slots=True)
class _Hook:
    id: UUID
    names: frozenset[str] | None
    active: bool
    since: datetime

    def wants(self, event: Received[Event]) -> bool:
        """What was recorded before a webhook was made is history, and not sent; nor is what becomes of itself."""
        if event.recorded_at < self.since or event.stream_id == self.id:
            return False
        return self.names is None or name_of(event.type) in self.names


@listening.on_batch
async def put_down(events: Sequence[Received[Event]], db: Session) -> None:
    """A delivery for each event and each webhook that wants it; for one that is paused, held until somebody sends it."""
    agency_id = events[0].agency_id
    if gone := {id for event in events for id in event.data.forgets()}:
        await drop(db, agency_id, gone)
    hooks = await _hooks(db, agency_id)
    if not hooks:
        return
    wanted = {
        delivery_id(event, hook.id): (event, hook)
        for event in events
        for hook in hooks
        if hook.wants(event) and _about(event) not in gone
    }
    if not wanted:
        return
    rows = [_row(id, event, hook) for id, (event, hook) in wanted.items()]
    new = await db.execute(upsert(deliveries).on_conflict_do_nothing().returning(deliveries.c.id), rows)
    for id in new.scalars():
        event, hook = wanted[UUID(str(id))]
        if hook.active:
            arguments = {"delivery_id": id, "try": 1}
            await enqueue(db, DELIVER, arguments, because_of=event, key=key_of(id, 1), person_id=_about(event))


async def drop(db: Session, agency_id: UUID, people: Iterable[UUID]) -> None:
    """What was to be told of people who are forgotten is not sent any more; the chassis takes the jobs away."""
    theirs = (deliveries.c.agency_id == agency_id, deliveries.c.person_id.in_(list(people)))
    await db.execute(
        update(deliveries)
        .where(*theirs, deliveries.c.state != "delivered")
        .values(state="dropped", reason="the person it was about is forgotten", next_at=None)
    )
    await db.execute(update(deliveries).where(*theirs).values(person_id=None))


def delivery_id(event: Received[Event], webhook_id: UUID) -> UUID:
    """The same however often the event comes."""
    return derived_id("webhook delivery", event.data.service, event.id, webhook_id)


def message_id(event: Received[Event]) -> UUID:
    """What receivers know an event by, the same for all webhooks and at every redelivery."""
    return derived_id("webhook message", event.data.service, event.id)


def _about(event: Received[Event]) -> UUID | None:
    """Whom a delivery is dropped with. That somebody is forgotten is told all the same."""
    return None if event.data.forgets() else event.data.about()


async def _hooks(db: Session, agency_id: UUID) -> list[_Hook]:
    found = await db.execute(
        select(webhooks.c.id, webhooks.c.event_types, webhooks.c.state, webhooks.c.made_at)
        .where(webhooks.c.agency_id == agency_id)
        # Held to the commit: one that is removed meanwhile takes its deliveries along.
        .with_for_update(read=True, key_share=True)
    )
    return [_Hook(row.id, names_of(row.event_types), row.state == State.ACTIVE, row.made_at) for row in found]


def _row(id: UUID, event: Received[Event], hook: _Hook) -> dict[str, object]:
    return {
        "agency_id": event.agency_id,
        "id": id,
        "webhook_id": hook.id,
        "message_id": message_id(event),
        "event_type": event.type,
        "service": event.data.service,
        "sequence": event.sequence,
        "person_id": _about(event),
        "state": "waiting" if hook.active else "held",
        "tries_left": TRIES,
        "reason": None if hook.active else "the webhook was paused",
        "made_at": datetime.now(UTC),
    }
