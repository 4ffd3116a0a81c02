"""`/api/v1/leads/{lead_id}/recycling`: until when a lead is left alone."""

from collections.abc import Iterator
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.http import Writer
from gardenos_chassis.service import Service
from gardenos_contracts import Event

from gardenos_leads import lead as aggregate
from gardenos_leads.api import shapes
from gardenos_leads.api.leads import Leads, agency_pipelines, answered, today_of
from gardenos_leads.recycling.asked import Recycle
from gardenos_leads.recycling.recycle import bring_back, cancel
from gardenos_leads.recycling.returning import who_goes_on

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])


@router.put("/{lead_id}/recycling", responses={200: {"model": shapes.Lead}})
async def recycle_lead(lead_id: UUID, request: Request, body: Recycle, leads: Leads, writing: Writer) -> Response:
    """The lead is in no list of what is to be worked until then, and comes back by itself on the morning of that day.

    Where it hangs on an X-date that is another later, it comes back on another day. A lead that is lost stays so until then.
    """
    pipelines = await agency_pipelines(request, writing.caller)
    today = await today_of(request, writing.caller)

    def recycled(lead: aggregate.Lead) -> Iterator[Event]:
        return body.decided(lead, pipelines.of(lead.line), today)

    changed = await leads.change(lead_id, recycled)
    return await answered(request, writing.caller, changed)


@router.delete("/{lead_id}/recycling", responses={200: {"model": shapes.Lead}})
async def cancel_recycling(lead_id: UUID, request: Request, leads: Leads, writing: Writer) -> Response:
    """It comes back by itself no more: it is worked in the stage it is in, or stays lost."""
    changed = await leads.change(lead_id, cancel)
    return await answered(request, writing.caller, changed)


@router.post("/{lead_id}/recycling/return", responses={200: {"model": shapes.Lead}})
async def bring_lead_back(lead_id: UUID, request: Request, leads: Leads, writing: Writer) -> Response:
    """It comes back at once, as it would have on its day."""
    pipelines = await agency_pipelines(request, writing.caller)
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        goes_on = await who_goes_on(session, writing.caller.agency_id)

    def back(lead: aggregate.Lead) -> Iterator[Event]:
        return bring_back(lead, pipelines.of(lead.line), keeps_owner=goes_on, early=True)

    changed = await leads.change(lead_id, back)
    return await answered(request, writing.caller, changed)
