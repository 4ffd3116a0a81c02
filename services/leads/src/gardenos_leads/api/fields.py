"""`/api/v1/leads/fields` and `/tags`: what an agency keeps of its leads besides, and what is known of one under it."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import CHANGE_AGENCY
from gardenos_chassis.errors import Conflict, Invalid, NotFound
from gardenos_chassis.events import Changed, Repository
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.ids import derived_id
from gardenos_chassis.service import Service
from gardenos_contracts.lead_lists import FieldKind, LeadFieldDefined
from gardenos_contracts.values import LineOfBusiness
from pydantic import BaseModel, ConfigDict, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints
from pydantic import Field as Limited

from gardenos_leads import queries
from gardenos_leads.api import shapes
from gardenos_leads.api.leads import Leads
from gardenos_leads.lists import fields as aggregate
from gardenos_leads.lists.queries import field_rows, own_fields, tags_beginning

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])

_MOST_FIELDS = 500
"""Of an agency."""

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
AnyKey = Annotated[str, StringConstraints(max_length=100)]
"""One that is none is no field's, as one that nobody has."""
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), WithoutNul]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), WithoutNul]
Tags = Annotated[list[Tag], Limited(max_length=100)]


class LeadField(Shape):
    """A field of the agency's own."""

    id: UUID
    key: str
    """By which it is called in leads, filters and sorts: `fields.<key>`."""
    label: str
    kind: FieldKind
    options: list[str]
    """Of a choice."""
    line_of_business: LineOfBusiness | None
    """The line whose leads have it; null: all."""
    retired: bool
    """What is known under it stays; nothing new is asked for."""
    version: int


class DefineField(BaseModel):
    """A new field. Without `key` it is made of the label."""

    model_config = ConfigDict(extra="forbid")

    label: Label
    kind: FieldKind
    key: Key | None = None
    options: Annotated[list[Label], Limited(max_length=aggregate.MOST_OPTIONS)] = []
    line_of_business: LineOfBusiness | None = None


class ChangeField(BaseModel):
    """What is sent is changed. Key and kind stay, for what is known hangs on them."""

    model_config = ConfigDict(extra="forbid")

    label: Label = ""
    options: Annotated[list[Label], Limited(max_length=aggregate.MOST_OPTIONS)] = []
    line_of_business: LineOfBusiness | None = None
    retired: bool = False


class FillFields(BaseModel):
    """Values by key; null empties one, what is not sent stays."""

    model_config = ConfigDict(extra="forbid")

    values: Annotated[
        dict[str, StrictBool | StrictInt | StrictFloat | StrictStr | None], Limited(max_length=_MOST_FIELDS)
    ]


class ChangeTags(BaseModel):
    """Tags to give and to take."""

    model_config = ConfigDict(extra="forbid")

    add: Tags = []
    remove: Tags = []


class TagList(Shape):
    """Tags in use."""

    items: list[str]


@router.get("/fields", responses={200: {"model": Page[LeadField]}})
async def list_lead_fields(reading: Reader) -> Response:
    """The agency's own fields, by label."""
    return json_response({"items": await field_rows(reading.session, reading.caller.agency_id), "next_cursor": None})


@router.post("/fields", status_code=201, responses={201: {"model": LeadField}})
async def define_lead_field(request: Request, body: DefineField, writing: Writer) -> Response:
    """One more thing that the agency keeps of its leads. For owners and admins."""
    writing.caller.require(CHANGE_AGENCY)
    key = body.key or _key_of(body.label)
    known = await _known(request, writing.caller)
    if key in known:
        raise Conflict(f"your agency has a field {key} already; change it, or give the new one another key")
    if len(known) >= _MOST_FIELDS:
        raise Conflict(f"an agency has at most {_MOST_FIELDS} fields of its own")
    field_id = derived_id("lead field", writing.caller.agency_id, key)
    event = LeadFieldDefined(
        field_id=field_id,
        key=key,
        label=body.label,
        kind=body.kind,
        options=tuple(body.options),
        line_of_business=body.line_of_business,
    )
    await _fields(writing).create(field_id, lambda: aggregate.define(event))
    return await _field_now(request, writing.caller, key, 201)


@router.patch("/fields/{field_key}", responses={200: {"model": LeadField}})
async def change_lead_field(field_key: AnyKey, request: Request, body: ChangeField, writing: Writer) -> Response:
    """What is sent is changed; a retired field can be taken up again. For owners and admins."""
    writing.caller.require(CHANGE_AGENCY)
    changes: dict[str, Any] = body.model_dump(include=body.model_fields_set)
    if "label" in changes and not changes["label"]:
        raise Invalid("a field needs a label", pointer="/label")
    if "options" in changes:
        changes["options"] = tuple(changes["options"])
    field_id = derived_id("lead field", writing.caller.agency_id, field_key)
    await _fields(writing).change(field_id, lambda field: field.change(**changes))
    return await _field_now(request, writing.caller, field_key)


@router.get("/tags", responses={200: {"model": TagList}})
async def list_lead_tags(
    reading: Reader,
    q: Annotated[str, Query(max_length=50, description="How they begin")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The tags that the agency's leads have."""
    found = await tags_beginning(reading.session, reading.caller.agency_id, q.replace("\0", ""), limit)
    return json_response({"items": found})


@router.patch("/{lead_id}/tags", responses={200: {"model": shapes.Lead}})
async def change_lead_tags(
    lead_id: UUID, request: Request, body: ChangeTags, leads: Leads, writing: Writer
) -> Response:
    """The lead is given tags, and loses others."""
    return await _lead_now(
        request, writing.caller, await leads.change(lead_id, lambda lead: lead.tag(body.add, body.remove))
    )


@router.patch("/{lead_id}/fields", responses={200: {"model": shapes.Lead}})
async def fill_lead_fields(
    lead_id: UUID, request: Request, body: FillFields, leads: Leads, writing: Writer
) -> Response:
    """What is sent is changed, null empties. Days and numbers may be written as people write them."""
    values = aggregate.read_values(await _known(request, writing.caller), body.values)
    return await _lead_now(request, writing.caller, await leads.change(lead_id, lambda lead: lead.fill(values)))


def _fields(writing: Writing) -> Repository[aggregate.Field]:
    return Repository(writing.store, writing.context, aggregate.evolve, lambda _: (None, None), "field")


def _key_of(label: str) -> str:
    key = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:50].rstrip("_")
    if not re.match("[a-z]", key):
        raise Invalid("give a key: lower case letters, digits and _, a letter first", pointer="/key")
    return key


async def _known(request: Request, caller: Caller) -> Any:
    service: Service = request.app.state.service
    async with service.database.transaction(caller.agency_id) as session:
        return await own_fields(session, caller.agency_id)


async def _field_now(request: Request, caller: Caller, key: str, status: int = 200) -> Response:
    service: Service = request.app.state.service
    async with service.database.transaction(caller.agency_id) as session:
        rows = await field_rows(session, caller.agency_id)
    found = next((row for row in rows if row["key"] == key), None)
    if found is None:
        raise NotFound("there is no such field")
    location = "/api/v1/leads/fields" if status == 201 else None
    return json_response(found, status, etag=found["version"], location=location)


async def _lead_now(request: Request, caller: Caller, changed: Changed) -> Response:
    service: Service = request.app.state.service
    async with service.database.transaction(caller.agency_id) as session:
        found = await queries.lead_for_its_writer(session, caller, changed.id)
    return json_response(found, etag=found["version"])
