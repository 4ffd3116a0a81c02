"""Pipelines as a table keeps them, which of their stages leads are in, and how far leads have followed a change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.events.store import history
from gardenos_chassis.tenancy import Session
from gardenos_contracts.lead_pipelines import PipelineStage
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness
from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from gardenos_leads.pipelines.pipeline import Pipeline, Pipelines, evolve, stream_of
from gardenos_leads.pipelines.tables import DEFAULT, lead_placings, pipelines
from gardenos_leads.tables import leads


def line_of(called: str) -> LineOfBusiness | None:
    """A line as it is called in tables and addresses."""
    return None if called == DEFAULT else LineOfBusiness(called)


def called(line: LineOfBusiness | None) -> str:
    """The other way round."""
    return DEFAULT if line is None else line.value


async def pipelines_of(session: Session, agency_id: UUID) -> tuple[Pipelines, int]:
    """An agency's, and their version; 0 where it never said anything of them."""
    row = (await session.execute(_found(agency_id))).first()
    return (Pipelines(), 0) if row is None else (_pipelines(row), row.version)


async def pipelines_held(session: Session, agency_id: UUID, *, to_change: bool) -> Pipelines:
    """The same, which stay so until this transaction ends: it places leads by them, or changes them."""
    held = _found(agency_id).with_for_update(read=not to_change)
    row = (await session.execute(held)).first()
    if row is None:
        # Nothing can be held that is not there. Whoever is second waits for whoever is first.
        none = insert(pipelines).values(agency_id=agency_id, own=[], version=0)
        await session.execute(none.on_conflict_do_nothing())
        row = (await session.execute(held)).one()
    return _pipelines(row)


def _found(agency_id: UUID) -> Select[Any]:
    return select(pipelines.c.own, pipelines.c.version).where(pipelines.c.agency_id == agency_id)


def _pipelines(row: Any) -> Pipelines:
    return Pipelines({line_of(kept["line"]): _pipeline(kept) for kept in row.own})


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


async def stages_in_use(session: Session, agency_id: UUID, there: Pipelines, line: LineOfBusiness | None) -> set[str]:
    """The keys of stages that leads are in which go through a line's pipeline, or will once it has one.

    Those count in it that are on their way there: where leads belong is asked, not where they stand yet.
    """
    said = (leads.c.line_of_business, leads.c.stage, leads.c.stage_given)
    found = select(*said).where(leads.c.agency_id == agency_id, leads.c.removed_at.is_(None)).distinct()
    return {
        there.of(its).place(Stage(stage), given).key
        for kept, stage, given in (await session.execute(found)).all()
        for its in [None if kept is None else LineOfBusiness(kept)]
        if (its == line if line is not None else its not in there.own or its is None)
    }


async def placing_of(session: Session, agency_id: UUID) -> dict[str, Any] | None:
    """How far leads are on their way to where changed pipelines have them; None once all are there."""
    shown = (lead_placings.c.status, lead_placings.c.leads, lead_placings.c.moved, lead_placings.c.begun_at)
    under_way = (lead_placings.c.agency_id == agency_id, lead_placings.c.status != "done")
    row = (await session.execute(select(*shown).where(*under_way))).mappings().first()
    return None if row is None else dict(row)


def shown(pipeline: Pipeline) -> dict[str, Any]:
    """A pipeline as it is answered."""
    return {
        "line": called(pipeline.line),
        "name": pipeline.name,
        "stages": [stage.model_dump(mode="json") for stage in pipeline.stages],
        "exit_reasons": list(pipeline.exit_reasons),
    }
