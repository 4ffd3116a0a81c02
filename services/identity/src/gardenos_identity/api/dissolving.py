"""A team is dissolved: its people leave it, and what was with it goes to another team or to the agency's pool."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.errors import Invalid, NotFound
from gardenos_chassis.events import UnitOfWork
from gardenos_chassis.http import Writer

from gardenos_identity import invitation, queries, team, user
from gardenos_identity.api.bodies import Strict
from gardenos_identity.changing import present


class DissolveTeam(Strict):
    """What becomes of the open leads and the clients that are with the team."""

    pool_to_id: UUID | None
    """The team with which they are from then on; null: with none, so that what nobody owns is in the agency's pool."""


def router() -> APIRouter:
    """The route under `/teams`."""
    routes = APIRouter()

    @routes.post("/teams/{team_id}/dissolve", status_code=204, tags=["teams"])
    async def dissolve_team(team_id: UUID, body: DissolveTeam, writing: Writer) -> Response:
        """The team is no more. For owners and admins.

        Its people leave it and keep what they own; invitations into it go into their other teams alone. Leads and clients
        follow by the event, in a moment.
        """
        writing.caller.require_administer()
        if body.pool_to_id == team_id:
            raise Invalid("a team that is dissolved takes nothing over; name another, or null", pointer="/pool_to_id")
        async with writing.unit_of_work() as work:
            wanted = {team_id} if body.pool_to_id is None else {team_id, body.pool_to_id}
            there = await queries.hold_teams(work.session, wanted)
            if team_id not in there:
                raise NotFound("there is no such team in your agency")
            if there != wanted:
                raise Invalid(f"your agency has no team {body.pool_to_id}", pointer="/pool_to_id")
            found, version = await present(work, team_id, team.evolve, "team")
            await _empty(work, team_id)
            # Last: who hears of it hears of nobody in it any more.
            work.record(team_id, version, found.dissolve(pool_to_id=body.pool_to_id))
        return Response(status_code=204)

    return routes


async def _empty(work: UnitOfWork, team_id: UUID) -> None:
    for user_id in await queries.everybody_in(work.session, team_id):
        person, version = await present(work, user_id, user.evolve, "person", named=False)
        work.record(user_id, version, person.move(person.team_ids - {team_id}))
    for invitation_id in await queries.open_invitations_into(work.session, team_id):
        asked, version = await present(work, invitation_id, invitation.evolve, "invitation", named=False)
        work.record(invitation_id, version, asked.leave_out(team_id))
