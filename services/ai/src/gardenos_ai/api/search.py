"""`/api/v1/search`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from gardenos_chassis.audit.accesses import lists, record_access
from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Invalid
from gardenos_chassis.http import caller, json_response
from gardenos_chassis.http.dependencies import actor_of
from gardenos_chassis.http.shapes import Page

from gardenos_ai.api import shapes
from gardenos_ai.search import Search

router = APIRouter(prefix="/api/v1/search", tags=["search"])


@router.get("", responses={200: {"model": Page[shapes.SearchHit]}}, openapi_extra=lists("calls and messages"))
async def search(
    request: Request,
    caller: Annotated[Caller, Depends(caller)],
    q: Annotated[str, Query(max_length=500, description="In your own words; a name or a number is found too")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """The passages of calls and messages in the caller's scope that have to do with the question, the best first."""
    if not q.strip() or "\0" in q:
        raise Invalid("say what to look for", pointer="query:q")
    found: Search = request.app.state.search
    items = await found.find(caller, q.strip(), limit)
    await record_access(found.database, caller, actor_of(caller))
    return json_response({"items": items, "next_cursor": None})
