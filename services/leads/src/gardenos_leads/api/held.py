"""`/api/v1/leads/held`: how much would be handed over."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.http import Reader, json_response
from gardenos_chassis.http.shapes import Shape
from sqlalchemy import func, select

from gardenos_leads.held import OPEN
from gardenos_leads.tables import leads

router = APIRouter(prefix="/api/v1/leads/held", tags=["leads"])


class HeldLeads(Shape):
    """What a person or a team has of leads."""

    count: int
    """Of open leads; closed ones stay with whom they were."""


@router.get("", responses={200: {"model": HeldLeads}})
async def count_held_leads(reading: Reader, owner_id: UUID | None = None, team_id: UUID | None = None) -> Response:
    """How many open leads a person owns, or are with a team, or the agency has: what is handed over. For owners and admins."""
    reading.caller.require_administer()
    given = {leads.c.owner_id: owner_id, leads.c.team_id: team_id}
    theirs = [column == id for column, id in given.items() if id is not None]
    counted = select(func.count()).where(leads.c.agency_id == reading.caller.agency_id, OPEN, *theirs)
    return json_response({"count": (await reading.session.execute(counted)).scalar_one()})
