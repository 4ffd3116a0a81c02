"""The history of an aggregate over HTTP: what changed, who did it, and its state at any moment.

    router.include_router(history_routes(evolve, scope, "lead"))

gives `GET /{lead_id}/history` and `GET /{lead_id}/history/state`, for whoever has the aggregate in their scope.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import takewhile
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from gardenos_contracts import Event
from pydantic import AwareDatetime
from pydantic.alias_generators import to_snake
from pydantic_core import to_jsonable_python

from gardenos_chassis.audit.accesses import opens
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.fields import withhold
from gardenos_chassis.errors import Invalid, NotFound
from gardenos_chassis.events.changes import Step, changes, fields_of, steps
from gardenos_chassis.events.store import history
from gardenos_chassis.http.dependencies import Reader, Reading
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.responses import json_response
from gardenos_chassis.http.shapes import Page, Shape, Withholding

A = TypeVar("A")


class FieldChange(Withholding):
    """What one field was, and what it became."""

    field: str
    old: str | None
    new: str | None


class HistoryEntry(Shape):
    """Something that happened to the record."""

    event_id: str
    sequence: int
    """Its place in the agency's history within the service."""
    version: int
    """The record's, from here on."""
    type: str
    """The event's: `leads.LeadAssigned.v1`."""
    title: str
    changes: list[FieldChange]
    actor: str
    """Who did it: `person:<user id>`, `import:<import id>`, `automation:<name>` …"""
    correlation_id: str
    """What everything has in common that followed from one request."""
    causation_id: str | None
    """The event that it follows from; null where somebody asked for it."""
    occurred_at: datetime
    recorded_at: datetime


class PastState(Withholding):
    """What a record was at a moment."""

    id: UUID
    version: int
    recorded_at: datetime
    """When it became so."""
    state: dict[str, Any]


def history_routes(
    evolve: Callable[[A | None, Event], A],
    scope: Callable[[A], tuple[UUID | None, ...]],
    noun: str,
    *,
    sees: Callable[[Reading, A], Awaitable[bool]] | None = None,
    shown: Callable[[A], Mapping[str, Any]] = fields_of,
    title: Callable[[Event], str] | None = None,
) -> APIRouter:
    """The routes of one kind of aggregate, below its resource's.

    `evolve`, `scope` and `noun` as in `repository`; `sees` tells besides of what is not in the caller's scope by itself
    whether they see it; `shown` gives a state's fields as people know them; `title` says an event
    in a few words, and by default is its name.
    """
    router = APIRouter()
    id_of_it = Path(alias=f"{noun}_id")
    titled = title or _named

    async def told(reading: Reading, id: UUID) -> list[Step[A]]:
        found = list(steps(await history(reading.session, id), evolve))
        if not found:
            raise NotFound(f"there is no such {noun}")
        now = found[-1].after
        if not reading.caller.sees(*scope(now)) and not (sees is not None and await sees(reading, now)):
            raise NotFound(f"there is no such {noun}")
        return found

    async def show_history(
        id: Annotated[UUID, id_of_it], reading: Reader, limit: Limit = 50, cursor: CursorParam = None
    ) -> Response:
        """What happened to it, field by field, and who did it; the latest first."""
        found = await told(reading, id)
        if cursor is not None and not (cursor.isdecimal() and len(cursor) < 10):
            raise Invalid("this cursor is not of this list; start from the first page", pointer="query:cursor")
        earlier = found[::-1] if cursor is None else found[: max(int(cursor) - 1, 0)][::-1]
        page = earlier[:limit]
        more = len(earlier) > limit
        return json_response(
            {
                "items": [history_entry(step, reading.caller, shown, titled) for step in page],
                "next_cursor": str(page[-1].event.version) if more else None,
            }
        )

    async def show_state(
        id: Annotated[UUID, id_of_it],
        reading: Reader,
        version: Annotated[int | None, Query(ge=1, description="As it was in this version")] = None,
        at: Annotated[AwareDatetime | None, Query(description="As it was recorded at this time")] = None,
    ) -> Response:
        """What it was at a moment: in a version, at a time, or without either now."""
        if version is not None and at is not None:
            raise Invalid("ask for a version or for a time, not for both", pointer="query:at")
        found = await told(reading, id)
        if version is not None:
            found = found[:version] if version <= len(found) else []
        elif at is not None:
            found = list(takewhile(lambda step: step.event.recorded_at <= at, found))
        if not found:
            raise NotFound(f"the {noun} was not there then; its history tells its versions and their times")
        last = found[-1]
        state = withhold(reading.caller, to_jsonable_python(shown(last.after)))
        withheld = {"withheld": state.pop("withheld")} if "withheld" in state else {}
        return json_response(
            {
                "id": id,
                "version": last.event.version,
                "recorded_at": last.event.recorded_at,
                "state": state,
                **withheld,
            }
        )

    path = f"/{{{noun}_id}}/history"
    router.add_api_route(
        path, show_history, name=f"show_{noun}_history", responses={200: {"model": Page[HistoryEntry]}},
        openapi_extra=opens(f"{noun} history", f"{noun}_id"),
    )  # fmt: skip
    router.add_api_route(
        f"{path}/state", show_state, name=f"show_{noun}_state", responses={200: {"model": PastState}},
        openapi_extra=opens(f"{noun} history", f"{noun}_id"),
    )  # fmt: skip
    return router


def history_entry(
    step: Step[A], caller: Caller, shown: Callable[[A], Mapping[str, Any]], titled: Callable[[Event], str]
) -> dict[str, Any]:
    """One step of an aggregate's history as a `HistoryEntry`, without what the caller may not see."""
    event = step.event
    before = {} if step.before is None else to_jsonable_python(shown(step.before))
    changed = changes(before, to_jsonable_python(shown(step.after)))
    return {
        "event_id": event.id,
        "sequence": event.sequence,
        "version": event.version,
        "type": event.type,
        "title": titled(event.data),
        "changes": [withhold(caller, asdict(change)) for change in changed],
        "actor": str(event.actor),
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
    }


def _named(event: Event) -> str:
    return to_snake(type(event).__name__).replace("_", " ").capitalize()
