"""How far the agency's events have come: those of others that this service reads, and its own on their way out."""

from datetime import UTC, datetime
from uuid import UUID

import httpx
from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import text

from gardenos_chassis.errors import NotFound
from gardenos_chassis.events.application import Application
from gardenos_chassis.events.reconciliation import Reconciliation
from gardenos_chassis.http.responses import json_response
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.operations.room import Looking
from gardenos_chassis.telemetry import told


class ConsumerState(Shape):
    """How far one consumer has read the agency's history of one source."""

    consumer: str
    source: str
    mark: int
    """The last sequence that is applied."""
    head: int | None
    """The last that the source has recorded; null while it cannot be asked."""
    lag_events: int | None
    lag_seconds: float | None
    """How long ago the oldest event was recorded that is not applied; 0 if there is none."""
    parked: int
    """Events that wait among the dead letters."""
    held_up: str | None
    """Why the agency's events cannot go on, if they cannot."""
    fault: str | None
    """What is wrong with the consumer as a whole, in the process that answers."""
    moved_at: datetime | None
    """When the mark last moved."""
    progress_at: datetime
    """When the consumer last got on or found nothing to do, in the process that answers."""


class Outbox(Shape):
    """How much of what the agency recorded here is published."""

    head: int
    published: int
    waiting: int
    oldest_seconds: float
    """How long ago the first of them was recorded; 0 if there is none."""
    fault: str | None
    """What is wrong with the relay, in the process that answers."""
    progress_at: datetime


_MARK = text(
    "select sequence, parked, moved_at from consumer_marks"
    " where agency_id = :agency_id and consumer = :consumer and source = :source"
)
_OUTBOX = text(
    """
    select coalesce(head, 0) as head, coalesce(published, 0) as published,
        coalesce(extract(epoch from clock_timestamp() - (
            select recorded_at from events where sequence = coalesce(published, 0) + 1
        )), 0)::float as oldest_seconds
    from (select cast(:agency_id as uuid) as agency_id) as one
        left join agency_heads using (agency_id) left join relay_marks using (agency_id)
    """
)

router = APIRouter()


@router.get("/consumers", responses={200: {"model": Page[ConsumerState]}})
async def list_consumers(here: Looking) -> Response:
    """How far each consumer of this service has read the agency's history, and what holds it up."""
    items = []
    for name, subscription in here.service.subscriptions.items():
        for source, reconciliation in subscription.reconciliations.items():
            wanted = {"agency_id": here.agency_id, "consumer": name, "source": source}
            async with here.transaction() as session:
                row = (await session.execute(_MARK, wanted)).first()
            mark = row.sequence if row else 0
            items.append(
                {
                    "consumer": name,
                    "source": source,
                    "mark": mark,
                    **await _lag(reconciliation, here.agency_id, mark),
                    "parked": row.parked if row else 0,
                    "fault": subscription.health,
                    "moved_at": row.moved_at if row else None,
                    "progress_at": datetime.fromtimestamp(subscription.progress, UTC),
                }
            )
    return json_response({"items": items, "next_cursor": None})


@router.get("/outbox", responses={200: {"model": Outbox}})
async def show_outbox(here: Looking) -> Response:
    """How much of what the agency recorded in this service waits to be published."""
    if not here.service.publishes:
        raise NotFound(f"the {here.service.name} service publishes nothing")
    async with here.transaction() as session:
        row = (await session.execute(_OUTBOX, {"agency_id": here.agency_id})).one()
    relay = here.service.relay
    return json_response(
        {
            "head": row.head,
            "published": row.published,
            "waiting": row.head - row.published,
            "oldest_seconds": row.oldest_seconds,
            "fault": relay.health,
            "progress_at": datetime.fromtimestamp(relay.progress, UTC),
        }
    )


async def _lag(reconciliation: Reconciliation, agency_id: UUID, mark: int) -> dict[str, object]:
    held = reconciliation.held.get(agency_id)
    reason = held.reason if held else None
    try:
        head, seconds = await _ahead(reconciliation.application, agency_id, mark)
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as away:
        reason = reason or f"the feed of {reconciliation.application.source} cannot be asked: {told(away)}"
        return {"head": None, "lag_events": None, "lag_seconds": None, "held_up": reason}
    return {"head": head, "lag_events": max(head - mark, 0), "lag_seconds": seconds, "held_up": reason}


async def _ahead(application: Application, agency_id: UUID, mark: int) -> tuple[int, float]:
    head = await application.feed.head(agency_id)
    waiting = await application.feed.after(agency_id, mark, 1) if head > mark else []
    seconds = (datetime.now(UTC) - waiting[0].recorded_at).total_seconds() if waiting else 0.0
    return head, max(seconds, 0.0)
