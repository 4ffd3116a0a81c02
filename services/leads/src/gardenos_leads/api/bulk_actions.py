"""`/api/v1/leads/bulk-actions`: the same done to many leads, and what became of each."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from gardenos_chassis.audit.accesses import downloads, lists
from gardenos_chassis.http import Reader, Writer, csv, json_response
from gardenos_chassis.http.dependencies import Writing
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.service import Service
from pydantic import BaseModel, ConfigDict, Field

from gardenos_leads.bulk import commands, queries
from gardenos_leads.bulk.actions import Action, Assign, BulkFate
from gardenos_leads.bulk.aggregate import BulkStatus
from gardenos_leads.bulk.selecting import MOST_IDS, Selection

router = APIRouter(prefix="/api/v1/leads/bulk-actions", tags=["leads"])

_WORDS = {
    BulkFate.DONE: "done",
    BulkFate.NOTHING: "nothing to do",
    BulkFate.NOT_ALLOWED: "not allowed",
    BulkFate.CHANGED: "changed meanwhile",
    BulkFate.GONE: "gone",
    BulkFate.CONFLICT: "changed since, and stays",
    None: "not reached",
}


class StartBulkAction(BaseModel):
    """What is to be done, and to which leads."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    selection: Selection
    confirmed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    """For a removal: how many leads it is to be. If they are more or fewer by then, nothing is done."""


class CountSelection(BaseModel):
    """Which leads are meant."""

    model_config = ConfigDict(extra="forbid")

    selection: Selection


class UndoBulkAction(BaseModel):
    """How far it is taken back."""

    model_config = ConfigDict(extra="forbid")

    over_changes: bool = False
    """Also where something was changed since: what stands there is replaced by what was there before."""
    only: Annotated[list[UUID], Field(min_length=1, max_length=MOST_IDS)] | None = None
    """Of these leads alone."""


class SelectedCount(Shape):
    """How many leads are meant, to the last."""

    count: int


class BulkCounts(Shape):
    """How many leads met which fate so far."""

    done: int
    nothing: int
    """It was so already."""
    not_allowed: int
    changed: int
    """Somebody changed them after they were selected."""
    gone: int
    conflict: int
    """When something is taken back: they were changed since, and stay."""


class Undone(Shape):
    """The last that takes it back, and how far that is."""

    status: BulkStatus
    counts: BulkCounts


class BulkSelection(Shape):
    """What was asked for."""

    matching: dict[str, Any] | None
    """The filters; null where the leads were named. Once it is over it is not kept what was searched for."""
    seen: int | None


class BulkAction(Shape):
    """What is done to many leads, and how far it is."""

    id: UUID
    action: dict[str, Any]
    """`kind`, and what belongs to it, as it was asked for; of one that takes another back `undo`."""
    selection: BulkSelection
    status: BulkStatus
    of_bulk: UUID | None
    """What it takes back."""
    undone_by: UUID | None
    undone: Undone | None
    counts: BulkCounts
    leads: int | None
    """How many they are; null until they were selected, as its first step."""
    problem: str | None
    created_by: UUID
    created_at: datetime
    finished_at: datetime | None


class BulkConflict(Shape):
    """A field that somebody changed since."""

    field: Literal["owner_id", "team_id", "stage", "tags", "comes_back_on"]
    to: str | None
    """What it is now."""
    by: str
    """Who changed it: `person:<user id>`, `import:<import id>` …"""
    at: datetime


class BulkRow(Shape):
    """A lead, and what became of it."""

    lead_id: UUID
    display_name: str | None
    """Null where the lead is not in your scope."""
    fate: BulkFate | None
    """Null until it was its turn."""
    reason: str | None
    conflicts: list[BulkConflict]


class _Csv(StreamingResponse):
    media_type = "text/csv"


@router.get("", responses={200: {"model": Page[BulkAction]}})
async def list_bulk_actions(reading: Reader, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    """What was done to many leads, the latest first: one's own, and for those who see the agency, all."""
    return json_response(await queries.bulk_page(reading.session, reading.caller, limit, cursor))


@router.post("", status_code=202, responses={202: {"model": BulkAction}})
async def start_bulk_action(request: Request, body: StartBulkAction, writing: Writer) -> Response:
    """The same is done to all these leads, one after another, and can be watched, stopped and taken back.

    Which leads they are is decided when it begins. What may be done to each is judged when it is its turn.
    """
    if isinstance(body.action, Assign):
        await writing.refuse_strangers(owner_id=body.action.owner_id, team_id=body.action.team_id)
    bulk_id = await commands.start(writing.store, writing.context, body.action, body.selection, body.confirmed)
    return await _answer(request, writing, bulk_id)


@router.post("/count", responses={200: {"model": SelectedCount}})
async def count_selected_leads(body: CountSelection, writing: Writer) -> Response:
    """How many leads are meant, to the last: what a removal asks to be confirmed."""
    async with writing.unit_of_work() as work:
        counted = await commands.count(work, body.selection)
    return json_response({"count": counted})


@router.get("/{bulk_id}", responses={200: {"model": BulkAction}})
async def show_bulk_action(bulk_id: UUID, reading: Reader) -> Response:
    """One of them: what was asked for, how far it is, and how many leads met which fate."""
    return json_response(await queries.bulk(reading.session, reading.caller, bulk_id))


@router.post("/{bulk_id}/stop", status_code=202, responses={202: {"model": BulkAction}})
async def stop_bulk_action(bulk_id: UUID, request: Request, writing: Writer) -> Response:
    """It goes no further. What was done stays, and can be taken back."""
    await commands.stop(writing.store, writing.context, bulk_id)
    return await _answer(request, writing, bulk_id)


@router.post("/{bulk_id}/undo", status_code=202, responses={202: {"model": BulkAction}})
async def undo_bulk_action(
    bulk_id: UUID, request: Request, writing: Writer, body: UndoBulkAction | None = None
) -> Response:
    """Each lead is set back where it is still as this left it; where it was changed since, that is told.

    It answers with what does so, which is a bulk action as well.
    """
    asked = body or UndoBulkAction()
    undoing = await commands.undo(writing.store, writing.context, bulk_id, asked.only, over_changes=asked.over_changes)
    return await _answer(request, writing, undoing)


ShownFate = BulkFate | Literal["left"]


@router.get(
    "/{bulk_id}/rows",
    responses={200: {"model": Page[BulkRow]}},
    openapi_extra=lists("leads of a bulk action", "bulk_id"),
)
async def list_bulk_rows(
    bulk_id: UUID, reading: Reader, fate: ShownFate | None = None, limit: Limit = 50, cursor: CursorParam = None
) -> Response:
    """Each lead with what became of it, and why; `fate=left` are those whose turn it was not."""
    await queries.bulk(reading.session, reading.caller, bulk_id)
    return json_response(await queries.bulk_row_page(reading.session, reading.caller, bulk_id, fate, limit, cursor))


@router.get("/{bulk_id}/rows.csv", response_class=_Csv, openapi_extra=downloads("leads of a bulk action", "bulk_id"))
async def download_bulk_rows(
    bulk_id: UUID, request: Request, reading: Reader, fate: ShownFate | None = None
) -> Response:
    """All of them as a file; what would be a formula in it is inert."""
    await queries.bulk(reading.session, reading.caller, bulk_id)
    service: Service = request.app.state.service

    async def lines() -> AsyncIterator[str]:
        yield csv.line(["lead", "name", "fate", "reason", "changed since"])
        cursor = None
        while True:
            # A session for each page: one that is held while a client reads slowly is one that others lack.
            async with service.database.transaction(reading.caller.agency_id) as session:
                page = await queries.bulk_row_page(session, reading.caller, bulk_id, fate, 200, cursor)
            for row in page["items"]:
                since = "; ".join(
                    f"{each['field']}: {each['to'] or 'nothing'}, by {each['by']}, {each['at']}"
                    for each in row["conflicts"]
                )
                yield csv.line(
                    [str(row["lead_id"]), row["display_name"], _WORDS[row["fate"]], row["reason"], since or None]
                )
            cursor = page["next_cursor"]
            if cursor is None:
                return

    return _Csv(lines(), headers=csv.attachment(f"bulk-action-{bulk_id}.csv"))


async def _answer(request: Request, writing: Writing, bulk_id: UUID) -> Response:
    """It as it is now, and where to watch it."""
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        found = await queries.bulk(session, writing.caller, bulk_id)
    return json_response(found, 202, location=f"/api/v1/leads/bulk-actions/{bulk_id}")
