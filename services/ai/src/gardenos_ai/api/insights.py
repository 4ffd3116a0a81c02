"""`/api/v1/insights`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import lists, opens
from gardenos_chassis.http import Reader, json_response
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_contracts.ai import InsightKind

from gardenos_ai import queries
from gardenos_ai.api import shapes

router = APIRouter(prefix="/api/v1/insights", tags=["insights"])


def insight_filter(
    lead_id: UUID | None = None,
    client_id: UUID | None = None,
    person_id: UUID | None = None,
    kind: Annotated[list[InsightKind], Query()] = [],  # noqa: B006
    source_id: Annotated[UUID | None, Query(description="A call's or message's id")] = None,
) -> queries.InsightFilter:
    """The filters of a list of insights."""
    return queries.InsightFilter(lead_id, client_id, person_id, kind, source_id)


@router.get(
    "",
    responses={200: {"model": Page[shapes.Insight]}},
    openapi_extra=lists("insights", "person_id", "client_id", "lead_id", "source_id"),
)
async def list_insights(
    reading: Reader,
    wanted: Annotated[queries.InsightFilter, Depends(insight_filter)],
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """The insights in the caller's scope, what was said last first."""
    return json_response(await queries.insight_page(reading.session, reading.caller, wanted, limit, cursor))


@router.get("/{insight_id}", responses={200: {"model": shapes.Insight}}, openapi_extra=opens("insight", "insight_id"))
async def show_insight(insight_id: UUID, reading: Reader) -> Response:
    """One insight."""
    found = await queries.insight(reading.session, reading.caller, insight_id)
    shows(person_id=found["person_id"])
    return json_response(found)
