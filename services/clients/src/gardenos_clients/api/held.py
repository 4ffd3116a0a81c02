"""`/api/v1/clients/held`: how much would be handed over."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.http import Reader, json_response
from gardenos_chassis.http.shapes import Shape
from sqlalchemy import func, select

from gardenos_clients.held import OPEN
from gardenos_clients.tables import clients

router = APIRouter(prefix="/api/v1/clients/held", tags=["clients"])


class HeldClients(Shape):
    """What a person or a team has of clients."""

    count: int
    """Without those who were forgotten."""


@router.get("", responses={200: {"model": HeldClients}})
async def count_held_clients(reading: Reader, owner_id: UUID | None = None, team_id: UUID | None = None) -> Response:
    """How many clients a person owns, or are with a team, or the agency has: what is handed over. For owners and admins."""
    reading.caller.require_administer()
    given = {clients.c.owner_id: owner_id, clients.c.team_id: team_id}
    theirs = [column == id for column, id in given.items() if id is not None]
    counted = select(func.count()).where(clients.c.agency_id == reading.caller.agency_id, OPEN, *theirs)
    return json_response({"count": (await reading.session.execute(counted)).scalar_one()})
