"""`/api/v1/leads`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from gardenos_chassis.agency_zones import zone_of
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import lists, opens
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.fields import refuse_withheld
from gardenos_chassis.auth.permissions import FORGET_PEOPLE
from gardenos_chassis.errors import Invalid
from gardenos_chassis.events import Changed, Repository
from gardenos_chassis.http import Reader, Writer, Writing, json_response, repository
from gardenos_chassis.http.fields import Day, Email, Name, Phone, Plain, PostalCode, State, WithoutNul
from gardenos_chassis.http.history import history_routes
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_contracts import Event
from gardenos_contracts.lead_households import Relationship
from gardenos_contracts.lead_pipelines import StageKey
from gardenos_contracts.leads import LeadCaptured, Stage
from gardenos_contracts.values import LineOfBusiness, Moment, PersonName
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from gardenos_leads import lead as aggregate
from gardenos_leads import queries
from gardenos_leads.api import shapes
from gardenos_leads.api.narrowing import FilterParam, OwnSort, narrowed
from gardenos_leads.campaigns.utm import campaign_by, utm_of
from gardenos_leads.duplicates.commands import forget
from gardenos_leads.duplicates.entering import IfKnown, enter
from gardenos_leads.history import shown, title
from gardenos_leads.lists.tables import agency_zones
from gardenos_leads.pipelines.pipeline import Pipelines
from gardenos_leads.pipelines.queries import pipelines_of
from gardenos_leads.recycling.asked import Recycle

listed = APIRouter(prefix="/api/v1/leads", tags=["leads"])
"""What is asked for most, and by no name or id: it can be tried before all others."""

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])


def _scope(lead: aggregate.Lead) -> tuple[UUID | None, ...]:
    return lead.owner_id, lead.team_id, lead.person_id


Leads = Annotated[Repository[aggregate.Lead], Depends(repository(aggregate.evolve, _scope, "lead"))]


Notes = Annotated[str, StringConstraints(max_length=10_000), WithoutNul]


class LeadDetails(BaseModel):
    """What is known of a prospect. Telephone numbers and dates may be written as people write them."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Name()
    email: Email = None
    phone: Phone = None
    street: Plain = None
    city: Plain = None
    postal_code: PostalCode = None
    state: State = None
    birth_date: Day = None
    line_of_business: LineOfBusiness | None = None
    current_carrier: Plain = None
    x_date: Day = None
    notes: Notes | None = None


_NOT_CAPTURED = {
    "name", "captured_at", "owner_id", "team_id", "campaign_id", "utm", "if_known", "lives_with_id", "relationship",
}  # fmt: skip

UtmWord = Annotated[str, StringConstraints(max_length=2_000)]


class LeadUtm(BaseModel):
    """The words of the link that somebody clicked, as they stand in its address."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    source: UtmWord = ""
    medium: UtmWord = ""
    campaign: UtmWord = ""
    term: UtmWord = ""
    content: UtmWord = ""


class CaptureLead(LeadDetails):
    """A new lead. An agent's lead is their own unless it is given to the pool by `owner_id: null`."""

    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul] = (
        "manual"
    )
    campaign_id: UUID | None = None
    utm: LeadUtm | None = None
    """Without a campaign the lead is of the one whose links have these words: all that it asks for, `campaign` at least."""
    owner_id: UUID | None = None
    team_id: UUID | None = None
    external_id: Plain = None
    captured_at: Moment | None = None
    lives_with_id: UUID | None = None
    """A lead they live with: they are of one household from the beginning, whoever of it has the same telephone number or email
    address is no reason to refuse, and without `owner_id` and `team_id` they go where that lead is."""
    relationship: Relationship | None = None
    """What they are in that household."""
    if_known: IfKnown = "refuse"
    """Where somebody with this email address or telephone number is a lead already: `refuse` answers 409, `inquire` records
    that they asked once more, `anyway` makes a lead of its own all the same."""


class AssignLead(BaseModel):
    """A new owner, or none. Without `team_id` the lead stays with its team."""

    model_config = ConfigDict(extra="forbid")

    owner_id: UUID | None
    team_id: UUID | None = None


class MoveLead(BaseModel):
    """A stage of the lead's pipeline."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    stage: StageKey
    """By its key; `contacted` and the like are the first of that kind, where none has it as its key."""
    reason: Annotated[str, StringConstraints(max_length=1000), WithoutNul] | None = None
    exit_reason: Annotated[str, StringConstraints(max_length=200), WithoutNul] | None = None
    """Why it is lost: one of the pipeline's; else `reason` says another."""
    recycle: Recycle | None = None
    """Of who is lost for now: when they are worked again; without a reason of its own, for the same."""

    @model_validator(mode="after")
    def _lost_for_now(self) -> "MoveLead":
        if self.recycle is not None and self.stage != Stage.LOST:
            raise ValueError("only who is lost is recycled by the same; else recycle the lead by itself")
        return self


class ConvertLead(BaseModel):
    """Nothing more need be said."""

    model_config = ConfigDict(extra="forbid")


async def lead_filter(
    campaign_id: Annotated[list[UUID], Query()] = [],  # noqa: B006
    stage: Annotated[list[Stage], Query()] = [],  # noqa: B006
    owner_id: Annotated[list[str], Query(description="A person's id, or `none` for the pool")] = [],  # noqa: B006
    not_contacted_for_days: Annotated[int | None, Query(ge=0, le=3650)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    removed: Annotated[bool, Query(description="Those that were removed, and no others")] = False,
    id: Annotated[list[UUID], Query(max_length=100, description="These leads alone")] = [],  # noqa: B006
    pipeline: Annotated[
        Literal["default"] | LineOfBusiness | None, Query(description="Those that go through this one")
    ] = None,
    stage_key: Annotated[list[str], Query(max_length=50, description="Stages of pipelines, by their keys")] = [],  # noqa: B006
    rotting: Annotated[bool, Query(description="Those that are in their stage for longer than it allows")] = False,
    recycled: Annotated[
        bool, Query(description="Those that are left alone until a day, and no others; else they are left out")
    ] = False,
) -> queries.LeadFilter:
    """The filters of a list of leads."""
    try:
        owners = [UUID(owner) for owner in owner_id if owner != "none"]
    except ValueError as error:
        raise Invalid("an owner is a person's id, or `none` for the pool", pointer="query:owner_id") from error
    keys = [key.replace("\0", "") for key in stage_key]
    places: dict[str, Any] = {"pipeline": pipeline, "stage_keys": keys, "rotting": rotting, "recycled": recycled}
    pool = "none" in owner_id
    return queries.LeadFilter(campaign_id, stage, owners, pool, not_contacted_for_days, removed, id, q, **places)


@listed.get("", responses={200: {"model": Page[shapes.Lead]}}, openapi_extra=lists("leads"))
async def list_leads(
    reading: Reader,
    wanted: Annotated[queries.LeadFilter, Depends(lead_filter)],
    sort: queries.Sort | OwnSort = "-captured_at",
    limit: Limit = 50,
    cursor: CursorParam = None,
    filter: FilterParam = None,
) -> Response:
    """The leads in the caller's scope, by cursor."""
    wanted = await narrowed(reading, wanted, filter)
    return json_response(await queries.lead_page(reading.session, reading.caller, wanted, sort, limit, cursor))


@listed.post("", status_code=201, responses={201: {"model": shapes.Lead}})
async def capture_lead(request: Request, body: CaptureLead, writing: Writer) -> Response:
    """A prospect becomes a lead. Whoever is one already is told of: 409, with `see` where you may see them."""
    refuse_withheld(writing.caller, body.model_fields_set)
    campaign_id, by_utm = await _campaign_of(writing, body)
    captured_at = body.captured_at or datetime.now(UTC)
    if captured_at > datetime.now(UTC):
        raise Invalid("a lead cannot have been captured in the future", pointer="/captured_at")
    if body.relationship is not None and body.lives_with_id is None:
        raise Invalid("say by `lives_with_id` with whom they live", pointer="/relationship")
    owner_id, team_id = await _whose_new(request, writing, body)
    await writing.refuse_strangers(owner_id=owner_id, team_id=team_id)
    lead_id = new_id()
    event = LeadCaptured(
        lead_id=lead_id,
        person_id=new_id(),
        name=PersonName(given=body.name.given, family=body.name.family),
        captured_at=captured_at,
        owner_id=owner_id,
        team_id=team_id,
        campaign_id=campaign_id,
        by_utm=by_utm,
        **body.model_dump(exclude=_NOT_CAPTURED),
    )
    captured = await enter(writing, event, body.if_known, body.lives_with_id, body.relationship)
    return await answered(request, writing.caller, captured, 201)


@router.get("/{lead_id}", responses={200: {"model": shapes.Lead}}, openapi_extra=opens("lead", "lead_id"))
async def show_lead(lead_id: UUID, reading: Reader) -> Response:
    """One lead."""
    found = await queries.lead(reading.session, reading.caller, lead_id)
    shows(person_id=found["person_id"])
    return json_response(found, etag=found["version"])


@router.patch("/{lead_id}", responses={200: {"model": shapes.Lead}})
async def change_details(lead_id: UUID, request: Request, body: LeadDetails, leads: Leads, writing: Writer) -> Response:
    """What is sent is changed, null empties, what is not sent stays."""
    refuse_withheld(writing.caller, body.model_fields_set)
    changes = body.model_dump(include=body.model_fields_set)
    if "name" in changes:
        changes["name"] = PersonName(**changes["name"])
    changed = await leads.change(lead_id, lambda lead: lead.change_details(**changes))
    return await answered(request, writing.caller, changed)


@router.delete("/{lead_id}", responses={200: {"model": shapes.Lead}})
async def remove_lead(lead_id: UUID, request: Request, leads: Leads, writing: Writer) -> Response:
    """No list shows it any more, and nobody is known again by it; its history stays, and it can be restored."""
    changed = await leads.change(lead_id, lambda lead: lead.remove())
    return await answered(request, writing.caller, changed)


@router.post("/{lead_id}/restore", responses={200: {"model": shapes.Lead}})
async def restore_lead(lead_id: UUID, request: Request, leads: Leads, writing: Writer) -> Response:
    """What was removed is back as it was."""
    changed = await leads.change(lead_id, lambda lead: lead.restore())
    return await answered(request, writing.caller, changed)


@router.put("/{lead_id}/owner", responses={200: {"model": shapes.Lead}})
async def assign_lead(lead_id: UUID, request: Request, body: AssignLead, leads: Leads, writing: Writer) -> Response:
    """The lead goes to a producer, or back to the pool."""
    await writing.refuse_strangers(owner_id=body.owner_id, team_id=body.team_id)
    keeps_team = "team_id" not in body.model_fields_set

    def given(lead: aggregate.Lead) -> Iterator[Event]:
        return lead.assign(body.owner_id, lead.team_id if keeps_team else body.team_id)

    changed = await leads.give(lead_id, body.owner_id, given)
    return await answered(request, writing.caller, changed)


@router.post("/{lead_id}/claim", responses={200: {"model": shapes.Lead}})
async def claim_lead(lead_id: UUID, request: Request, leads: Leads, writing: Writer) -> Response:
    """The lead, whom nobody has yet, is the caller's from now on. Of two who claim at once one is told who was first."""
    changed = await leads.claim(lead_id, lambda lead: lead.assign(writing.caller.user_id, lead.team_id))
    return await answered(request, writing.caller, changed)


@router.put("/{lead_id}/stage", responses={200: {"model": shapes.Lead}})
async def move_lead(lead_id: UUID, request: Request, body: MoveLead, leads: Leads, writing: Writer) -> Response:
    """The lead moves along its pipeline; 422 names each field that must be known of leads that come there."""
    pipelines = await agency_pipelines(request, writing.caller)

    today = await today_of(request, writing.caller) if body.recycle is not None else None

    def moved(lead: aggregate.Lead) -> Iterator[Event]:
        pipeline = pipelines.of(lead.line)
        for event in lead.move_in(pipeline, body.stage, body.reason, body.exit_reason):
            yield event
            lead = aggregate.evolve(lead, event)
        if body.recycle is not None and today is not None:
            reason = body.recycle.reason or body.exit_reason or body.reason
            yield from body.recycle.decided(lead, pipeline, today, reason=reason)

    changed = await leads.change(lead_id, moved)
    return await answered(request, writing.caller, changed)


@router.post("/{lead_id}/conversion", status_code=201, responses={201: {"model": shapes.Lead}})
async def convert_lead(
    lead_id: UUID, request: Request, leads: Leads, writing: Writer, body: ConvertLead | None = None
) -> Response:
    """The prospect becomes a client, who is onboarded at the address in `Location` by the event."""
    pipelines = await agency_pipelines(request, writing.caller)
    changed = await leads.change(lead_id, lambda lead: lead.convert(datetime.now(UTC), pipelines.of(lead.line)))
    return await answered(request, writing.caller, changed, 201, at_client=True)


@router.put("/{lead_id}/shares/{user_id}", responses={200: {"model": shapes.Lead}})
async def share_lead(lead_id: UUID, user_id: UUID, request: Request, leads: Leads, writing: Writer) -> Response:
    """A colleague reads and changes it as their role allows, with all that was said: conversations, insights, reports."""
    await writing.require_colleague(user_id)
    changed = await leads.change(lead_id, lambda lead: lead.share(user_id))
    return await answered(request, writing.caller, changed)


@router.delete("/{lead_id}/shares/{user_id}", responses={200: {"model": shapes.Lead}})
async def stop_sharing_lead(lead_id: UUID, user_id: UUID, request: Request, leads: Leads, writing: Writer) -> Response:
    """It is shared with this colleague no longer."""
    changed = await leads.change(lead_id, lambda lead: lead.unshare(user_id))
    return await answered(request, writing.caller, changed)


@router.post("/{lead_id}/forget", responses={200: {"model": shapes.Lead}})
async def forget_lead(lead_id: UUID, request: Request, writing: Writer) -> Response:
    """The person is forgotten, everywhere and for good. For owners and admins; the same again changes nothing.

    Lost are their name, email address, telephone number, address, birth date, carrier, X-date, notes and ids elsewhere;
    the transcripts and notes of calls, messages whole with what was attached, and what was read out of them; of the client
    they became as well; in the history too. What remains tells of nobody: stages, dates, sources, owners, what is counted.
    """
    writing.caller.require(FORGET_PEOPLE)
    forgotten = await forget(writing.store, writing.context, lead_id)
    return await answered(request, writing.caller, forgotten)


router.include_router(history_routes(aggregate.evolve, _scope, "lead", shown=shown, title=title))


def _owner_of_new(body: CaptureLead, caller: Caller) -> UUID | None:
    """Who is not agency-wide would lose sight of a lead given to nobody's team, so theirs is their own by default."""
    if "owner_id" in body.model_fields_set or caller.agency_wide:
        return body.owner_id
    return caller.user_id


async def _whose_new(request: Request, writing: Writing, body: CaptureLead) -> tuple[UUID | None, UUID | None]:
    """Who is of a household goes where that is: one household gets called once."""
    said = body.model_fields_set & {"owner_id", "team_id"}
    if body.lives_with_id is None or said:
        return _owner_of_new(body, writing.caller), body.team_id
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        other = await queries.lead(session, writing.caller, body.lives_with_id)
    owner_id = other["owner_id"]
    if owner_id is not None:
        try:
            await writing.refuse_strangers(owner_id=owner_id)
        except Invalid:
            # They left: the rules find somebody, as for any new lead.
            owner_id = None
    return owner_id, other["team_id"]


async def agency_pipelines(request: Request, caller: Caller) -> Pipelines:
    """Those of whoever asks."""
    service: Service = request.app.state.service
    async with service.database.transaction(caller.agency_id) as session:
        there, _ = await pipelines_of(session, caller.agency_id)
        return there


async def today_of(request: Request, caller: Caller) -> date:
    """The day it is where the agency is."""
    service: Service = request.app.state.service
    async with service.database.transaction(caller.agency_id) as session:
        return datetime.now(await zone_of(session, agency_zones, caller.agency_id)).date()


async def _campaign_of(writing: Writing, body: CaptureLead) -> tuple[UUID | None, bool]:
    """The lead's campaign, and whether it is known by its link alone. Raises Invalid."""
    said = utm_of(body.utm.model_dump() if body.utm is not None else {})
    if body.campaign_id is None and not said.campaign:
        return None, False
    async with writing.store.database.transaction(writing.caller.agency_id) as session:
        if body.campaign_id is None:
            found = await campaign_by(session, writing.caller.agency_id, said)
            return found, found is not None
        if not await queries.campaign_exists(session, body.campaign_id):
            raise Invalid("your agency has no such campaign", pointer="/campaign_id")
    return body.campaign_id, False


async def answered(
    request: Request, caller: Caller, changed: Changed, status: int = 200, *, at_client: bool = False
) -> Response:
    """The lead as it is now."""
    service: Service = request.app.state.service
    location = f"/api/v1/leads/{changed.id}" if status == 201 else None
    async with service.database.transaction(caller.agency_id) as session:
        found = await queries.lead_for_its_writer(session, caller, changed.id)
    if at_client:
        location = f"/api/v1/clients/{found['client_id']}"
    return json_response(found, status, etag=found["version"], location=location)
