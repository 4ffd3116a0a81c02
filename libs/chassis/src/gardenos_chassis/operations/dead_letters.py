"""Dead letters: the events that a consumer could not take, and those of the same aggregate that wait behind them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import BigInteger, DateTime, Integer, Text, Uuid, column, select, table

from gardenos_chassis.http.paging import CursorParam, Key, Limit, keyset, page_of
from gardenos_chassis.http.responses import json_response
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.operations.room import Looking


class DeadLetter(Shape):
    """An event that is parked, or was discarded."""

    consumer: str
    source: str
    """The service that published it."""
    sequence: int
    """Its place in the agency's history within its source."""
    stream_id: UUID
    """The aggregate it belongs to."""
    type: str
    error: str
    """What went wrong when it was last tried, without anything it says of anybody."""
    attempts: int
    parked_at: datetime
    tried_at: datetime
    discarded_at: datetime | None
    discarded_by: str | None
    discarded_because: str | None


_parked = table(
    "parked_events",
    column("consumer", Text),
    column("source", Text),
    column("sequence", BigInteger),
    column("stream_id", Uuid),
    column("type", Text),
    column("error", Text),
    column("attempts", Integer),
    column("parked_at", DateTime),
    column("tried_at", DateTime),
    column("discarded_at", DateTime),
    column("discarded_by", Text),
    column("discarded_because", Text),
)
_ORDER = [Key(_parked.c[name], name) for name in ("consumer", "source", "sequence")]

router = APIRouter()


@router.get("/dead-letters", responses={200: {"model": Page[DeadLetter]}})
async def list_dead_letters(
    here: Looking,
    consumer: str | None = None,
    source: str | None = None,
    stream_id: UUID | None = None,
    discarded: bool = False,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Events that a consumer could not take, in their order; with `discarded=true` those that were put aside for good."""
    wanted = {"consumer": consumer, "source": source, "stream_id": stream_id}
    statement = select(_parked).where(
        *(_parked.c[name] == value for name, value in wanted.items() if value is not None),
        _parked.c.discarded_at.is_not(None) if discarded else _parked.c.discarded_at.is_(None),
    )
    async with here.transaction() as session:
        found = await session.execute(keyset(statement, _ORDER, cursor, limit))
        rows: list[dict[str, Any]] = [dict(row) for row in found.mappings()]
    return json_response(page_of(rows, _ORDER, limit))
