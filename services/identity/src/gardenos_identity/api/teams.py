"""The teams of an agency."""

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.events import Changed
from gardenos_chassis.http import Reader, Writer, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id

from gardenos_identity import queries, shapes, team
from gardenos_identity.api.bodies import Name, Strict


class FormTeam(Strict):
    """A new team."""

    name: Name


def router() -> APIRouter:
    """Routes under `/teams`."""
    routes = APIRouter()

    @routes.get("/teams", tags=["teams"], responses={200: {"model": Page[shapes.Team]}})
    async def list_teams(reading: Reader) -> Response:
        """The agency's teams, by name."""
        return json_response({"items": await queries.all_teams(reading.session), "next_cursor": None})

    @routes.post("/teams", status_code=201, tags=["teams"], responses={201: {"model": shapes.Team}})
    async def form_team(body: FormTeam, writing: Writer) -> Response:
        """A new team. For owners and admins."""
        writing.caller.require_administer()
        async with writing.unit_of_work() as work:
            formed = await work.earlier_outcome()
            if formed is None:
                team_id = new_id()
                formed = Changed(team_id, work.record(team_id, 0, team.form(team_id, name=body.name)))
                await work.settle(formed)
        return json_response({"id": formed.id, "name": body.name}, 201, location=f"/api/v1/teams/{formed.id}")

    return routes
