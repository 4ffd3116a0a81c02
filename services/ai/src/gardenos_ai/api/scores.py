"""`/api/v1/scores`: how promising a lead is and why, and by which rules. All read them; owners and admins write the rules."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from gardenos_chassis.audit.accesses import lists
from gardenos_chassis.auth.permissions import KEEP_SCORING
from gardenos_chassis.errors import PreconditionFailed
from gardenos_chassis.events import Changed
from gardenos_chassis.http import Reader, Writer, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.tenancy import Session
from gardenos_contracts.lead_scores import FieldRule, Points
from gardenos_contracts.values import LineOfBusiness
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gardenos_ai.api import shapes
from gardenos_ai.scoring.previewing import preview
from gardenos_ai.scoring.queries import lead_score, rules_of_agency, run_of
from gardenos_ai.scoring.rules import MOST_FIELDS, MOST_NAMED, change, refuse_nonsense, stream_of
from gardenos_ai.scoring.ruleset import DEFAULT_SOURCES, SIGNALS, Rules
from gardenos_ai.scoring.scoring import begin_recount

router = APIRouter(prefix="/api/v1/scores", tags=["scores"])

Source = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=200), WithoutNul
]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul]
Held = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), WithoutNul]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class FieldRuleSaid(_Said):
    """What one of your agency's own fields counts."""

    key: Key
    op: Annotated[str, StringConstraints(pattern="^(known|is|at_least|at_most)$")]
    value: bool | int | float | Held | None = None
    """What the field is held against; leave it out where it is enough that it is known."""
    points: Points
    words: Words
    """As a lead's page tells it."""


class ScoringRulesSaid(_Said):
    """What everything counts, -100 to 100; 0 counts nothing. Whatever is not named counts as it does for every agency."""

    points: Annotated[dict[Key, Points], Field(max_length=100)] = {}
    sources: Annotated[dict[Source, Points], Field(max_length=MOST_NAMED)] = dict(DEFAULT_SOURCES)
    campaigns: Annotated[dict[UUID, Points], Field(max_length=MOST_NAMED)] = {}
    lines: dict[LineOfBusiness, Points] = {}
    fields: Annotated[list[FieldRuleSaid], Field(max_length=MOST_FIELDS)] = []

    def rules(self) -> Rules:
        """As rules, not yet numbered."""
        fields = tuple(FieldRule.model_validate(rule.model_dump()) for rule in self.fields)
        return Rules(0, self.points, self.sources, self.campaigns, self.lines, fields)


@router.get("", responses={200: {"model": shapes.LeadScore}}, openapi_extra=lists("scores", "lead_id"))
async def show_score(lead_id: Annotated[UUID, Query(description="Whose")], reading: Reader) -> Response:
    """A lead's score with each reason and its points, and the scores it had before, the last first."""
    return json_response(await lead_score(reading.session, reading.caller, lead_id))


@router.get("/rules", responses={200: {"model": shapes.ScoringRules}})
async def show_scoring_rules(reading: Reader) -> Response:
    """By what your agency's leads are scored, and how far the counting by the newest rules is."""
    return await _answer(reading.session, reading.caller.agency_id)


@router.put("/rules", responses={200: {"model": shapes.ScoringRules}})
async def change_scoring_rules(body: ScoringRulesSaid, writing: Writer) -> Response:
    """Leads are scored by these rules from here on, all of them anew; for owners and admins. An empty body is the default."""
    writing.caller.require(KEEP_SCORING)
    id = stream_of(writing.caller.agency_id)
    async with writing.unit_of_work() as work:
        if await work.earlier_outcome() is None:
            there, version = await rules_of_agency(work.session, writing.caller.agency_id)
            if writing.context.if_match not in (None, version):
                raise PreconditionFailed("the rules were changed meanwhile; read them again and repeat your change")
            changed = Changed(id, work.record(id, version, change(there, body.rules(), id)))
            await work.settle(changed)
            await work.flush()
            if changed.version != version:
                await begin_recount(work, changed.version)
        return await _answer(work.session, writing.caller.agency_id)


@router.post("/rules/preview", responses={200: {"model": shapes.ScoringPreview}})
async def preview_scoring_rules(body: ScoringRulesSaid, reading: Reader) -> Response:
    """How the newest of the open leads in your scope would be scored by these rules, and how they are by those in force."""
    said = body.rules()
    refuse_nonsense(said)
    return json_response(await preview(reading.session, reading.caller, said, as_of=datetime.now(UTC)))


async def _answer(session: Session, agency_id: UUID) -> Response:
    rules, version = await rules_of_agency(session, agency_id)
    signals = [
        {"key": each.key, "part": each.part, "words": each.words, "points": rules.of(each), "default": each.points}
        for each in SIGNALS
    ]
    told = {
        "number": rules.number, "signals": signals, "sources": rules.sources, "default_sources": DEFAULT_SOURCES,
        "campaigns": {str(id): points for id, points in rules.campaigns.items()},
        "lines": {line.value: points for line, points in rules.lines.items()},
        "fields": [rule.model_dump() for rule in rules.fields],
        "run": await run_of(session, agency_id),
    }  # fmt: skip
    return json_response(told, etag=version)
