"""Where in their pipelines a campaign's leads stand, and which stages they ever reached: by their events, none is kept for it.

A stage is told by the key and the kind that were said when a lead came there; where that is in the pipeline as it is now, the
pipeline knows (`Pipeline.place`). Who came there by mistake reached it as well.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from gardenos_chassis.tenancy import Session
from gardenos_contracts.leads import LeadStageChanged, Stage
from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    and_,
    column,
    distinct,
    exists,
    false,
    func,
    or_,
    select,
    table,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from gardenos_leads.pipelines.pipeline import Pipeline, Pipelines
from gardenos_leads.pipelines.queries import line_of
from gardenos_leads.pipelines.tables import DEFAULT
from gardenos_leads.tables import leads

_EVENTS = table(
    "events", column("agency_id", Uuid), column("stream_id", Uuid), column("type", Text), column("data", JSONB)
)
_MOVES = (
    _EVENTS.c.agency_id == leads.c.agency_id,
    _EVENTS.c.stream_id == leads.c.id,
    _EVENTS.c.type == LeadStageChanged.event_type,
)
_KIND = _EVENTS.c.data["stage"].astext
_KEY = func.coalesce(_EVENTS.c.data["key"].astext, _KIND)


async def stages_of(session: Session, there: Pipelines, theirs: Iterable[ColumnElement[bool]]) -> list[dict[str, Any]]:
    """Of each pipeline that these leads go through: how many stand in each stage, and how many ever reached it."""
    told = (
        select(leads.c.pipeline, leads.c.stage_key, func.array_agg(distinct(_KIND + " " + _KEY)).label("moves"))
        .select_from(leads.outerjoin(_EVENTS, and_(*_MOVES)))
        .where(*theirs)
        .group_by(leads.c.agency_id, leads.c.id)
        .subquery()
    )
    asked = select(told.c.pipeline, told.c.stage_key, told.c.moves, func.count()).group_by(*told.c)
    here: dict[str, Counter[str]] = {}
    reached: dict[str, Counter[str]] = {}
    for line, key, moves, count in await session.execute(asked):
        pipeline = there.of(line_of(line))
        here.setdefault(line, Counter())[key] += count
        places = {_place(pipeline, *move.split(" ")) for move in moves if move is not None}
        reached.setdefault(line, Counter()).update(dict.fromkeys(places | {key, pipeline.stages[0].key}, count))
    return [
        {
            "pipeline": line,
            "name": pipeline.name,
            "stages": [
                {
                    "key": stage.key,
                    "name": stage.name,
                    "stage": stage.kind,
                    "here": here[line][stage.key],
                    "reached": reached[line][stage.key],
                }
                for stage in pipeline.stages
            ],
        }
        for line, pipeline in (
            (line, there.of(line_of(line))) for line in sorted(here, key=lambda line: (line != DEFAULT, line))
        )
    ]


async def who_reached(
    session: Session, line: str, pipeline: Pipeline, key: str, theirs: Iterable[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """The condition by which those are found of these leads who ever came to a stage of their pipeline."""
    of_line = leads.c.pipeline == line
    if key == pipeline.stages[0].key:
        return of_line
    moves = select(_KIND, _KEY).distinct().select_from(leads.join(_EVENTS, and_(*_MOVES)))
    said = [
        (kind, said_key)
        for kind, said_key in await session.execute(moves.where(*theirs, of_line))
        if _place(pipeline, kind, said_key) == key
    ]
    came = exists().where(*_MOVES, tuple_(_KIND, _KEY).in_(said)).correlate(leads) if said else false()
    return and_(of_line, or_(leads.c.stage_key == key, came))


def _place(pipeline: Pipeline, kind: str, key: str) -> str:
    return pipeline.place(Stage(kind), key).key
