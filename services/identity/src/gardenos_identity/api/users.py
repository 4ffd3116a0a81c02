"""The people of an agency."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import PERMISSIONS, WRITE_RECORDS, Permission
from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.events import Changed, Context, UnitOfWork
from gardenos_chassis.http import Reader, Writer, Writing, caller, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from pydantic import EmailStr, Field
from sqlalchemy import insert, text

from gardenos_identity import queries, shapes, team, user
from gardenos_identity.api.bodies import Name, Password, Strict
from gardenos_identity.changing import present
from gardenos_identity.passwords import Passwords
from gardenos_identity.sessions import SignIn, normalised
from gardenos_identity.tables import credentials

_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:address, 0))")

ANSWER: Any = {200: {"model": shapes.User}}


class AddUser(Strict):
    """A person who joins."""

    name: Name
    email: EmailStr
    password: Password
    role: Role = Role.AGENT
    team_ids: list[UUID] = Field(default_factory=list)


class ChangeUser(Strict):
    """What becomes of a person; what is not named stays."""

    role: Role | None = None
    team_ids: Annotated[list[UUID], Field(max_length=200)] | None = None


class Deactivate(Strict):
    """What becomes of the open leads and the clients of a person who is deactivated."""

    work_to: UUID | Literal["pool"] | None = None
    """A colleague who takes them over; `pool`: nobody, they are free in the pool of their team; null: they stay."""


class Profile(Strict):
    """What a person says of themselves; what is not named stays."""

    name: Name | None = None
    time_zone: str | None = None
    """IANA name; null: the agency's."""
    locale: str | None = None
    """BCP 47; null: the browser's."""


def router(passwords: Passwords, sign_in: SignIn) -> APIRouter:
    """Routes under `/users`."""
    routes = APIRouter()

    @routes.get("/users", tags=["users"], responses={200: {"model": Page[shapes.User]}})
    async def list_users(reading: Reader, active: bool | None = None) -> Response:
        """Everybody in the agency, by name; those alone who may sign in, or who may not."""
        found = await queries.all_users(reading.session, active=active)
        return json_response({"items": found, "next_cursor": None})

    @routes.get("/users/me", tags=["users"], responses={200: {"model": shapes.Me}})
    async def show_me(reading: Reader) -> Response:
        """Who is signed in."""
        me = await queries.user(reading.session, reading.caller.user_id)
        return json_response({"user": me, "agency": await queries.agency(reading.session)})

    @routes.patch("/users/me", tags=["users"], responses=ANSWER)
    async def change_profile(body: Profile, request: Request, caller: Annotated[Caller, Depends(caller)]) -> Response:
        """What one says of oneself. Everybody may, whatever their role."""
        context = Context(
            caller.agency_id, Actor(ActorKind.PERSON, str(caller.user_id)), request.state.request_id, caller=caller
        )
        service: Service = request.app.state.service
        async with service.store.unit_of_work(context) as work:
            me, version = await present(work, caller.user_id, user.evolve, "person")
            said = body.model_fields_set
            described = me.describe(
                name=body.name or me.name,
                time_zone=body.time_zone if "time_zone" in said else me.time_zone,
                locale=body.locale if "locale" in said else me.locale,
            )
            work.record(me.id, version, described)
            return await _answer(work, me.id)

    @routes.get("/users/roles", tags=["users"], responses={200: {"model": shapes.Roles}})
    async def show_roles(_: Annotated[Caller, Depends(caller)]) -> Response:
        """Who may what: the table by which every service decides."""
        return json_response({"roles": list(Role), "permissions": [_told(each) for each in PERMISSIONS]})

    @routes.get("/users/{user_id}", tags=["users"], responses=ANSWER)
    async def show_user(user_id: UUID, reading: Reader) -> Response:
        """One person of the agency."""
        found = await queries.user(reading.session, user_id)
        return json_response(found, etag=found["version"])

    @routes.post("/users", status_code=201, tags=["users"], responses={201: {"model": shapes.User}})
    async def add_user(body: AddUser, writing: Writer) -> Response:
        """A person joins the agency. For owners and admins."""
        writing.caller.require_administer()
        user.may_appoint(writing.caller.role, body.role)
        hashed = await passwords.hash(body.password)
        async with writing.unit_of_work() as work:
            added = await work.earlier_outcome()
            if added is None:
                await refuse_unknown_teams(work.session, body.team_ids)
                await refuse_taken_address(work, normalised(body.email))
                user_id = new_id()
                await join(
                    work, user_id, name=body.name, email=normalised(body.email), role=body.role,
                    team_ids=body.team_ids, hashed=hashed,
                )  # fmt: skip
                added = Changed(user_id, 1)
                await work.settle(added)
                await work.flush()
            answer = await queries.user(work.session, added.id)
        return json_response(answer, 201, etag=answer["version"], location=f"/api/v1/users/{added.id}")

    @routes.patch("/users/{user_id}", tags=["users"], responses=ANSWER)
    async def change_user(user_id: UUID, body: ChangeUser, writing: Writer) -> Response:
        """Another role, other teams. For owners and admins; it holds in every service within two seconds."""
        writing.caller.require_administer()
        async with writing.unit_of_work() as work:
            others = await queries.other_owners(work.session, user_id)
            found, version = await present(work, user_id, user.evolve, "person")
            if body.role is not None:
                version = work.record(
                    user_id, version, found.become(body.role, by=writing.caller.role, other_owners=others)
                )
            if body.team_ids is not None:
                await refuse_unknown_teams(work.session, body.team_ids)
                user.may_appoint(writing.caller.role, found.role)
                work.record(user_id, version, found.move(body.team_ids))
                await _leave(work, user_id, found.team_ids - set(body.team_ids))
            return await _answer(work, user_id)

    @routes.post("/users/{user_id}/deactivate", tags=["users"], responses=ANSWER)
    async def deactivate_user(user_id: UUID, writing: Writer, body: Deactivate | None = None) -> Response:
        """They may no longer sign in, and every session of theirs ends. For owners and admins.

        What they have open is handed over as the body says, by the event, in a moment; of somebody who was deactivated
        before as well.
        """
        by = _administrator(writing)
        async with writing.unit_of_work() as work:
            others = await queries.other_owners(work.session, user_id)
            found, version = await present(work, user_id, user.evolve, "person")
            version = work.record(
                user_id, version, found.deactivate(by=by.user_id, by_role=by.role, other_owners=others)
            )
            if body is not None and body.work_to is not None:
                to = None if body.work_to == "pool" else body.work_to
                await _refuse_idle(work, user_id, to)
                work.record(user_id, version, found.hand_over(to))
            await _leave(work, user_id, found.team_ids)
            await sign_in.end_all(work.session, user_id)
            return await _answer(work, user_id)

    @routes.post("/users/{user_id}/reactivate", tags=["users"], responses=ANSWER)
    async def reactivate_user(user_id: UUID, writing: Writer) -> Response:
        """They may sign in again, with the role and teams they had. For owners and admins."""
        by = _administrator(writing)
        async with writing.unit_of_work() as work:
            found, version = await present(work, user_id, user.evolve, "person")
            work.record(user_id, version, found.reactivate(by_role=by.role))
            return await _answer(work, user_id)

    return routes


async def join(
    work: UnitOfWork, user_id: UUID, *, name: str, email: str, role: Role, team_ids: list[UUID], hashed: str
) -> None:
    """Records that a person joins, and keeps what they sign in with; `email` is normalised."""
    work.record(user_id, 0, user.join(user_id, name=name, email=email, role=role, team_ids=team_ids))
    kept: dict[str, Any] = {"agency_id": work.context.agency_id, "user_id": user_id}
    await work.session.execute(insert(credentials).values(**kept, email=email, password_hash=hashed))


async def refuse_taken_address(work: UnitOfWork, email: str) -> None:
    """Raises Conflict if somebody in the agency has this address. Whoever else asks for the same waits until the end."""
    await work.session.execute(_LOCK, {"address": f"{work.context.agency_id} {email}"})
    if await queries.is_taken(work.session, email):
        raise Conflict(f"somebody with the address {email} is in your agency already")


async def refuse_unknown_teams(session: Session, team_ids: list[UUID]) -> None:
    """Raises Invalid for teams that the agency has not."""
    if unknown := [str(team_id) for team_id in await queries.unknown_teams(session, team_ids)]:
        raise Invalid(f"your agency has no team {', '.join(unknown)}", pointer="/team_ids")


async def _refuse_idle(work: UnitOfWork, user_id: UUID, to: UUID | None) -> None:
    """Raises Invalid for somebody who cannot take work over."""
    if to is None:
        return
    role = None if to == user_id else await queries.role_of_worker(work.session, to)
    if role is None or not WRITE_RECORDS.allows(role):
        raise Invalid("work goes to a colleague who is at work and may change records", pointer="/work_to")


async def _leave(work: UnitOfWork, user_id: UUID, team_ids: frozenset[UUID]) -> None:
    """Who is in a team no more leads it no more."""
    for team_id in sorted(team_ids):
        left, version = await present(work, team_id, team.evolve, "team", named=False)
        work.record(team_id, version, left.lose(user_id))


def _told(permission: Permission) -> dict[str, Any]:
    scopes = {role.value: permission.scope_of(role).value for role in Role}
    told = {"name": permission.name, "resource": permission.resource, "act": permission.act, "words": permission.words}
    return {**told, "scopes": scopes, "service": permission.scope_of_services()}


def _administrator(writing: Writing) -> Caller:
    writing.caller.require_administer()
    return writing.caller


async def _answer(work: UnitOfWork, user_id: UUID) -> Response:
    await work.flush()
    found = await queries.user(work.session, user_id)
    return json_response(found, etag=found["version"])
