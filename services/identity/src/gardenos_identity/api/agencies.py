"""Agencies: registered by whoever comes."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.errors import Forbidden
from gardenos_chassis.events import Context
from gardenos_chassis.http import json_response
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from pydantic import EmailStr, Field

from gardenos_identity import agency, queries, shapes
from gardenos_identity.api.bodies import Name, Password, Strict
from gardenos_identity.api.users import join
from gardenos_identity.passwords import Passwords
from gardenos_identity.sessions import normalised


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


def router(passwords: Passwords, *, registering: bool) -> APIRouter:
    """Routes under `/agencies`; without `registering`, for those that are there alone."""
    routes = APIRouter()

    @routes.post("/agencies", status_code=201, tags=["agencies"], responses={201: {"model": shapes.RegisteredAgency}})
    async def register_agency(body: RegisterAgency, request: Request) -> Response:
        """An agency begins to use GardenOS, with its owner."""
        if not registering:
            raise Forbidden("new agencies cannot be registered here; ask whoever operates this platform")
        service: Service = request.app.state.service
        agency_id, owner_id = new_id(), new_id()
        hashed = await passwords.hash(body.owner.password, pointer="/owner/password")
        context = Context(agency_id, Actor(ActorKind.PERSON, str(owner_id)), request.state.request_id)
        async with service.store.unit_of_work(context) as work:
            made = agency.register(agency_id, name=body.name, time_zone=body.time_zone, currency=body.currency)
            work.record(agency_id, 0, made)
            email = normalised(body.owner.email)
            await join(work, owner_id, name=body.owner.name, email=email, role=Role.OWNER, team_ids=[], hashed=hashed)
            await work.flush()
            answer = await queries.agency(work.session)
        return json_response({**answer, "owner_id": owner_id}, 201, location=f"/api/v1/agencies/{agency_id}")

    @routes.get("/agencies/registration", tags=["agencies"], responses={200: {"model": shapes.Registration}})
    async def show_registration() -> Response:
        """Whether a new agency may be registered here by whoever comes."""
        return json_response({"open": registering})

    return routes
