"""`/api/v1/pipelines`: the stages that leads go through. All read them; owners, admins and managers write."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.auth.permissions import KEEP_PIPELINES
from gardenos_chassis.errors import Invalid, PreconditionFailed
from gardenos_chassis.events import Changed
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.shapes import Shape
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event
from gardenos_contracts.lead_pipelines import PipelineStage, StageKey
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gardenos_leads.lead import DETAILS
from gardenos_leads.lists.fields import in_use
from gardenos_leads.lists.queries import own_fields
from gardenos_leads.pipelines.pipeline import MOST_REASONS, MOST_STAGES, Pipeline, Pipelines, evolve, stream_of
from gardenos_leads.pipelines.queries import line_of, pipelines_of, placing_of, shown, stages_in_use

router = APIRouter(prefix="/api/v1/pipelines", tags=["pipelines"])

Line = Literal["default"] | LineOfBusiness
"""A line of business, or `default` for all that have no pipeline of their own."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), WithoutNul]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul]
Required = Annotated[str, StringConstraints(pattern=r"^(fields\.)?[a-z][a-z0-9_]{0,49}$")]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class StageSaid(_Said):
    """One stage."""

    key: StageKey
    """It stays, whatever the stage is called."""
    name: Name
    kind: Stage
    """How far along reports, filters, assignment and conversion take a lead to be that is here."""
    probability: Annotated[int, Field(ge=0, le=100)]
    """Of 100 leads that are here, how many are won."""
    required: Annotated[list[Required], Field(max_length=50)] = []
    """What must be known of a lead before it is here: any of `may_require`."""
    rots_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """After so many days here a lead is overdue to move; null: never."""


class DefinePipeline(_Said):
    """All the stages of a line: those on the way, then the one of the won, then the one of the lost."""

    name: Name
    stages: Annotated[list[StageSaid], Field(max_length=MOST_STAGES)]
    exit_reasons: Annotated[list[Reason], Field(max_length=MOST_REASONS)] = []
    """Why leads are lost, to choose from; none: whatever is written."""
    moved: Annotated[dict[StageKey, StageKey], Field(max_length=MOST_STAGES)] = {}
    """Of stages that are no more: in which their leads go on."""


class PipelineShown(Shape):
    """The stages of a line."""

    line: Line
    name: str
    stages: list[PipelineStage]
    exit_reasons: list[str]


class Placing(Shape):
    """How far leads are on their way to where a change has them: until then boards and lists have some in another stage."""

    status: Literal["running", "failed"]
    """`failed`: it goes on once whoever runs the platform has it tried again, or with the next change."""
    leads: int | None
    """How many move; null until they were counted."""
    moved: int
    begun_at: datetime


class PipelinesShown(Shape):
    """The one of all lines that have none of their own first."""

    items: list[PipelineShown]
    may_require: list[str]
    """What a stage may ask for: names of a lead's details, and `fields.<key>` of the agency's own."""
    placing: Placing | None
    """Null as long as all leads are where their pipelines have them."""
    version: int
    """As in the `ETag`, which all of them have together."""


@router.get("", responses={200: {"model": PipelinesShown}})
async def list_pipelines(reading: Reader) -> Response:
    """All of the agency's pipelines."""
    return await _answer(reading.session, reading.caller.agency_id)


@router.put("/{line}", responses={200: {"model": PipelinesShown}})
async def define_pipeline(line: Line, body: DefinePipeline, writing: Writer) -> Response:
    """Leads of a line go through these stages from here on; answers all pipelines. For owners, admins and managers.

    Leads stay in the stage whose key they have. Of a stage that is no more and that leads are in, `moved` has to say where they
    go on: 422 names those of which it does not. Many of them follow after the answer: `placing` says how far.
    """
    writing.caller.require(KEEP_PIPELINES)
    stages = tuple(PipelineStage(**stage.model_dump()) for stage in body.stages)
    new = Pipeline(line_of(line), body.name, stages, tuple(body.exit_reasons), body.moved)

    async def decide(there: Pipelines, session: Session) -> Iterable[Event]:
        await _refuse_unknown(session, writing, new)
        return there.define(new, await stages_in_use(session, writing.caller.agency_id, there, new.line))

    return await _changed(writing, decide)


@router.delete("/{line}", responses={200: {"model": PipelinesShown}})
async def withdraw_pipeline(line: LineOfBusiness, writing: Writer) -> Response:
    """The line's leads go through the `default` stages: by their key, or else by how far along they are."""
    writing.caller.require(KEEP_PIPELINES)

    async def decide(there: Pipelines, _: Session) -> Iterable[Event]:
        return there.withdraw(line)

    return await _changed(writing, decide)


async def _refuse_unknown(session: Session, writing: Writing, new: Pipeline) -> None:
    """Raises Invalid where a stage requires what no lead of the agency has."""
    known = await _may_require(session, writing.caller.agency_id)
    wrong = [
        (f"/stages/{place}/required", f"your agency's leads have no field {name}")
        for place, stage in enumerate(new.stages)
        for name in stage.required
        if name not in known
    ]
    if wrong:
        raise Invalid.many(wrong)


async def _may_require(session: Session, agency_id: UUID) -> list[str]:
    own = await own_fields(session, agency_id)
    return [*DETAILS, *in_use(own)]


async def _changed(writing: Writing, decide: Callable[[Pipelines, Session], Awaitable[Iterable[Event]]]) -> Response:
    id = stream_of(writing.caller.agency_id)
    async with writing.unit_of_work() as work:
        if await work.earlier_outcome() is None:
            state: Pipelines | None = None
            version = 0
            for fact in await work.load(id):
                state, version = evolve(state, fact.data), fact.version
            if writing.context.if_match not in (None, version):
                raise PreconditionFailed("the pipelines were changed meanwhile; read them again and repeat your change")
            changed = Changed(id, work.record(id, version, await decide(state or Pipelines(), work.session)))
            await work.settle(changed)
            await work.flush()
        return await _answer(work.session, writing.caller.agency_id)


async def _answer(session: Session, agency_id: UUID) -> Response:
    there, version = await pipelines_of(session, agency_id)
    own = sorted((each for each in there.own.values() if each.line is not None), key=lambda each: str(each.line))
    items = [shown(each) for each in (there.of(None), *own)]
    return json_response(
        {
            "items": items,
            "may_require": await _may_require(session, agency_id),
            "placing": await placing_of(session, agency_id),
            "version": version,
        },
        etag=version,
    )
