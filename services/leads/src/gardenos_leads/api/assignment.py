"""`/api/v1/lead-assignment`, for owners, admins and managers."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from gardenos_chassis.audit.accesses import lists
from gardenos_chassis.auth.permissions import KEEP_ASSIGNMENT
from gardenos_chassis.errors import PreconditionFailed
from gardenos_chassis.events import Changed
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.shapes import Shape
from gardenos_contracts import Event
from gardenos_contracts.lead_assignment import AssignmentRule, Score
from gardenos_contracts.values import LineOfBusiness
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gardenos_leads.assigning import queries, replaying
from gardenos_leads.assigning.aggregate import MOST_RULES, Assignment, evolve, stream_of

router = APIRouter(prefix="/api/v1/lead-assignment", tags=["lead assignment"])

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul]
Code = Annotated[str, Field(pattern=r"^[0-9]{1,5}$")]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
State = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Cap = Annotated[int, Field(ge=0, le=100_000)]
Waits = Literal["no_rule", "to_be_claimed", "nobody", "room"]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class HoursSaid(_Said):
    """A stretch of a weekday by the agency's clock; 0 is Monday."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class WhenSaid(_Said):
    """Which leads: all of what is named must hold, and of each any."""

    sources: Annotated[list[Line], Field(max_length=100)] = []
    campaign_ids: Annotated[list[UUID], Field(max_length=100)] = []
    states: Annotated[list[State], Field(max_length=60)] = []
    postal_codes: Annotated[list[Code], Field(max_length=1000)] = []
    """Beginnings of ZIP codes."""
    lines: Annotated[list[LineOfBusiness], Field(max_length=20)] = []
    languages: Annotated[list[Language], Field(max_length=50)] = []
    least_score: Score | None = None
    """0 to 100. Of a lead that has no score yet, neither this nor `most_score` is true."""
    most_score: Score | None = None
    hours: Annotated[list[HoursSaid], Field(max_length=50)] = []


class SeatSaid(_Said):
    """Somebody whose turn it may be."""

    user_id: UUID
    weight: Annotated[int, Field(ge=1, le=100)] = 1
    most_a_day: Cap | None = None
    most_open: Cap | None = None


class RuleSaid(_Said):
    """One rule. `rule_id` is chosen by who writes it, and stays: by it its turns go on."""

    rule_id: UUID
    name: Line
    active: bool = True
    when: WhenSaid = WhenSaid()
    team_id: UUID | None = None
    seats: Annotated[list[SeatSaid], Field(max_length=500)] = []
    by: Literal["turns", "load", "claim"] = "turns"
    most_a_day: Cap | None = None
    most_open: Cap | None = None
    licensed: bool = False
    speaks: bool = False
    at_work: bool = True
    otherwise: Literal["wait", "next"] = "wait"
    answer_minutes: Annotated[int, Field(ge=1, le=10_080)] | None = None
    unanswered: Literal["tell", "reroute"] = "tell"
    escalate: bool = False
    """Where nobody is in touch in time, it goes to who leads the team, before anybody else."""
    when_away: Literal["keep", "reroute"] = "reroute"

    def told(self) -> AssignmentRule:
        """As the events have it."""
        return AssignmentRule.model_validate(self.model_dump())


Rules = Annotated[list[RuleSaid], Field(max_length=MOST_RULES)]


class WriteRules(_Said):
    """All the rules of a draft, in the order in which they are asked."""

    rules: Rules


class AskWhatIf(_Said):
    """A draft, and over which days it is asked about; later than `minutes` is a miss."""

    rules: Rules
    days: Annotated[int, Field(ge=1, le=90)] = 90
    minutes: Annotated[int, Field(ge=1, le=10_080)] = 5


class AssignmentNow(Shape):
    """The draft, and what is in force; null where no rule is."""

    version: int
    number: int
    """Of the set that was switched on last; 0 before the first."""
    draft: list[AssignmentRule]
    active: list[AssignmentRule] | None
    changed_at: datetime | None


class AssignmentVersion(Shape):
    """A set of rules that is or was in force."""

    number: int
    rules: list[AssignmentRule]
    switched_on_at: datetime
    switched_on_by: str
    """`person:<id>` …"""
    switched_off_at: datetime | None


class AssignmentVersions(Shape):
    """The latest first."""

    items: list[AssignmentVersion]


class Waiting(Shape):
    """A lead that has no owner yet, and why."""

    lead_id: UUID
    display_name: str
    since: datetime
    source: str
    team_id: UUID | None
    waits: Waits
    """`no_rule`: none fits; `to_be_claimed`; `nobody`: those of the rule cannot take it now; `room`: it is about to be given."""
    rule: str | None
    why: dict[str, int]
    """Of the rule's people, how many cannot for which reason."""


class BacklogShown(Shape):
    """What waits, the oldest first."""

    items: list[Waiting]
    more: bool


class AssignmentOutcome(Shape):
    """Counts, and minutes that half and nine tenths do not exceed."""

    assigned: int
    unassigned: int
    answered: int
    missed: int
    """Nobody was in touch within the minutes that are asked about."""
    wait_p50: float | None
    wait_p90: float | None
    response_p50: float | None
    response_p90: float | None
    unanswered: int
    """How often nobody was in touch within the minutes that a rule gives."""
    went_on: int
    """How often a lead went from somebody to somebody else by a rule."""


class AgentsShare(Shape):
    """How many leads somebody had first, and would have had; and how many at once were open, however they came."""

    user_id: UUID
    happened: int
    draft: int
    most_open_happened: int
    most_open_draft: int


class RulesShare(Shape):
    """How many leads a rule would have given first."""

    rule_id: UUID
    name: str
    leads: int


class KnownSince(Shape):
    """Somebody of the rules' people of whom less is known than of the days that were asked about."""

    user_id: UUID
    joined_at: datetime | None
    """They got leads from then on; null: they were there all the time."""
    profile_at: datetime | None
    """Licences, languages and hours that were said then are taken for what was before; null: they were known all the time."""


class WhatIfTold(Shape):
    """What a draft would have done, beside what happened."""

    leads: int
    happened: AssignmentOutcome
    draft: AssignmentOutcome
    agents: list[AgentsShare]
    rules: list[RulesShare]
    waiting: dict[str, int]
    """Of what would wait at the end: why."""
    why: dict[str, int]
    most_waiting: int
    known_since: list[KnownSince]
    unscored: int = 0
    """How many of the leads had no score at any time, if some rule goes by that."""


class WhatIf(Shape):
    """A replay, and how far it is."""

    id: UUID
    asked_at: datetime
    """What happened until then is replayed."""
    asked_by: UUID
    days: int
    minutes: int
    status: Literal["waiting", "running", "done", "failed"]
    leads: int | None
    """How many there are to be replayed; null until they are counted."""
    leads_done: int
    finished_at: datetime | None
    of_draft: bool
    """Whether its rules are those of the draft as it is now."""


class WhatIfShown(WhatIf):
    """With its rules, and what it came to."""

    rules: list[AssignmentRule]
    result: WhatIfTold | None
    """Null until it is done."""


class WhatIfs(Shape):
    """The latest first."""

    items: list[WhatIf]


class FairShare(Shape):
    """What somebody got by a rule, and what their weight would give them of all that it gave."""

    user_id: UUID
    weight: int
    """0: not among its people any more."""
    leads: int
    fair: float


class RuleFairness(Shape):
    """Of one rule."""

    rule_id: UUID
    name: str
    in_force: bool
    leads: int
    agents: list[FairShare]


class Late(Shape):
    """How many leads of somebody went unanswered in the time their rule gives."""

    user_id: UUID
    leads: int


class FairnessShown(Shape):
    """Who got how many in so many days."""

    days: int
    items: list[RuleFairness]
    unanswered: list[Late]


async def keeper(writing: Writer) -> Writing:
    """Who sets up assignment. Raises Forbidden."""
    writing.caller.require(KEEP_ASSIGNMENT)
    return writing


Keeper = Annotated[Writing, Depends(keeper)]
_NOW: Any = {200: {"model": AssignmentNow}}


@router.get("", responses=_NOW)
async def show_assignment(reading: Reader) -> Response:
    """The draft and what is in force."""
    reading.caller.require(KEEP_ASSIGNMENT)
    found = await queries.rules(reading.session, reading.caller.agency_id)
    return json_response(found, etag=found["version"])


@router.put("/draft", responses=_NOW)
async def write_assignment_draft(body: WriteRules, writing: Keeper) -> Response:
    """The draft is these rules; nothing is given by them until they are switched on."""
    there = [rule.told() for rule in body.rules]
    await _refuse_strangers(writing, body.rules)
    return await _changed(writing, lambda assignment: assignment.write(there))


@router.put("/in-force", responses=_NOW)
async def switch_assignment_on(writing: Keeper) -> Response:
    """The draft is in force from here on: what waits is given by it, the oldest first."""
    return await _changed(writing, lambda assignment: assignment.switch_on())


@router.delete("/in-force", responses=_NOW)
async def switch_assignment_off(writing: Keeper) -> Response:
    """No rule is in force: what comes in waits in the pools."""
    return await _changed(writing, lambda assignment: assignment.switch_off())


@router.get("/versions", responses={200: {"model": AssignmentVersions}})
async def list_assignment_versions(reading: Reader) -> Response:
    """What was in force, the latest first."""
    reading.caller.require(KEEP_ASSIGNMENT)
    return json_response({"items": await queries.versions(reading.session, reading.caller.agency_id)})


@router.post("/what-ifs", status_code=202, responses={202: {"model": WhatIfShown}})
async def ask_what_if(body: AskWhatIf, writing: Keeper) -> Response:
    """Has the leads that came without an owner replayed through these rules, beside what happened. No lead is changed by it.

    Whoever works here works as was known at each moment. Who has a lead is in touch as soon as they usually are.
    """
    there = [rule.told() for rule in body.rules]
    list(Assignment().write(there))
    await _refuse_strangers(writing, body.rules)
    async with writing.unit_of_work() as work:
        earlier = await work.earlier_outcome()
        if earlier is None:
            id = await replaying.ask(work, there, body.days, body.minutes, writing.caller.user_id)
            await work.settle(Changed(id, 0))
        else:
            id = earlier.id
        found = await queries.replay(work.session, writing.caller.agency_id, id)
    return json_response(found, 202, location=f"/api/v1/lead-assignment/what-ifs/{id}")


@router.get("/what-ifs", responses={200: {"model": WhatIfs}})
async def list_what_ifs(reading: Reader) -> Response:
    """What was replayed lately, the latest first."""
    reading.caller.require(KEEP_ASSIGNMENT)
    return json_response({"items": await queries.replays(reading.session, reading.caller.agency_id)})


@router.get("/what-ifs/{what_if_id}", responses={200: {"model": WhatIfShown}})
async def show_what_if(what_if_id: UUID, reading: Reader) -> Response:
    """How far a replay is, and what it came to."""
    reading.caller.require(KEEP_ASSIGNMENT)
    return json_response(await queries.replay(reading.session, reading.caller.agency_id, what_if_id))


@router.get("/backlog", responses={200: {"model": BacklogShown}}, openapi_extra=lists("leads"))
async def list_assignment_backlog(reading: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 100) -> Response:
    """What waits in the caller's scope, the oldest first, and why nobody has it."""
    reading.caller.require(KEEP_ASSIGNMENT)
    return json_response(await queries.backlog(reading.session, reading.caller, limit))


@router.get("/fairness", responses={200: {"model": FairnessShown}})
async def show_assignment_fairness(reading: Reader, days: Annotated[int, Query(ge=1, le=365)] = 30) -> Response:
    """Who got how many leads by which rule, beside their weight; and whose went unanswered."""
    reading.caller.require(KEEP_ASSIGNMENT)
    return json_response(await queries.fairness(reading.session, reading.caller.agency_id, days))


async def _refuse_strangers(writing: Writing, rules: Iterable[RuleSaid]) -> None:
    """Raises Invalid for people and teams that are not of the agency, unless its rules have named them before."""
    async with writing.unit_of_work() as work:
        known = await queries.rules(work.session, writing.caller.agency_id)
    named = _named(rules) - {id for there in (known["draft"], known["active"] or []) for id in _kept(there)}
    for name, id in sorted(named, key=str):
        await writing.refuse_strangers(**{name: id})


async def _changed(writing: Writing, decide: Callable[[Assignment], Iterable[Event]]) -> Response:
    id = stream_of(writing.caller.agency_id)
    async with writing.unit_of_work() as work:
        earlier = await work.earlier_outcome()
        if earlier is None:
            state: Assignment | None = None
            version = 0
            for fact in await work.load(id):
                state, version = evolve(state, fact.data), fact.version
            if writing.context.if_match not in (None, version):
                raise PreconditionFailed("these rules were changed meanwhile; read them again and repeat your change")
            changed = Changed(id, work.record(id, version, decide(state or Assignment())))
            await work.settle(changed)
            await work.flush()
        found = await queries.rules(work.session, writing.caller.agency_id)
    return json_response(found, etag=found["version"])


def _named(rules: Iterable[RuleSaid]) -> set[tuple[str, UUID]]:
    """Teams and people that rules speak of."""
    teams = {("team_id", rule.team_id) for rule in rules if rule.team_id is not None}
    return teams | {("owner_id", seat.user_id) for rule in rules for seat in rule.seats}


def _kept(rules: Iterable[Any]) -> set[tuple[str, UUID]]:
    return _named(RuleSaid.model_validate(rule) for rule in rules)
