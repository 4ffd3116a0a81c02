"""The log of deliveries: listed, and sent once more."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import Conflict, NotFound
from gardenos_chassis.events import Context
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.tenancy import Session
from sqlalchemy import case, func, insert, select, update

from gardenos_comms.webhooks.delivering import DELIVER, TEST, key_of
from gardenos_comms.webhooks.schedule import TRIES
from gardenos_comms.webhooks.tables import deliveries

MOST_AT_ONCE = 500
"""Deliveries that one command sends once more."""

_SHOWN = (
    "id", "message_id", "event_type", "state", "tries", "status", "milliseconds", "reason", "made_at", "tried_at", "next_at",
)  # fmt: skip
_ORDER = [Key(deliveries.c.made_at, "made_at", "desc"), Key(deliveries.c.id, "id", "desc")]


async def page(
    session: Session,
    webhook_id: UUID,
    *,
    states: Sequence[str],
    event_type: str | None,
    limit: int,
    cursor: str | None,
) -> dict[str, Any]:
    """A webhook's deliveries, the latest first."""
    statement = select(*(deliveries.c[name] for name in _SHOWN)).where(deliveries.c.webhook_id == webhook_id)
    if states:
        statement = statement.where(deliveries.c.state.in_(states))
    if event_type is not None:
        statement = statement.where(deliveries.c.event_type == event_type)
    found = await session.execute(keyset(statement, _ORDER, cursor, limit))
    return page_of([dict(row) for row in found.mappings()], _ORDER, limit)


async def delivery(session: Session, webhook_id: UUID, id: UUID) -> dict[str, Any]:
    """One delivery. Raises NotFound."""
    this = (deliveries.c.webhook_id == webhook_id, deliveries.c.id == id)
    found = (await session.execute(select(*(deliveries.c[name] for name in _SHOWN)).where(*this))).mappings().first()
    if found is None:
        raise NotFound("there is no such delivery; what was sent is kept in the log for 30 days")
    return dict(found)


async def send_test(session: Session, webhook_id: UUID, *, because_of: Context) -> UUID:
    """Puts a delivery down that is about nothing."""
    id = new_id()
    row = {
        "agency_id": because_of.agency_id,
        "id": id,
        "webhook_id": webhook_id,
        "message_id": new_id(),
        "event_type": TEST,
        "state": "waiting",
        # Who presses a button looks at once, and presses it again.
        "tries_left": 1,
        "made_at": datetime.now(UTC),
    }
    await session.execute(insert(deliveries).values(**row))
    await enqueue(session, DELIVER, {"delivery_id": id, "try": 1}, because_of=because_of, key=key_of(id, 1))
    return id


async def redeliver(session: Session, webhook_id: UUID, id: UUID, *, because_of: Context) -> None:
    """Sends one once more, under the same `webhook-id`; of one that waits, now. Raises NotFound, Conflict."""
    this = (deliveries.c.webhook_id == webhook_id, deliveries.c.id == id)
    state = (await session.execute(select(deliveries.c.state).where(*this).with_for_update())).scalar_one_or_none()
    if state is None:
        raise NotFound("there is no such delivery; what was sent is kept in the log for 30 days")
    if state == "dropped":
        raise Conflict("the person it was about is forgotten; nothing of them is sent any more")
    await _again(session, [id], because_of)


async def redeliver_since(
    session: Session, webhook_id: UUID, since: datetime, *, because_of: Context
) -> tuple[int, bool]:
    """Sends what failed or was held since a moment once more, the oldest first: how many, and whether there are more."""
    found = await session.execute(
        select(deliveries.c.id)
        .where(
            deliveries.c.webhook_id == webhook_id,
            deliveries.c.state.in_(("failed", "held")),
            deliveries.c.event_type != TEST,
            deliveries.c.made_at >= since,
        )
        .order_by(deliveries.c.made_at, deliveries.c.id)
        .limit(MOST_AT_ONCE + 1)
        .with_for_update()
    )
    ids = list(found.scalars())
    await _again(session, ids[:MOST_AT_ONCE], because_of)
    return min(len(ids), MOST_AT_ONCE), len(ids) > MOST_AT_ONCE


async def _again(session: Session, ids: Sequence[UUID], because_of: Context) -> None:
    if not ids:
        return
    changed = await session.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(ids))
        .values(
            state="waiting",
            tries_left=case((deliveries.c.event_type == TEST, 1), else_=TRIES),
            next_at=func.now(),
            reason=None,
        )
        .returning(deliveries.c.id, deliveries.c.tries, deliveries.c.person_id)
    )
    for row in changed.all():
        number = row.tries + 1
        job_id = await enqueue(
            session,
            DELIVER,
            {"delivery_id": row.id, "try": number},
            because_of=because_of,
            key=key_of(row.id, number),
            person_id=row.person_id,
            again=True,
        )
        now = update(jobs).where(jobs.c.id == job_id, jobs.c.state == "queued").values(due_at=func.now())
        await session.execute(now)
