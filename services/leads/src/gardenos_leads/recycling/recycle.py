"""A lead is left alone until it is time for it again; comes back; or does not after all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_contracts import Event
from gardenos_contracts.lead_pipelines import PipelineStage
from gardenos_contracts.lead_recycling import LeadCameBack, LeadRecyclingCancelled
from gardenos_contracts.leads import LeadStageChanged, Stage
from gardenos_contracts.values import LineOfBusiness

from gardenos_leads.lead import Lead, evolve
from gardenos_leads.pipelines.pipeline import Pipeline
from gardenos_leads.records.following import by_line
from gardenos_leads.recycling.domain import BeforeXDate, Recycled, day_before

_MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Until:
    """On a day, or some days before an X-date: of a line, or whichever is due first."""

    on: date | None = None
    line: LineOfBusiness | None = None
    days_before: int = 45
    term_months: int = 12


def recycle(
    lead: Lead, until: Until, pipeline: Pipeline, *, today: date, stage: str | None = None, reason: str | None = None
) -> Iterator[Event]:
    """It is left alone until then, and comes back in the stage of a key or the first of a kind, if one is named.

    Nothing happens where that is so already. Raises Conflict for one that was won, Invalid with what is wrong.
    """
    lead.require_known()
    if lead.stage is Stage.WON:
        raise Conflict(f"this lead was won: go on with client {lead.client_id}")
    to = None if stage is None else _on_the_way(lead, pipeline, stage)
    day, before = _day(lead, until, today)
    said = Recycled(
        comes_back_on=day,
        recycled_on=today,
        before=before,
        stage=None if to is None else to.kind,
        stage_key=None if to is None else to.key,
        reason=(reason or "").strip() or None,
    )
    if lead.recycled is None or replace(lead.recycled, recycled_on=today) != said:
        yield said.said(lead.lead_id, lead.person_id)


def bring_back(
    lead: Lead, pipeline: Pipeline, *, keeps_owner: Callable[[UUID], bool], early: bool = False
) -> Iterator[Event]:
    """It is worked again: by its owner, where they go on with it, else from the pool. Raises Conflict where it does not wait."""
    lead.require_known()
    if lead.recycled is None:
        raise Conflict("this lead is not recycled: it is worked, or closed for good")
    for event in _back(lead, lead.recycled, pipeline, early):
        yield event
        lead = evolve(lead, event)
    if lead.owner_id is not None and not keeps_owner(lead.owner_id):
        yield from lead.assign(None, lead.team_id)


def _back(lead: Lead, recycled: Recycled, pipeline: Pipeline, early: bool) -> Iterator[Event]:
    yield LeadCameBack(lead_id=lead.lead_id, person_id=lead.person_id, early=early)
    here, to = pipeline.place(lead.stage, lead.stage_key), _comes_into(lead, recycled, pipeline)
    if (to.kind, to.key) != (lead.stage, here.key):
        yield LeadStageChanged(
            lead_id=lead.lead_id,
            person_id=lead.person_id,
            stage=to.kind,
            previous_stage=lead.stage,
            pipeline=pipeline.line,
            key=to.key,
            name=to.name,
            previous_key=here.key,
            previous_name=here.name,
        )


def cancel(lead: Lead) -> Iterator[Event]:
    """It comes back by itself no more: it goes on where it is, or stays lost. Nothing happens where it does not."""
    lead.require_known()
    if lead.recycled is not None:
        yield LeadRecyclingCancelled(lead_id=lead.lead_id, person_id=lead.person_id)


def _on_the_way(lead: Lead, pipeline: Pipeline, name: str) -> PipelineStage:
    to = pipeline.named(name)
    if to.kind.closed:
        raise Invalid("a lead comes back to be worked: choose a stage on the way", pointer="/stage")
    lead.require_filled(to)
    return to


def _comes_into(lead: Lead, recycled: Recycled, pipeline: Pipeline) -> PipelineStage:
    """What was chosen, as the pipeline is now; else the beginning of who was lost, and where the others are."""
    if recycled.stage is not None:
        return pipeline.place(recycled.stage, recycled.stage_key)
    if lead.stage.closed:
        return pipeline.place(Stage.NEW, None)
    return pipeline.place(lead.stage, lead.stage_key)


def _day(lead: Lead, until: Until, today: date) -> tuple[date, BeforeXDate | None]:
    if until.on is not None:
        if until.on <= today:
            raise Invalid("that day is not ahead: choose a later one", pointer="/on")
        if until.on > today + timedelta(days=_MOST_DAYS):
            raise Invalid("that is more than ten years from now: choose an earlier day", pointer="/on")
        return until.on, None
    known = by_line(lead.records, lead.details)
    if until.line is not None:
        known = {line: x_date for line, x_date in known.items() if line == until.line}
    if not known:
        which = "" if until.line is None else f" of {until.line.value}"
        raise Invalid(f"this lead has no X-date{which}: record it, or name a day", pointer="/before_x_date")
    days = {
        before: day_before(known[before.line].day, before, after=today)
        for before in (BeforeXDate(line, until.days_before, until.term_months) for line in sorted(known))
    }
    before = min(days, key=lambda each: days[each])
    return days[before], before
