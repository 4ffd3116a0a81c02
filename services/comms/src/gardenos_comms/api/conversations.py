"""`/api/v1/threads` and `/api/v1/timeline`."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import lists, opens
from gardenos_chassis.errors import Invalid
from gardenos_chassis.http import Reader, json_response
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page

from gardenos_comms import queries
from gardenos_comms.api import shapes

router = APIRouter(prefix="/api/v1", tags=["threads"])


@router.get(
    "/threads",
    responses={200: {"model": Page[shapes.Thread]}},
    openapi_extra=lists("threads", "person_id", "client_id", "lead_id"),
)
async def list_threads(
    reading: Reader,
    lead_id: UUID | None = None,
    client_id: UUID | None = None,
    person_id: UUID | None = None,
    unknown: bool = False,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """The conversations in the caller's scope, the latest first; `unknown`: those of nobody known."""
    person = {"lead_id": lead_id, "client_id": client_id, "person_id": person_id}
    page = await queries.thread_page(
        reading.session, reading.caller, unknown=unknown, limit=limit, cursor=cursor, **person
    )
    return json_response(page)


@router.get(
    "/threads/{thread_id}", responses={200: {"model": shapes.WholeThread}}, openapi_extra=opens("thread", "thread_id")
)
async def show_thread(thread_id: UUID, reading: Reader) -> Response:
    """One conversation, the oldest entry first."""
    found = await queries.thread(reading.session, reading.caller, thread_id)
    shows(person_id=found["person_id"])
    return json_response(found)


@router.get(
    "/timeline",
    responses={200: {"model": Page[shapes.TimelineEntry]}},
    openapi_extra=lists("timeline", "person_id", "client_id", "lead_id"),
)
async def show_timeline(
    reading: Reader,
    lead_id: UUID | None = None,
    client_id: UUID | None = None,
    person_id: UUID | None = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """All that happened with one person, from first touch as a lead through life as a client; the latest first."""
    person = {"lead_id": lead_id, "client_id": client_id, "person_id": person_id}
    if sum(id is not None for id in person.values()) != 1:
        raise Invalid("name one of lead_id, client_id and person_id", pointer="query:lead_id")
    page = await queries.timeline_page(reading.session, reading.caller, limit=limit, cursor=cursor, **person)
    return json_response(page)
