"""The people of an agency."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.events import Changed, UnitOfWork
from gardenos_chassis.http import Reader, Writer, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_contracts.values import Role
from pydantic import EmailStr, Field
from sqlalchemy import insert, select

from gardenos_identity import queries, shapes, user
from gardenos_identity.api.bodies import Name, Password, Strict
from gardenos_identity.passwords import Passwords
from gardenos_identity.sessions import normalised
from gardenos_identity.tables import credentials, teams, users


class AddUser(Strict):
    """A person who joins."""

    name: Name
    email: EmailStr
    password: Password
    role: Role = Role.AGENT
    team_ids: list[UUID] = Field(default_factory=list)


def router(passwords: Passwords) -> APIRouter:
    """Routes under `/users`."""
    routes = APIRouter()

    @routes.get("/users", tags=["users"], responses={200: {"model": Page[shapes.User]}})
    async def list_users(reading: Reader) -> Response:
        """Everybody in the agency, by name."""
        return json_response({"items": await queries.all_users(reading.session), "next_cursor": None})

    @routes.get("/users/me", tags=["users"], responses={200: {"model": shapes.Me}})
    async def show_me(reading: Reader) -> Response:
        """Who is signed in."""
        me = await queries.user(reading.session, reading.caller.user_id)
        return json_response({"user": me, "agency": await queries.agency(reading.session)})

    @routes.get("/users/{user_id}", tags=["users"], responses={200: {"model": shapes.User}})
    async def show_user(user_id: UUID, reading: Reader) -> Response:
        """One person of the agency."""
        return json_response(await queries.user(reading.session, user_id))

    @routes.post("/users", status_code=201, tags=["users"], responses={201: {"model": shapes.User}})
    async def add_user(body: AddUser, writing: Writer) -> Response:
        """A person joins the agency. For owners and admins."""
        writing.caller.require_administer()
        user.may_appoint(writing.caller.role, body.role)
        hashed = await passwords.hash(body.password)
        async with writing.unit_of_work() as work:
            added = await work.earlier_outcome()
            if added is None:
                await _refuse_unknown_teams(work, body.team_ids)
                await _refuse_taken_address(work, body.email)
                user_id = new_id()
                await join(work, user_id, body, hashed)
                added = Changed(user_id, 1)
                await work.settle(added)
                await work.flush()
            answer = await queries.user(work.session, added.id)
        return json_response(answer, 201, location=f"/api/v1/users/{added.id}")

    return routes


async def join(work: UnitOfWork, user_id: UUID, body: AddUser, hashed: str) -> None:
    """Records that a person joins, and keeps what they sign in with."""
    email = normalised(body.email)
    work.record(user_id, 0, user.join(user_id, name=body.name, email=email, role=body.role, team_ids=body.team_ids))
    kept: dict[str, Any] = {"agency_id": work.context.agency_id, "user_id": user_id}
    await work.session.execute(insert(credentials).values(**kept, email=email, password_hash=hashed))


async def _refuse_taken_address(work: UnitOfWork, email: str) -> None:
    if (await work.session.execute(select(users.c.id).where(users.c.email == normalised(email)))).first():
        raise Conflict(f"somebody with the address {normalised(email)} is in your agency already")


async def _refuse_unknown_teams(work: UnitOfWork, team_ids: list[UUID]) -> None:
    known = set((await work.session.execute(select(teams.c.id).where(teams.c.id.in_(team_ids)))).scalars())
    if unknown := [str(team_id) for team_id in team_ids if team_id not in known]:
        raise Invalid(f"your agency has no team {', '.join(unknown)}", pointer="/team_ids")
