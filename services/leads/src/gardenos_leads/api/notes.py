"""`/api/v1/leads/{lead_id}/notes`: what colleagues write about a lead; `/leads/mentions`: where one is to look."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import lists, opens
from gardenos_chassis.http import OwnWriter, Reader, Writer, Writing, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.ids import derived_id, new_id
from gardenos_chassis.service import Service
from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Limited

from gardenos_leads import queries as lead_queries
from gardenos_leads.api.leads import Leads
from gardenos_leads.records import notes as decisions
from gardenos_leads.records import queries

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), WithoutNul]


class WriteNote(BaseModel):
    """What is to be read. Who is mentioned must see the lead: otherwise share it with them first."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    mentions: Annotated[list[UUID], Limited(max_length=50)] = []
    """Colleagues, by their ids."""


class LeadNote(Shape):
    """What a colleague wrote about a lead."""

    id: UUID
    lead_id: UUID
    """The lead it was written about: this one, or one that was merged into it."""
    text: str
    """Empty where the person was forgotten."""
    mentions: list[UUID]
    author_id: UUID | None
    """Who may change it."""
    written_at: datetime
    changed_at: datetime | None


class Mention(Shape):
    """A note in which one is mentioned."""

    note_id: UUID
    lead_id: UUID
    display_name: str
    """Of the lead."""
    text: str
    author_id: UUID | None
    mentioned_at: datetime
    unseen: bool
    """Whether the lead's notes were not read since."""


@router.get("/mentions", responses={200: {"model": Page[Mention]}}, openapi_extra=lists("mentions"))
async def list_mentions(
    reading: Reader,
    unseen: Annotated[bool, Query(description="Those alone that were not read")] = False,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Notes in which the caller is mentioned, about leads that they see; the latest first."""
    return json_response(await queries.mention_page(reading.session, reading.caller, unseen, limit, cursor))


@router.get(
    "/{lead_id}/notes", responses={200: {"model": Page[LeadNote]}}, openapi_extra=opens("lead notes", "lead_id")
)
async def list_lead_notes(lead_id: UUID, reading: Reader, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    """What colleagues wrote about a lead, and about those merged into it; the latest first."""
    found = await lead_queries.lead(reading.session, reading.caller, lead_id)
    shows(person_id=found["person_id"])
    return json_response(await queries.note_page(reading.session, reading.caller, lead_id, limit, cursor))


@router.post("/{lead_id}/notes", status_code=201, responses={201: {"model": LeadNote}})
async def write_lead_note(lead_id: UUID, request: Request, body: WriteNote, leads: Leads, writing: Writer) -> Response:
    """A note about a lead. Whoever is mentioned finds it under `/leads/mentions`."""
    mentions = list(dict.fromkeys(body.mentions))
    colleagues = await writing.colleagues(mentions, pointer="/mentions")
    note_id = id_of_new(writing, "note of", lead_id)
    changed = await leads.change(
        lead_id, lambda lead: decisions.add_note(lead, note_id, body.text, mentions, colleagues, writing.caller)
    )
    return await _note_now(request, writing.caller.agency_id, note_id, changed.version, 201)


@router.put("/{lead_id}/notes/seen", status_code=204)
async def see_lead_notes(lead_id: UUID, request: Request, writing: OwnWriter) -> Response:
    """The caller has read the lead's notes: until a new one mentions them, none is unseen."""
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        await lead_queries.lead(session, writing.caller, lead_id)
        await queries.see_notes(session, writing.caller, lead_id, datetime.now(UTC))
    return Response(status_code=204)


@router.put("/{lead_id}/notes/{note_id}", responses={200: {"model": LeadNote}})
async def change_lead_note(
    lead_id: UUID, note_id: UUID, request: Request, body: WriteNote, leads: Leads, writing: Writer
) -> Response:
    """It says something else: for whoever wrote it."""
    mentions = list(dict.fromkeys(body.mentions))
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        before = await queries.note(session, writing.caller.agency_id, note_id)
    new = [user_id for user_id in mentions if before is None or user_id not in before["mentions"]]
    colleagues = await writing.colleagues(new, pointer="/mentions")
    changed = await leads.change(
        lead_id, lambda lead: decisions.change_note(lead, note_id, body.text, mentions, colleagues, writing.caller)
    )
    return await _note_now(request, writing.caller.agency_id, note_id, changed.version, 200)


@router.delete("/{lead_id}/notes/{note_id}", status_code=204)
async def remove_lead_note(lead_id: UUID, note_id: UUID, leads: Leads, writing: Writer) -> Response:
    """It is shown no more: for whoever wrote it, owners and admins. The lead's history keeps that it was there."""
    await leads.change(lead_id, lambda lead: decisions.remove_note(lead, note_id, writing.caller))
    return Response(status_code=204)


def id_of_new(writing: Writing, what: str, lead_id: UUID) -> UUID:
    """The same for the same command once more."""
    key = writing.context.idempotency_key
    return new_id() if key is None else derived_id(what, lead_id, key)


async def _note_now(request: Request, agency_id: UUID, note_id: UUID, version: int, status: int) -> Response:
    service: Service = request.app.state.service
    async with service.database.transaction(agency_id) as session:
        found = await queries.note(session, agency_id, note_id)
    return json_response(found, status, etag=version)
