"""`/api/v1/campaigns`."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from gardenos_chassis.audit.accesses import lists
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import KEEP_CAMPAIGNS
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.tenancy import Session
from gardenos_contracts.campaigns import CampaignKind, CostKind, Utm
from gardenos_contracts.values import LineOfBusiness, Money
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gardenos_leads.api import campaign_shapes as shapes
from gardenos_leads.campaigns import commands, queries
from gardenos_leads.campaigns.campaign import Cost, Plan, Status
from gardenos_leads.campaigns.queries import Step

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), WithoutNul]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), WithoutNul]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2200, 1, 1))]
PipelineLine = Literal["default"] | LineOfBusiness
MOST_MINOR = 100_000_000_000
_ONE: Any = {200: {"model": shapes.Campaign}}


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class UtmSaid(_Said):
    """What stands in the addresses of its links; empty: anything, or nothing."""

    source: Tag = ""
    medium: Tag = ""
    campaign: Tag = ""
    term: Tag = ""
    content: Tag = ""


class PlanCampaign(_Said):
    """All that is said of a campaign."""

    name: Line
    source: Line
    kind: CampaignKind = CampaignKind.OTHER
    currency: Currency = "USD"
    budget_minor: Annotated[int, Field(ge=0, le=MOST_MINOR)] | None = None
    goal: Words = ""
    starts_on: Day | None = None
    ends_on: Day | None = None
    utm: UtmSaid = UtmSaid()

    def plan(self) -> Plan:
        """As the aggregate has it."""
        said = {name: getattr(self, name) for name in PlanCampaign.model_fields if name != "utm"}
        return Plan(**said, utm=Utm(**self.utm.model_dump()))


class LaunchCampaign(PlanCampaign):
    """A new campaign, and where its leads come from."""

    status: Literal["draft", "running"] = "running"

    @property
    def runs(self) -> bool:
        """Whether it begins at once."""
        return self.status == "running"


class SetStatus(_Said):
    """Launched, paused, closed or reopened; the note is kept of a close."""

    status: Literal["running", "paused", "closed"]
    note: Words = ""


class Amount(_Said):
    """An amount in minor units."""

    minor: Annotated[int, Field(gt=0, le=MOST_MINOR)]
    currency: Currency = "USD"


class CostSaid(_Said):
    """Money that was spent, or came back."""

    kind: CostKind = CostKind.SPENT
    amount: Amount
    on: Day
    note: Words = ""

    def cost(self) -> Cost:
        """As the aggregate has it."""
        return Cost(self.kind, Money(**self.amount.model_dump()), self.on, self.note)


async def keeper(writing: Writer) -> Writing:
    """Who plans campaigns. Raises Forbidden."""
    writing.caller.require(KEEP_CAMPAIGNS)
    return writing


Keeper = Annotated[Writing, Depends(keeper)]


@router.get("", responses={200: {"model": Page[shapes.Campaign]}})
async def list_campaigns(
    reading: Reader, results: Annotated[bool, Query(description="With what came of each")] = False
) -> Response:
    """The agency's campaigns, by name."""
    found = await queries.campaign_list(reading.session, reading.caller, counted=results)
    return json_response({"items": found, "next_cursor": None})


@router.post("", status_code=201, responses={201: {"model": shapes.Campaign}})
async def launch_campaign(body: LaunchCampaign, writing: Keeper) -> Response:
    """A new campaign, which runs at once unless it is to be a draft."""
    begun = await commands.begin(writing.store, writing.context, body.plan(), runs=body.runs)
    return await _answer(writing, begun.id, 201)


@router.get("/comparison", responses={200: {"model": Page[shapes.Campaign]}})
async def compare_campaigns(
    reading: Reader,
    campaign_id: Annotated[list[UUID], Query(max_length=5, description="Up to five")] = [],  # noqa: B006
) -> Response:
    """Campaigns side by side, in the order in which they are named."""
    found = await queries.some_campaigns(reading.session, reading.caller, list(dict.fromkeys(campaign_id)))
    return json_response({"items": found, "next_cursor": None})


@router.get("/{campaign_id}", responses=_ONE)
async def show_campaign(campaign_id: UUID, reading: Reader) -> Response:
    """One campaign, with what came of it."""
    found = await queries.campaign(reading.session, reading.caller, campaign_id)
    return json_response(found, etag=found["version"])


@router.put("/{campaign_id}", responses=_ONE)
async def change_campaign(campaign_id: UUID, body: PlanCampaign, writing: Keeper) -> Response:
    """The campaign is planned otherwise, whole."""
    plan = body.plan()
    await commands.change(writing.store, writing.context, campaign_id, lambda there: there.change(plan))
    return await _answer(writing, campaign_id)


@router.put("/{campaign_id}/status", responses=_ONE)
async def set_campaign_status(campaign_id: UUID, body: SetStatus, writing: Keeper) -> Response:
    """Launches, pauses, closes or reopens it. Nobody is put into a closed one; what came of it is counted on."""
    status = Status(body.status)
    await commands.change(writing.store, writing.context, campaign_id, lambda there: there.become(status, body.note))
    return await _answer(writing, campaign_id)


@router.get("/{campaign_id}/results", responses={200: {"model": shapes.CampaignResults}})
async def show_campaign_results(campaign_id: UUID, reading: Reader) -> Response:
    """What came of it by source, and by the week in which leads came."""
    return json_response(await queries.results(reading.session, reading.caller, campaign_id))


@router.get("/{campaign_id}/books", responses={200: {"model": shapes.CampaignBooks}})
async def show_campaign_books(campaign_id: UUID, reading: Reader) -> Response:
    """What was spent on it, and which sources bring it leads."""
    return json_response(await _books(reading.session, reading.caller, campaign_id))


@router.post("/{campaign_id}/costs", status_code=201, responses={201: {"model": shapes.CampaignBooks}})
async def record_campaign_cost(campaign_id: UUID, body: CostSaid, writing: Keeper) -> Response:
    """Money was spent on it, or came back."""
    await commands.record_cost(writing.store, writing.context, campaign_id, body.cost())
    return await _answer_books(writing, campaign_id, 201)


@router.put("/{campaign_id}/costs/{campaign_cost_id}", responses={200: {"model": shapes.CampaignBooks}})
async def correct_campaign_cost(campaign_id: UUID, campaign_cost_id: UUID, body: CostSaid, writing: Keeper) -> Response:
    """A cost was otherwise than recorded; the history keeps both."""
    cost = body.cost()
    await commands.change(
        writing.store, writing.context, campaign_id, lambda there: there.correct_cost(campaign_cost_id, cost)
    )
    return await _answer_books(writing, campaign_id)


@router.delete("/{campaign_id}/costs/{campaign_cost_id}", responses={200: {"model": shapes.CampaignBooks}})
async def remove_campaign_cost(campaign_id: UUID, campaign_cost_id: UUID, writing: Keeper) -> Response:
    """A cost never was."""
    await commands.change(
        writing.store, writing.context, campaign_id, lambda there: there.remove_cost(campaign_cost_id)
    )
    return await _answer_books(writing, campaign_id)


@router.get(
    "/{campaign_id}/leads",
    responses={200: {"model": Page[shapes.CampaignLead]}},
    openapi_extra=lists("campaign leads", "campaign_id"),
)
async def list_campaign_leads(
    campaign_id: UUID,
    reading: Reader,
    way: queries.Way = "came",
    step: Step = Step.ALL,
    pipeline: Annotated[PipelineLine, Query(description="Whose stage `stage_key` is")] = "default",
    stage_key: Annotated[str | None, Query(max_length=50, description="Those who stand in this stage now")] = None,
    reached: Annotated[bool, Query(description="Those who ever came to the stage, wherever they are now")] = False,
    q: Annotated[str, Query(max_length=200, description="A beginning of a name, part of an address, last digits")] = "",
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """The leads behind a number, the latest first."""
    await queries.require(reading.session, reading.caller, campaign_id)
    at = None if stage_key is None else queries.At(pipeline, stage_key, reached)
    found = await queries.leads_of(reading.session, reading.caller, campaign_id, way, step, q, limit, cursor, at)
    return json_response(found)


@router.put("/{campaign_id}/members/{lead_id}", responses={200: {"model": shapes.Membership}})
async def enrol_lead(campaign_id: UUID, lead_id: UUID, writing: Writer) -> Response:
    """A lead is in the campaign, beside the one that it came from. The same again changes nothing."""
    await commands.enrol(writing.store, writing.context, campaign_id, lead_id)
    return json_response({"campaign_id": campaign_id, "lead_id": lead_id, "enrolled": True})


@router.delete("/{campaign_id}/members/{lead_id}", responses={200: {"model": shapes.Membership}})
async def withdraw_lead(campaign_id: UUID, lead_id: UUID, writing: Writer) -> Response:
    """A lead is in the campaign no longer."""
    await commands.withdraw(writing.store, writing.context, campaign_id, lead_id)
    return json_response({"campaign_id": campaign_id, "lead_id": lead_id, "enrolled": False})


async def _answer(writing: Writing, campaign_id: UUID, status: int = 200) -> Response:
    """The campaign as it is now."""
    async with writing.store.database.transaction(writing.caller.agency_id) as session:
        found = await queries.campaign(session, writing.caller, campaign_id)
    location = f"/api/v1/campaigns/{campaign_id}" if status == 201 else None
    return json_response(found, status, etag=found["version"], location=location)


async def _answer_books(writing: Writing, campaign_id: UUID, status: int = 200) -> Response:
    async with writing.store.database.transaction(writing.caller.agency_id) as session:
        return json_response(await _books(session, writing.caller, campaign_id), status)


async def _books(session: Session, caller: Caller, campaign_id: UUID) -> dict[str, Any]:
    await queries.require(session, caller, campaign_id)
    return {
        "costs": await queries.costs_of(session, caller.agency_id, campaign_id),
        "sources": await queries.sources_of(session, caller.agency_id, campaign_id),
    }
