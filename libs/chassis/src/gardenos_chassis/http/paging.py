"""Lists by keyset: a cursor is the sort key of the last row seen. No offsets, no counts."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import Query
from sqlalchemy import ColumnElement, Date, DateTime, Float, Select, Uuid, and_, false, or_, tuple_

from gardenos_chassis.errors import Invalid
from gardenos_chassis.fetching import Listing
from gardenos_chassis.http.responses import dumps
from gardenos_chassis.tenancy import Session

Limit = Annotated[int, Query(ge=1, le=200, description="Rows on a page")]
CursorParam = Annotated[str | None, Query(description="`next_cursor` of the page before")]


@dataclass(frozen=True, slots=True)
class Key:
    """One column of a list's order. The last key of an order must be unique and not null: the id."""

    column: ColumnElement[Any]
    name: str
    """Of the column in the rows."""
    direction: Literal["asc", "desc"] = "asc"
    nullable: bool = False
    """Nulls come last in either direction."""
    ordering: ColumnElement[Any] = field(init=False, compare=False)
    """What a statement is ordered by. One object for all requests: what SQLAlchemy derives from it, it derives once."""

    def __post_init__(self) -> None:
        ordering = self.column.desc() if self.direction == "desc" else self.column.asc()
        object.__setattr__(self, "ordering", ordering.nulls_last() if self.nullable else ordering)


def keyset(statement: Select[Any], order: Sequence[Key], cursor: str | None, limit: int) -> Select[Any]:
    """The statement in this order, after the cursor, one row longer than the page. Raises Invalid for a foreign cursor."""
    return statement.order_by(*(key.ordering for key in order)).where(*after(cursor, order)).limit(limit + 1)


async def page_from(
    session: Session,
    listing: Listing,
    where: Sequence[ColumnElement[bool]],
    order: Sequence[Key],
    cursor: str | None,
    limit: int,
    *,
    also: Sequence[ColumnElement[Any]] = (),
) -> dict[str, Any]:
    """A page of a listing, as `page_of` gives it. Raises Invalid for a foreign cursor."""
    wanted = [*where, *after(cursor, order)]
    ordered = [key.ordering for key in order]
    rows = await listing.fetch(session, wanted, order=ordered, limit=limit + 1, also=also)
    return page_of(rows, order, limit)


def after(cursor: str | None, order: Sequence[Key]) -> list[ColumnElement[bool]]:
    """The conditions for what comes after a cursor; none without one. Raises Invalid for a foreign cursor."""
    return [] if cursor is None else [_after(order, decoded(cursor, order))]


def page_of(rows: Sequence[dict[str, Any]], order: Sequence[Key], limit: int) -> dict[str, Any]:
    """`{"items": …, "next_cursor": …}` of the rows that `keyset` gave."""
    items = list(rows[:limit])
    more = len(rows) > limit
    return {"items": items, "next_cursor": _encode(items[-1], order) if more else None}


def _encode(row: dict[str, Any], order: Sequence[Key]) -> str:
    # The order's names go along, so that a cursor of another order is noticed.
    values = [[key.name + key.direction, row[key.name]] for key in order]
    return base64.urlsafe_b64encode(dumps(values)).decode().rstrip("=")


def decoded(cursor: str, order: Sequence[Key]) -> list[Any]:
    """The values of an order's keys in the last row seen. Raises Invalid for a foreign cursor."""
    try:
        pairs = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if [name for name, _ in pairs] != [key.name + key.direction for key in order]:
            raise ValueError("another order")
        return [_typed(key.column, value) for key, (_, value) in zip(order, pairs, strict=True)]
    except (ValueError, TypeError, binascii.Error) as foreign:
        raise Invalid(
            "this cursor is not of this list in this order; start from the first page", pointer="query:cursor"
        ) from foreign


def _typed(column: ColumnElement[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, Uuid):
        return UUID(value)
    if isinstance(column.type, Float):
        return float(value)
    return value


def _after(order: Sequence[Key], values: Sequence[Any]) -> ColumnElement[bool]:
    plain = not any(key.nullable for key in order)
    if plain and len({key.direction for key in order}) == 1:
        # A row comparison is one index range.
        columns = tuple_(*(key.column for key in order))
        return columns < tuple(values) if order[0].direction == "desc" else columns > tuple(values)
    either: ColumnElement[bool] = false()
    equal: list[ColumnElement[bool]] = []
    for key, value in zip(order, values, strict=True):
        either = or_(either, and_(*equal, _beyond(key, value)))
        equal.append(key.column.is_(None) if value is None else key.column == value)
    return either


def _beyond(key: Key, value: Any) -> ColumnElement[bool]:
    if value is None:
        return false()
    beyond = key.column < value if key.direction == "desc" else key.column > value
    return or_(beyond, key.column.is_(None)) if key.nullable else beyond
