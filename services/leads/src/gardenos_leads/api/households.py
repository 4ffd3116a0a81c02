"""`/api/v1/leads/{lead_id}/household`: who lives with a lead, and what they are in the household."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import opens
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.http.shapes import Shape
from gardenos_chassis.service import Service
from gardenos_contracts.lead_households import Relationship
from gardenos_contracts.leads import Stage
from pydantic import BaseModel, ConfigDict, Field

from gardenos_leads import queries as lead_queries
from gardenos_leads.api.leads import Leads
from gardenos_leads.api.risks import LeadXDate
from gardenos_leads.households import commands, queries
from gardenos_leads.households.domain import leave, relate

router = APIRouter(prefix="/api/v1/leads/{lead_id}/household", tags=["leads"])

MOST_AT_ONCE = 10


class _Seen(Shape):
    id: UUID
    display_name: str
    relationship: Relationship | None
    """What they are in their household; null: nobody said."""
    stage: Stage
    pipeline: str
    stage_key: str
    owner_id: UUID | None
    team_id: UUID | None
    client_id: UUID | None


class HouseholdMember(_Seen):
    """A lead of a household."""

    do_not_call_at: datetime | None
    """When they first asked not to be called: they alone, and nobody for them."""
    x_dates: list[LeadXDate]
    """When their policies expire, the soonest first."""


class LeadHousehold(Shape):
    """Who lives together, as far as you see them."""

    name: str | None
    """By their surnames; null where you see nobody else."""
    members: list[HouseholdMember]
    """The lead itself first; none where you see nobody else."""


class SuggestedMember(_Seen):
    """A lead who may live with this one."""

    street: str | None
    household: str | None
    """What the household is called that they are of, and would leave."""
    reasons: list[Literal["address", "phone"]]
    """What speaks for it: the same surname at the same address, or the same telephone number."""


class SuggestedMembers(Shape):
    """At most five."""

    items: list[SuggestedMember]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class SameHousehold(_Said):
    """Others who live with this lead."""

    other_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]
    """They leave whatever household they were of."""
    relationship: Relationship | None = None
    """What they are in it; what was said before stays where nothing is said."""


class SayRelationship(_Said):
    """What a lead is in its household."""

    relationship: Relationship | None
    """Null: nobody knows."""


class OtherHousehold(_Said):
    """Another lead, of another household."""

    other_id: UUID


class OtherHouseholds(Shape):
    """Two leads that do not live together."""

    lead_id: UUID
    other_id: UUID


@router.get("", responses={200: {"model": LeadHousehold}}, openapi_extra=opens("lead household", "lead_id"))
async def show_lead_household(lead_id: UUID, reading: Reader) -> Response:
    """Who lives with a lead: those whom you see, and nobody else is counted."""
    found = await lead_queries.lead(reading.session, reading.caller, lead_id)
    shows(person_id=found["person_id"])
    return json_response(await queries.household_of(reading.session, reading.caller, lead_id))


@router.get(
    "/suggestions",
    responses={200: {"model": SuggestedMembers}},
    openapi_extra=opens("lead household", "lead_id"),
)
async def suggest_lead_household(lead_id: UUID, reading: Reader) -> Response:
    """Leads whom you see and who may live with this one, by surname and address or by telephone number."""
    found = await lead_queries.lead(reading.session, reading.caller, lead_id)
    shows(person_id=found["person_id"])
    return json_response({"items": await queries.suggested(reading.session, reading.caller, lead_id)})


@router.post("", responses={200: {"model": LeadHousehold}})
async def join_lead_households(lead_id: UUID, request: Request, body: SameHousehold, writing: Writer) -> Response:
    """Others are of one household with this lead."""
    other_ids = list(dict.fromkeys(body.other_ids))
    await commands.same_household(writing.store, writing.context, lead_id, other_ids, body.relationship)
    return await _household_now(request, writing, lead_id)


@router.put("/relationship", responses={200: {"model": LeadHousehold}})
async def say_lead_relationship(
    lead_id: UUID, request: Request, body: SayRelationship, leads: Leads, writing: Writer
) -> Response:
    """What this lead is in its household."""
    await leads.change(lead_id, lambda lead: relate(lead, body.relationship))
    return await _household_now(request, writing, lead_id)


@router.delete("", status_code=204)
async def leave_lead_household(lead_id: UUID, leads: Leads) -> Response:
    """This lead lives by itself."""
    await leads.change(lead_id, leave)
    return Response(status_code=204)


@router.post("/apart", responses={200: {"model": OtherHouseholds}})
async def tell_lead_households_apart(lead_id: UUID, body: OtherHousehold, writing: Writer) -> Response:
    """Another lead does not live with this one, and is not suggested again."""
    await commands.tell_households_apart(writing.store, writing.context, lead_id, body.other_id)
    return json_response({"lead_id": lead_id, "other_id": body.other_id})


async def _household_now(request: Request, writing: Writing, lead_id: UUID) -> Response:
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        return json_response(await queries.household_of(session, writing.caller, lead_id))
