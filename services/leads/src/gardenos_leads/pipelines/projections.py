"""Events in: an agency's pipelines, and where in them each lead is, since when, and when it is overdue to move on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_duplicates import LeadsMerged, LeadsUnmerged
from gardenos_contracts.lead_pipelines import PipelineDefined, PipelineStage, PipelineWithdrawn
from gardenos_contracts.lead_recycling import LeadCameBack
from gardenos_contracts.leads import LeadCaptured, LeadConverted, LeadDetailsChanged, LeadStageChanged, Stage
from gardenos_contracts.values import LineOfBusiness
from sqlalchemy import DateTime, Text, case, literal, select, update

from gardenos_leads.pipelines.pipeline import Pipeline, Pipelines, evolve
from gardenos_leads.pipelines.queries import called, pipelines_held, shown
from gardenos_leads.pipelines.tables import pipelines
from gardenos_leads.tables import leads

OF_PIPELINES = (PipelineDefined, PipelineWithdrawn)
_PLACING = (LeadCaptured, LeadStageChanged, LeadConverted, LeadDetailsChanged, LeadCameBack)


async def project_pipelines(session: Session, facts: Sequence[Fact[Event]]) -> Pipelines:
    """Keeps pipelines. The agency's as they are after all of these, where any of these asks, held until it has committed.

    Where a lead is follows from what was said of it last and from the pipelines as they are: so they come first. Leads that
    these are not about follow a change by `pipelines.placing`.
    """
    told = [fact for fact in facts if isinstance(fact.data, OF_PIPELINES)]
    if not told and not any(isinstance(fact.data, _PLACING) for fact in facts):
        return Pipelines()
    there = await pipelines_held(session, facts[0].agency_id, to_change=bool(told))
    if told:
        for fact in told:
            there = evolve(there, fact.data)
        own = [shown(each) | {"moved": dict(each.moved)} for each in there.own.values()]
        ours = pipelines.c.agency_id == facts[0].agency_id
        await session.execute(update(pipelines).where(ours).values(own=own, version=told[-1].version))
    return there


def captured_at_place(lead: LeadCaptured, there: Pipelines) -> dict[str, Any]:
    """Where a new lead is."""
    pipeline = there.of(lead.line_of_business)
    at = pipeline.place(Stage.NEW, None)
    return _at(pipeline, at) | {
        "stage_given": None,
        "stage_since": lead.captured_at,
        "rots_at": _rots_at(at, lead.captured_at),
    }


async def place_changes(session: Session, fact: Fact[Event], there: Pipelines) -> dict[str, Any]:
    """What becomes of a lead's place, by what moved it: it goes into its row together with all else that did."""
    match event := fact.data:
        case LeadStageChanged():
            since = event.since or fact.occurred_at
            placed = _placed(there, event.stage, event.key, since)
            return placed | {"stage_given": event.key, "stage_since": since, "exit_reason": event.exit_reason}
        case LeadConverted():
            placed = _placed(there, Stage.WON, None, event.converted_at)
            return placed | {"stage_given": None, "stage_since": event.converted_at, "exit_reason": None}
        case LeadsMerged() | LeadsUnmerged():
            # Who never moved is new since they became known, as either.
            earlier = event.captured_at - leads.c.captured_at
            moved_on = leads.c.stage_since != leads.c.captured_at
            return {
                "stage_since": case((moved_on, leads.c.stage_since), else_=event.captured_at),
                "rots_at": case((moved_on, leads.c.rots_at), else_=leads.c.rots_at + earlier),
            }
        case LeadDetailsChanged() if there.own.keys() - {None}:
            of_this = (leads.c.agency_id == fact.agency_id, leads.c.id == fact.stream_id)
            kept = select(leads.c.stage, leads.c.stage_given, leads.c.stage_since).where(*of_this)
            row = (await session.execute(kept)).one()
            pipeline = there.of(event.line_of_business)
            at = pipeline.place(Stage(row.stage), row.stage_given)
            return _at(pipeline, at) | {"rots_at": _rots_at(at, row.stage_since)}
        case LeadCameBack():
            of_this = (leads.c.agency_id == fact.agency_id, leads.c.id == fact.stream_id)
            kept = select(leads.c.line_of_business, leads.c.stage, leads.c.stage_given).where(*of_this)
            row = (await session.execute(kept)).one()
            at = there.of(_line(row.line_of_business)).place(Stage(row.stage), row.stage_given)
            # What it waited for is not held against it.
            return {"stage_since": fact.occurred_at, "rots_at": _rots_at(at, fact.occurred_at)}
    return {}


def _placed(there: Pipelines, stage: Stage, given: str | None, since: datetime) -> dict[str, Any]:
    """Where a lead is of which this was said, whatever its line is: that stands in its row, and nobody reads it only for this."""

    def at(pipeline: Pipeline) -> dict[str, Any]:
        place = pipeline.place(stage, given)
        return _at(pipeline, place) | {"rots_at": _rots_at(place, since)}

    others = at(there.of(None))
    own = {line.value: at(pipeline) for line, pipeline in there.own.items() if line is not None}
    if not own:
        return others
    types = {"rots_at": DateTime(timezone=True)}
    return {
        name: case(
            *((leads.c.line_of_business == line, literal(placed[name], types.get(name, Text()))) for line, placed in own.items()),
            else_=literal(value, types.get(name, Text())),
        )
        for name, value in others.items()
    }  # fmt: skip


def _at(pipeline: Pipeline, at: PipelineStage) -> dict[str, Any]:
    return {"pipeline": called(pipeline.line), "stage_key": at.key}


def _rots_at(at: PipelineStage, since: datetime) -> datetime | None:
    return None if at.rots_after_days is None else since + timedelta(days=at.rots_after_days)


def _line(kept: str | None) -> LineOfBusiness | None:
    return None if kept is None else LineOfBusiness(kept)
