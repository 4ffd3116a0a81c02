"""`/api/v1/leads/views`: lists of leads that have a name; and how many a list holds."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import Response
from gardenos_chassis.auth.permissions import CHANGE_AGENCY
from gardenos_chassis.errors import Forbidden, Invalid, NotFound
from gardenos_chassis.events import Changed, UnitOfWork
from gardenos_chassis.http import Reader, Writing, json_response
from gardenos_chassis.http.dependencies import OwnWriter
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.ids import new_id
from gardenos_contracts import Event
from gardenos_contracts.lead_lists import Audience, LeadViewSaved
from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Limited

from gardenos_leads import queries
from gardenos_leads.api.leads import lead_filter
from gardenos_leads.api.narrowing import FilterParam, narrowed, require_understood
from gardenos_leads.lists import views as aggregate
from gardenos_leads.lists.queries import COUNTED, view_rows

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])

_LARGEST_FILTER = 20_000
_SORT = r"^-?[a-z][a-z0-9_]{0,29}(\.[a-z][a-z0-9_]{0,49})?$"
_COLUMN = r"^[a-z][a-z0-9_]{0,29}(\.[a-z][a-z0-9_]{0,49})?$"


class LeadView(Shape):
    """A list of leads that has a name."""

    id: UUID
    name: str
    audience: Audience
    owner_id: UUID
    """Who made it, and may change it; the agency's those who may change its settings as well."""
    team_id: UUID | None
    filter: dict[str, Any] | None
    sort: str | None
    columns: list[str]
    version: int


class LeadCount(Shape):
    """How many leads a list holds."""

    count: int
    more: bool
    """Whether there are more; it is counted to 10,000."""


class SaveView(BaseModel):
    """A list's name, who sees it, and what it shows."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), WithoutNul]
    audience: Audience = Audience.OWN
    team_id: UUID | None = None
    filter: dict[str, Any] | None = None
    sort: Annotated[str, StringConstraints(pattern=_SORT)] | None = None
    columns: Annotated[list[Annotated[str, StringConstraints(pattern=_COLUMN)]], Limited(max_length=50)] = []


@router.get("/count", responses={200: {"model": LeadCount}})
async def count_leads(
    reading: Reader,
    wanted: Annotated[queries.LeadFilter, Depends(lead_filter)],
    filter: FilterParam = None,
) -> Response:
    """How many leads of the caller's scope match: those that the list with the same filters shows."""
    counted = await queries.lead_count(
        reading.session, reading.caller, await narrowed(reading, wanted, filter), COUNTED + 1
    )
    return json_response({"count": min(counted, COUNTED), "more": counted > COUNTED})


@router.get("/views", responses={200: {"model": Page[LeadView]}})
async def list_lead_views(reading: Reader) -> Response:
    """The caller's own views, their teams' and the agency's, by name."""
    return json_response({"items": await view_rows(reading.session, reading.caller), "next_cursor": None})


@router.post("/views", status_code=201, responses={201: {"model": LeadView}})
async def save_lead_view(body: SaveView, writing: OwnWriter) -> Response:
    """A list gets a name. A team's is for its members to make, the agency's for owners and admins."""
    async with writing.unit_of_work() as work:
        saved = await work.earlier_outcome()
        view_id = saved.id if saved else new_id()
        event = await _event(work, writing, body, view_id, writing.caller.user_id)
        if saved is None:
            saved = Changed(view_id, work.record(view_id, 0, [event]))
            await work.settle(saved)
    return _answer(event, saved, 201)


@router.put("/views/{view_id}", responses={200: {"model": LeadView}})
async def change_lead_view(view_id: UUID, body: SaveView, writing: OwnWriter) -> Response:
    """The list is another one, or called otherwise, from now on."""
    async with writing.unit_of_work() as work:
        view, version = await _theirs(work, writing, view_id)
        event = await _event(work, writing, body, view_id, view.owner_id)
        changed = Changed(view_id, work.record(view_id, version, view.save(event)))
    return _answer(event, changed)


@router.delete("/views/{view_id}", status_code=204)
async def remove_lead_view(view_id: UUID, writing: OwnWriter) -> Response:
    """The list has its name no longer; the leads stay as they are."""
    async with writing.unit_of_work() as work:
        view, version = await _theirs(work, writing, view_id)
        work.record(view_id, version, view.remove())
    return Response(status_code=204)


async def _theirs(work: UnitOfWork, writing: Writing, view_id: UUID) -> tuple[aggregate.View, int]:
    """A view that the caller may change. Raises NotFound where they do not even see it, and Forbidden where they do."""
    view: aggregate.View | None = None
    version = 0
    for fact in await work.load(view_id):
        try:
            view, version = aggregate.evolve(view, fact.data), fact.version
        except TypeError:
            break
    caller = writing.caller
    if view is None or view.removed or not _sees(writing, view):
        raise NotFound("there is no such view")
    if view.owner_id != caller.user_id and not caller.may(CHANGE_AGENCY):
        raise Forbidden("this view is somebody else's; save it as one of your own")
    return view, version


def _sees(writing: Writing, view: aggregate.View) -> bool:
    caller = writing.caller
    if view.audience is Audience.OWN:
        return view.owner_id == caller.user_id
    return (
        view.audience is Audience.AGENCY
        or caller.agency_wide
        or view.owner_id == caller.user_id
        or view.team_id in caller.team_ids
    )


async def _event(work: UnitOfWork, writing: Writing, body: SaveView, view_id: UUID, owner_id: UUID) -> LeadViewSaved:
    caller = writing.caller
    if body.audience is Audience.AGENCY:
        caller.require(CHANGE_AGENCY)
    if (body.audience is Audience.TEAM) != (body.team_id is not None):
        raise Invalid("a team's view names its team, and no other does", pointer="/team_id")
    if body.team_id is not None and body.team_id not in caller.team_ids:
        if not caller.agency_wide:
            raise Invalid("you are not in this team; choose one of yours", pointer="/team_id")
        await writing.refuse_strangers(team_id=body.team_id)
    if body.filter is not None:
        await require_understood(work.session, caller, body.filter, pointer="/filter")
        if len(orjson.dumps(body.filter)) > _LARGEST_FILTER:
            raise Invalid(f"a filter has at most {_LARGEST_FILTER} bytes", pointer="/filter")
    return LeadViewSaved(
        view_id=view_id,
        name=body.name,
        audience=body.audience,
        owner_id=owner_id,
        team_id=body.team_id,
        filter=body.filter,
        sort=body.sort,
        columns=tuple(body.columns),
    )


def _answer(event: Event, changed: Changed, status: int = 200) -> Response:
    assert isinstance(event, LeadViewSaved)
    told = event.model_dump(exclude={"view_id"})
    location = "/api/v1/leads/views" if status == 201 else None
    body = {"id": changed.id, **told, "version": changed.version}
    return json_response(body, status, etag=changed.version, location=location)
