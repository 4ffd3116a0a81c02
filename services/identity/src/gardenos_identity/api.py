"""HTTP: agencies, users, teams, sessions, keys."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Conflict, Invalid, NotFound
from gardenos_chassis.events import Changed, Context, UnitOfWork
from gardenos_chassis.http import Reader, Writer, caller, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints
from sqlalchemy import insert, select

from gardenos_identity import agency, queries, shapes, team, user
from gardenos_identity.passwords import LONGEST, SHORTEST, Passwords
from gardenos_identity.sessions import SignIn, normalised
from gardenos_identity.tables import credentials, teams, users
from gardenos_identity.tokens import Signer

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Password = Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]


class Strict(BaseModel):
    """A body that takes no field it does not name."""

    model_config = ConfigDict(extra="forbid")


class Owner(Strict):
    """The first person of a new agency."""

    name: Name
    email: EmailStr
    password: Password


class RegisterAgency(Strict):
    """A new agency and its owner."""

    name: Name
    time_zone: str = "America/New_York"
    currency: Annotated[str, Field(pattern="^[A-Za-z]{3}$")] = "USD"
    owner: Owner


class AddUser(Strict):
    """A person who joins."""

    name: Name
    email: EmailStr
    password: Password
    role: Role = Role.AGENT
    team_ids: list[UUID] = []


class FormTeam(Strict):
    """A new team."""

    name: Name


class Credentials(Strict):
    """What a person signs in with."""

    email: Annotated[str, Field(max_length=320)]
    password: Annotated[str, Field(max_length=1000)]


class Refresh(Strict):
    """What a session goes on with."""

    refresh_token: Annotated[str, Field(max_length=500)]


def router(sign_in: SignIn, passwords: Passwords, signer: Signer) -> APIRouter:
    """All routes of the service."""
    routes = APIRouter()
    api = APIRouter(prefix="/api/v1")

    @routes.get("/.well-known/jwks.json", tags=["keys"], responses={200: {"model": shapes.KeySet}})
    async def jwks() -> Response:
        """The keys that verify access tokens."""
        return json_response(signer.jwks, headers={"Cache-Control": "public, max-age=300"})

    @api.post("/sessions", status_code=201, tags=["sessions"], responses={201: {"model": shapes.Session}})
    async def start_session(body: Credentials) -> Response:
        """Signing in."""
        return json_response(await sign_in.by_password(body.email, body.password), 201)

    @api.post("/sessions/refresh", status_code=201, tags=["sessions"], responses={201: {"model": shapes.Session}})
    async def refresh_session(body: Refresh) -> Response:
        """The session goes on with new tokens; each refresh token is good once."""
        return json_response(await sign_in.by_refresh(body.refresh_token), 201)

    @api.delete("/sessions/current", status_code=204, tags=["sessions"])
    async def end_session(caller: Annotated[Caller, Depends(caller)]) -> Response:
        """Signing out."""
        await sign_in.end(caller.agency_id, UUID(caller.session_id))
        return Response(status_code=204)

    @api.post("/agencies", status_code=201, tags=["agencies"], responses={201: {"model": shapes.RegisteredAgency}})
    async def register_agency(body: RegisterAgency, request: Request) -> Response:
        """An agency begins to use GardenOS, with its owner."""
        service: Service = request.app.state.service
        agency_id, owner_id = new_id(), new_id()
        hashed = await passwords.hash(body.owner.password, pointer="/owner/password")
        context = Context(agency_id, Actor(ActorKind.PERSON, str(owner_id)), request.state.request_id)
        async with service.store.unit_of_work(context) as work:
            made = agency.register(agency_id, name=body.name, time_zone=body.time_zone, currency=body.currency)
            work.record(agency_id, 0, made)
            owner = AddUser(**body.owner.model_dump(), role=Role.OWNER)
            await _join(work, owner_id, owner, hashed)
            await work.flush()
            answer = await queries.agency(work.session)
        return json_response({**answer, "owner_id": owner_id}, 201, location=f"/api/v1/agencies/{agency_id}")

    @api.get("/agencies/{agency_id}", tags=["agencies"], responses={200: {"model": shapes.Agency}})
    async def show_agency(agency_id: UUID, reading: Reader) -> Response:
        """The caller's own agency."""
        if agency_id != reading.caller.agency_id:
            raise NotFound("there is no such agency")
        return json_response(await queries.agency(reading.session))

    @api.get("/users", tags=["users"], responses={200: {"model": Page[shapes.User]}})
    async def list_users(reading: Reader) -> Response:
        """Everybody in the agency, by name."""
        return json_response({"items": await queries.all_users(reading.session), "next_cursor": None})

    @api.get("/users/me", tags=["users"], responses={200: {"model": shapes.Me}})
    async def show_me(reading: Reader) -> Response:
        """Who is signed in."""
        me = await queries.user(reading.session, reading.caller.user_id)
        return json_response({"user": me, "agency": await queries.agency(reading.session)})

    @api.get("/users/{user_id}", tags=["users"], responses={200: {"model": shapes.User}})
    async def show_user(user_id: UUID, reading: Reader) -> Response:
        """One person of the agency."""
        return json_response(await queries.user(reading.session, user_id))

    @api.post("/users", status_code=201, tags=["users"], responses={201: {"model": shapes.User}})
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
                await _join(work, user_id, body, hashed)
                added = Changed(user_id, 1)
                await work.settle(added)
                await work.flush()
            answer = await queries.user(work.session, added.id)
        return json_response(answer, 201, location=f"/api/v1/users/{added.id}")

    @api.get("/teams", tags=["teams"], responses={200: {"model": Page[shapes.Team]}})
    async def list_teams(reading: Reader) -> Response:
        """The agency's teams, by name."""
        return json_response({"items": await queries.all_teams(reading.session), "next_cursor": None})

    @api.post("/teams", status_code=201, tags=["teams"], responses={201: {"model": shapes.Team}})
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

    routes.include_router(api)
    return routes


async def _join(work: UnitOfWork, user_id: UUID, body: AddUser, hashed: str) -> None:
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
