"""`/api/v1/leads/{lead_id}/as-of` and below its history: what it was, what differs between two moments, a field set back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import opens
from gardenos_chassis.auth.fields import refuse_withheld, withhold
from gardenos_chassis.errors import NotFound
from gardenos_chassis.events import Repository
from gardenos_chassis.events.store import history
from gardenos_chassis.http import Reader, Reading, Writer, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.shapes import Shape, Withholding
from gardenos_chassis.service import Service
from gardenos_contracts import Event, Received
from gardenos_contracts.leads import Stage
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from gardenos_leads import lead as aggregate
from gardenos_leads import queries
from gardenos_leads.api import shapes
from gardenos_leads.pipelines.pipeline import Pipeline
from gardenos_leads.pipelines.queries import pipelines_at
from gardenos_leads.pipelines.stays import Stay, stays
from gardenos_leads.time_travel.moments import At, By, as_of, differences, folded, told_by
from gardenos_leads.time_travel.restoring import restored

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])

_Moment = Annotated[AwareDatetime | None, Query(description="A moment, with its zone; without it, now")]
_By = Annotated[
    By, Query(description="`known`: by what was recorded until then. `was`: by what had happened, whenever it was told")
]


class LeadMoment(Shape):
    """What a lead was made by at a moment."""

    version: int
    recorded_at: datetime
    effective_at: datetime
    """When it was so in the world: before the recording, for what is told of later."""
    title: str
    actor: str


class LeadAsOf(Withholding):
    """A lead as of a moment."""

    id: UUID
    at: datetime | None
    """As it was asked for; null: now."""
    by: By
    made_by: LeadMoment
    state: dict[str, Any]
    """Its fields then, as its history calls them."""
    since: int
    """How many changes were made after it."""


class StageStay(Shape):
    """A lead in one stage."""

    stage: Stage
    key: str
    """The stage of its pipeline, as that was at the moment that is asked about."""
    name: str
    """What it was called when the lead came there."""
    since: datetime
    until: datetime | None
    """Null: it is there."""
    seconds: int
    """How long that is, or was by the moment that is asked about."""
    overdue: bool
    """Whether that is longer than the stage allowed."""
    version: int
    """The lead's, by which it came there."""
    until_version: int | None
    """The one by which it left."""
    taken_back: bool
    """Whether it was a mistake that was taken back, or is told of by the one that it was set back to."""


class LeadStages(Shape):
    """The stages a lead was in, in the order in which it came there."""

    id: UUID
    at: datetime
    items: list[StageStay]


class FieldDifference(Withholding):
    """What one field was, what it became, and what made it so."""

    field: str
    old: str | None
    new: str | None
    title: str
    actor: str
    version: int
    at: datetime


class LeadDifference(Shape):
    """What differs between two moments."""

    id: UUID
    before: LeadMoment | None
    """Null where it was no lead yet."""
    after: LeadMoment
    changes: list[FieldDifference]


class RestoreField(BaseModel):
    """A field, and the version in which it was what it is to be again."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[str, StringConstraints(min_length=1, max_length=80), WithoutNul]
    """As the history calls it: `email`, `owner_id`, `fields.roof_age`."""
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


@router.get("/{lead_id}/as-of", responses={200: {"model": LeadAsOf}}, openapi_extra=opens("lead history", "lead_id"))
async def show_lead_as_of(lead_id: UUID, reading: Reader, at: _Moment = None, by: _By = "known") -> Response:
    """What a lead was at a moment, and what made it so."""
    facts = await _theirs(reading, lead_id)
    found = _at(facts, at or datetime.now(UTC), by)
    state = withhold(reading.caller, found.state)
    withheld = {"withheld": state.pop("withheld")} if "withheld" in state else {}
    return json_response(
        {
            "id": lead_id,
            "at": at,
            "by": by,
            "made_by": found.told(),
            "state": state,
            "since": facts[-1].version - found.last.version,
            **withheld,
        }
    )


@router.get("/{lead_id}/stages", responses={200: {"model": LeadStages}}, openapi_extra=opens("lead", "lead_id"))
async def list_lead_stages(
    lead_id: UUID,
    reading: Reader,
    at: _Moment = None,
    by: _By = "known",
    version: Annotated[int | None, Query(ge=1, description="As it was in this version, in place of a moment")] = None,
) -> Response:
    """For how long a lead was in each of its stages until a moment, and whether that was longer than its pipeline allows."""
    facts = await _theirs(reading, lead_id)
    if version is not None:
        facts, until = facts[:version], facts[min(version, len(facts)) - 1].recorded_at
    else:
        until = at or datetime.now(UTC)
        facts = told_by(facts, until, by)
    if not facts:
        raise NotFound("it was no lead then; its history tells since when")
    line = folded(facts).lead.line
    pipeline = (await pipelines_at(reading.session, reading.caller.agency_id, until)).of(line)
    return json_response({"id": lead_id, "at": until, "items": [_stay(each, pipeline, until) for each in stays(facts)]})


def _stay(stay: Stay, pipeline: Pipeline, until: datetime) -> dict[str, Any]:
    place = pipeline.place(stay.stage, stay.key)
    ended = stay.until or until
    limit = None if place.rots_after_days is None else timedelta(days=place.rots_after_days)
    return {
        "stage": stay.stage,
        "key": place.key,
        "name": stay.name or place.name,
        "since": stay.since,
        "until": stay.until,
        "seconds": max(int((ended - stay.since).total_seconds()), 0),
        "overdue": limit is not None and ended >= stay.since + limit,
        "version": stay.version,
        "until_version": stay.until_version,
        "taken_back": stay.taken_back,
    }


@router.get(
    "/{lead_id}/history/difference",
    responses={200: {"model": LeadDifference}},
    openapi_extra=opens("lead history", "lead_id"),
)
async def show_lead_difference(
    lead_id: UUID,
    reading: Reader,
    since: Annotated[
        AwareDatetime | None, Query(description="The earlier moment; without it, before it was a lead")
    ] = None,
    until: Annotated[AwareDatetime | None, Query(description="The later one; without it, now")] = None,
    by: _By = "known",
) -> Response:
    """Which fields differ between two moments, and who made them what they became."""
    facts = await _theirs(reading, lead_id)
    before = None if since is None else as_of(facts, since, by)
    after = _at(facts, until or datetime.now(UTC), by)
    changed = [withhold(reading.caller, each) for each in differences(facts, before, after)]
    return json_response(
        {
            "id": lead_id,
            "before": None if before is None else before.told(),
            "after": after.told(),
            "changes": changed,
        }
    )


@router.post("/{lead_id}/history/restore", responses={200: {"model": shapes.Lead}})
async def restore_lead_field(lead_id: UUID, request: Request, body: RestoreField, writing: Writer) -> Response:
    """A field is again what it was in a version: by the same change as by hand, which has what it was from as its cause."""
    service: Service = request.app.state.service
    refuse_withheld(writing.caller, {body.field})
    async with service.database.transaction(writing.caller.agency_id) as session:
        facts = await _visible(Reading(writing.caller, session), lead_id)
    if body.version > len(facts):
        raise NotFound("the lead has no such version; its history tells them")
    then = folded(facts[: body.version])
    if body.field == "owner_id":
        await writing.refuse_strangers(owner_id=then.lead.owner_id)
    elif body.field == "team_id":
        await writing.refuse_strangers(team_id=then.lead.team_id)
    # What is restored is told apart from what was entered anew by what it follows from.
    context = replace(writing.context, causation_id=then.last.id)
    leads = Repository(writing.store, context, aggregate.evolve, _scope, "lead")
    changed = await leads.change(
        lead_id, lambda lead: restored(lead, then.lead, body.field, _left_since(facts, then.lead))
    )
    async with service.database.transaction(writing.caller.agency_id) as session:
        found = await queries.lead_for_its_writer(session, writing.caller, changed.id)
    return json_response(found, etag=found["version"])


def _left_since(facts: Sequence[Received[Event]], then: aggregate.Lead) -> datetime | None:
    """Since when it was in the stage before its present one, if that is where it was then."""
    there = [stay for stay in stays(facts) if not stay.taken_back]
    last = there[-2] if len(there) > 1 else None
    return last.since if last is not None and last.is_at(*then.place) else None


def _scope(lead: aggregate.Lead) -> tuple[UUID | None, ...]:
    return lead.owner_id, lead.team_id, lead.person_id


async def _theirs(reading: Reading, lead_id: UUID) -> Sequence[Received[Event]]:
    """The history of a lead in the caller's scope, as looked into. Raises NotFound."""
    facts = await _visible(reading, lead_id)
    shows(person_id=folded(facts).lead.person_id)
    return facts


async def _visible(reading: Reading, lead_id: UUID) -> Sequence[Received[Event]]:
    facts = await history(reading.session, lead_id)
    if not facts or facts[0].type.split(".")[1] != "LeadCaptured":
        raise NotFound("there is no such lead")
    if not reading.caller.sees(*_scope(folded(facts).lead)):
        raise NotFound("there is no such lead")
    return facts


def _at(facts: Sequence[Received[Event]], at: datetime, by: By) -> At:
    found = as_of(facts, at, by)
    if found is None:
        raise NotFound("it was no lead then; its history tells since when")
    return found
