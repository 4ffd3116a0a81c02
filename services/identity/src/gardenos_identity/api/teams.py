"""The teams of an agency, and the branches they belong to."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.errors import Invalid, NotFound
from gardenos_chassis.events import Changed, UnitOfWork
from gardenos_chassis.http import Reader, Writer, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from pydantic import Field

from gardenos_identity import branch, queries, shapes, team
from gardenos_identity.api.bodies import Name, Strict
from gardenos_identity.changing import present

TEAM: Any = {200: {"model": shapes.Team}}
BRANCH: Any = {200: {"model": shapes.Branch}}


class FormTeam(Strict):
    """A new team."""

    name: Name
    branch_id: UUID | None = None


class ChangeTeam(Strict):
    """What becomes of a team; what is not named stays."""

    name: Name | None = None
    branch_id: UUID | None = None
    """Null: it belongs to none."""
    lead_ids: Annotated[list[UUID], Field(max_length=200)] | None = None
    """Those of its people who lead it."""


class NameBranch(Strict):
    """A branch's name."""

    name: Name


def router() -> APIRouter:
    """Routes under `/teams` and `/branches`. To change anything is for owners and admins."""
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
                version = work.record(team_id, 0, team.form(team_id, name=body.name))
                if body.branch_id is not None:
                    await _refuse_unknown_branch(work, body.branch_id)
                    new, version = await present(work, team_id, team.evolve, "team", named=False)
                    version = work.record(team_id, version, new.belong_to(body.branch_id))
                formed = Changed(team_id, version)
                await work.settle(formed)
                await work.flush()
            answer = await queries.team(work.session, formed.id)
        return json_response(answer, 201, etag=answer["version"], location=f"/api/v1/teams/{formed.id}")

    @routes.get("/teams/{team_id}", tags=["teams"], responses=TEAM)
    async def show_team(team_id: UUID, reading: Reader) -> Response:
        """One team."""
        found = await queries.team(reading.session, team_id)
        return json_response(found, etag=found["version"])

    @routes.patch("/teams/{team_id}", tags=["teams"], responses=TEAM)
    async def change_team(team_id: UUID, body: ChangeTeam, writing: Writer) -> Response:
        """Another name, branch, or other leads."""
        writing.caller.require_administer()
        async with writing.unit_of_work() as work:
            found, version = await present(work, team_id, team.evolve, "team")
            if found.dissolved:
                raise NotFound("there is no such team in your agency")
            if body.name is not None:
                version = work.record(team_id, version, found.rename(body.name))
            if "branch_id" in body.model_fields_set:
                if body.branch_id is not None:
                    await _refuse_unknown_branch(work, body.branch_id)
                version = work.record(team_id, version, found.belong_to(body.branch_id))
            if body.lead_ids is not None:
                members = await queries.members(work.session, team_id)
                work.record(team_id, version, found.be_led_by(body.lead_ids, members=members))
            await work.flush()
            answer = await queries.team(work.session, team_id)
        return json_response(answer, etag=answer["version"])

    @routes.get("/branches", tags=["branches"], responses={200: {"model": Page[shapes.Branch]}})
    async def list_branches(reading: Reader) -> Response:
        """The agency's branches, by name."""
        return json_response({"items": await queries.all_branches(reading.session), "next_cursor": None})

    @routes.post("/branches", status_code=201, tags=["branches"], responses={201: {"model": shapes.Branch}})
    async def open_branch(body: NameBranch, writing: Writer) -> Response:
        """A new branch."""
        writing.caller.require_administer()
        async with writing.unit_of_work() as work:
            opened = await work.earlier_outcome()
            if opened is None:
                id = new_id()
                opened = Changed(id, work.record(id, 0, branch.open_(id, name=body.name)))
                await work.settle(opened)
                await work.flush()
            answer = await queries.branch(work.session, opened.id)
        return json_response(answer, 201, etag=answer["version"], location=f"/api/v1/branches/{opened.id}")

    @routes.get("/branches/{branch_id}", tags=["branches"], responses=BRANCH)
    async def show_branch(branch_id: UUID, reading: Reader) -> Response:
        """One branch."""
        found = await queries.branch(reading.session, branch_id)
        return json_response(found, etag=found["version"])

    @routes.patch("/branches/{branch_id}", tags=["branches"], responses=BRANCH)
    async def rename_branch(branch_id: UUID, body: NameBranch, writing: Writer) -> Response:
        """Another name."""
        writing.caller.require_administer()
        async with writing.unit_of_work() as work:
            found, version = await _standing(work, branch_id)
            work.record(branch_id, version, found.rename(body.name))
            await work.flush()
            answer = await queries.branch(work.session, branch_id)
        return json_response(answer, etag=answer["version"])

    @routes.delete("/branches/{branch_id}", status_code=204, tags=["branches"])
    async def close_branch(branch_id: UUID, writing: Writer) -> Response:
        """The branch is no more. Refused while teams belong to it."""
        writing.caller.require_administer()
        async with writing.unit_of_work() as work:
            await queries.hold_branch(work.session, branch_id)
            found, version = await _standing(work, branch_id)
            work.record(branch_id, version, found.close(teams=await queries.teams_of_branch(work.session, branch_id)))
        return Response(status_code=204)

    return routes


async def _standing(work: UnitOfWork, branch_id: UUID) -> tuple[branch.Branch, int]:
    found, version = await present(work, branch_id, branch.evolve, "branch")
    if found.closed:
        raise NotFound("there is no such branch in your agency")
    return found, version


async def _refuse_unknown_branch(work: UnitOfWork, branch_id: UUID) -> None:
    if not await queries.hold_branch(work.session, branch_id):
        raise Invalid(f"your agency has no branch {branch_id}", pointer="/branch_id")
