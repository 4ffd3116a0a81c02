"""`/api/v1/leads/board`: what stands in each column of a pipeline's board."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from gardenos_chassis.auth.fields import hidden_from
from gardenos_chassis.http import Reader, json_response
from gardenos_chassis.http.shapes import Shape
from gardenos_contracts.leads import Stage

from gardenos_leads import queries
from gardenos_leads.api.leads import lead_filter
from gardenos_leads.api.narrowing import FilterParam, narrowed
from gardenos_leads.api.pipelines import Placing
from gardenos_leads.pipelines.board import Column, columns_of
from gardenos_leads.pipelines.queries import line_of, pipelines_of, placing_of
from gardenos_leads.pipelines.tables import DEFAULT

router = APIRouter(prefix="/api/v1/leads/board", tags=["leads"])


class ColumnPremium(Shape):
    """What the leads of a column pay their carriers now, as far as it is known; in minor units of one currency."""

    currency: str
    leads: int
    """Of how many it is known."""
    minor: int
    expected_minor: int
    """The same by the stage's probability."""


class BoardColumn(Shape):
    """A stage, and what stands in it."""

    stage: Stage
    key: str
    name: str
    probability: int
    leads: int
    expected_binds: float
    """How many of them are won, by the stage's probability."""
    premiums: list[ColumnPremium] | None
    """The currency of most leads first; null for whoever may not see premiums."""


class BoardShown(Shape):
    """A pipeline's columns, in their order."""

    pipeline: str
    columns: list[BoardColumn]
    placing: Placing | None
    """Null as long as all leads are where their pipelines have them; else some are in none of these columns, or in another."""


@router.get("", responses={200: {"model": BoardShown}})
async def show_board(
    reading: Reader,
    wanted: Annotated[queries.LeadFilter, Depends(lead_filter)],
    filter: FilterParam = None,
) -> Response:
    """How many leads of the caller's scope that match stand in each stage, and what they are worth by its probability.

    `pipeline` says whose stages; without it those of all lines that have none of their own. No lead knows what it will pay
    with us: what it pays now is counted, for the line that it asks for and while it is open.
    """
    wanted = replace(await narrowed(reading, wanted, filter), pipeline=wanted.pipeline or DEFAULT)
    there, _ = await pipelines_of(reading.session, reading.caller.agency_id)
    totals = await queries.board_totals(reading.session, reading.caller, wanted)
    pipeline = there.of(line_of(wanted.pipeline or DEFAULT))
    sees = "premium" not in hidden_from(reading.caller)
    columns = [_shown(column, sees) for column in columns_of(pipeline, totals)]
    placing = await placing_of(reading.session, reading.caller.agency_id)
    return json_response({"pipeline": wanted.pipeline, "columns": columns, "placing": placing})


def _shown(column: Column, sees_premiums: bool) -> dict[str, object]:
    stage = column.stage
    premiums = [
        {
            "currency": each.currency,
            "leads": each.leads,
            "minor": each.minor,
            "expected_minor": column.expected(each.minor),
        }
        for each in column.premiums
    ]
    return {
        "stage": stage.kind,
        "key": stage.key,
        "name": stage.name,
        "probability": stage.probability,
        "leads": column.leads,
        "expected_binds": column.leads * stage.probability / 100,
        "premiums": premiums if sees_premiums else None,
    }
