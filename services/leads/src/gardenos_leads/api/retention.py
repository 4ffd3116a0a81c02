"""`/api/v1/leads/retention`: which leads are kept longer than the agency wants, and when they are forgotten."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from gardenos_chassis.auth.permissions import CHANGE_AGENCY
from gardenos_chassis.http import Reader, json_response
from gardenos_chassis.http.shapes import Shape
from gardenos_chassis.retention import months_before, rule_of
from pydantic import Field

from gardenos_leads.retention.disposal import NOTICE
from gardenos_leads.retention.queries import announcement, how_many_closed

router = APIRouter(prefix="/api/v1/leads/retention", tags=["leads"])


class Disposal(Shape):
    """What is announced: in the night to this day these leads are forgotten."""

    forget_on: date
    months: int
    """For how long the agency kept leads when it was announced."""
    closed_before: datetime
    leads: int
    """How many there were then. Who is worked again, spoken with or planned for meanwhile stays."""


class LeadRetention(Shape):
    """Leads that were lost or removed so long ago that they are not to be kept."""

    months: int | None
    """What is asked about: null where nothing was named and the agency keeps leads for good."""
    closed_before: datetime | None
    leads: int
    """How many were closed before, with no contact since, and nothing planned."""
    notice_days: int
    """From the announcement to the night."""
    announced: Disposal | None


@router.get("", responses={200: {"model": LeadRetention}})
async def show_lead_retention(
    reading: Reader, months: Annotated[int | None, Field(ge=1, le=240), Query()] = None
) -> Response:
    """How many leads the agency's rule concerns, or another of so many months. For owners and admins."""
    caller, session = reading.caller, reading.session
    caller.require(CHANGE_AGENCY)
    asked = months or (await rule_of(session)).closed_leads_months
    before = None if asked is None else months_before(datetime.now(UTC), asked)
    leads = 0 if before is None else await how_many_closed(session, caller.agency_id, before)
    return json_response(
        {
            "months": asked,
            "closed_before": before,
            "leads": leads,
            "notice_days": NOTICE.days,
            "announced": await announcement(session),
        }
    )
