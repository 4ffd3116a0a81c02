"""Pipelines as a table keeps them, and which of their stages leads are in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.events.store import history
from gardenos_chassis.tenancy import Session
from gardenos_contracts.lead_pipelines import PipelineStage
from gardenos_contracts.values import LineOfBusiness
from sqlalchemy import select

from gardenos_leads.pipelines.pipeline import Pipeline, Pipelines, evolve, stream_of
from gardenos_leads.pipelines.tables import DEFAULT, pipelines
from gardenos_leads.tables import leads


def line_of(called: str) -> LineOfBusiness | None:
    """A line as it is called in tables and addresses."""
    return None if called == DEFAULT else LineOfBusiness(called)


def called(line: LineOfBusiness | None) -> str:
    """The other way round."""
    return DEFAULT if line is None else line.value


async def pipelines_of(session: Session, agency_id: UUID) -> tuple[Pipelines, int]:
    """An agency's, and their version; 0 where it never said anything of them."""
    found = select(pipelines.c.own, pipelines.c.version).where(pipelines.c.agency_id == agency_id)
    row = (await session.execute(found)).first()
    if row is None:
        return Pipelines(), 0
    return Pipelines({line_of(kept["line"]): _pipeline(kept) for kept in row.own}), row.version


async def pipelines_at(session: Session, agency_id: UUID, at: datetime) -> Pipelines:
    """An agency's as they were recorded by a moment."""
    there = Pipelines()
    for fact in await history(session, stream_of(agency_id)):
        if fact.recorded_at <= at:
            there = evolve(there, fact.data)
    return there


def _pipeline(kept: Mapping[str, Any]) -> Pipeline:
    stages = tuple(PipelineStage.model_validate(stage) for stage in kept["stages"])
    return Pipeline(line_of(kept["line"]), kept["name"], stages, tuple(kept["exit_reasons"]), kept["moved"])


async def stages_in_use(session: Session, agency_id: UUID, line: LineOfBusiness | None) -> set[str]:
    """The keys of stages that leads are in which go through a line's pipeline, or will once it has one."""
    theirs = leads.c.pipeline == DEFAULT if line is None else leads.c.line_of_business == line.value
    found = select(leads.c.stage_key).where(leads.c.agency_id == agency_id, theirs, leads.c.removed_at.is_(None))
    return set((await session.execute(found.distinct())).scalars())


def shown(pipeline: Pipeline) -> dict[str, Any]:
    """A pipeline as it is answered."""
    return {
        "line": called(pipeline.line),
        "name": pipeline.name,
        "stages": [stage.model_dump(mode="json") for stage in pipeline.stages],
        "exit_reasons": list(pipeline.exit_reasons),
    }
