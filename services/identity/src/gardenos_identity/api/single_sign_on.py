"""Single sign-on: what an agency settles of it, and signing in by it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import SET_UP_SIGN_IN
from gardenos_chassis.errors import Forbidden, Invalid
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.http import Reader, Writer, caller, json_response
from gardenos_chassis.http.shapes import Shape
from gardenos_chassis.origins import Proxies
from gardenos_chassis.service import Service
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from pydantic import Field, StringConstraints, model_validator

from gardenos_identity import shapes
from gardenos_identity.api.bodies import Strict
from gardenos_identity.api.sessions import session_of
from gardenos_identity.single_sign_on.entering import Begun, SingleSignOn
from gardenos_identity.single_sign_on.settling import MOST_DOMAINS, Wish

Asker = Annotated[Caller, Depends(caller)]
Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class SetUp(Strict):
    """How an agency's people sign in by its provider."""

    issuer: Told
    """The provider's address, as it calls itself: where `/.well-known/openid-configuration` is found below."""
    client: Told
    """The client id by which the provider knows GardenOS."""
    secret: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """The client secret. It is never shown; null leaves the one that is kept."""
    domains: Annotated[list[Annotated[str, Field(max_length=253)]], Field(min_length=1, max_length=MOST_DOMAINS)]
    """Of the addresses that are taken."""
    required: bool = False
    """Whether passwords are refused, except of owners. Takes a test that has passed."""
    joins_as: Role | None = None
    """What people become for whom the provider vouches and whom nobody invited; null: they are refused."""


class Begin(Strict):
    """Whose single sign-on: by the domain of an address, or by the agency that a link names."""

    email: Annotated[str, Field(max_length=320)] | None = None
    agency_id: UUID | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "Begin":
        if (self.email is None) == (self.agency_id is None):
            raise ValueError("give either an email address or an agency")
        return self


class Completion(Strict):
    """With what somebody is back from the provider."""

    code: Annotated[str, Field(max_length=4000)]
    state: Annotated[str, Field(max_length=500)]
    proof: Annotated[str, Field(max_length=200)]
    """What was kept in the browser since it began."""


class SingleSignOnSettings(Shape):
    """What an agency settled of single sign-on; all null or empty where nothing is."""

    issuer: str | None
    client: str | None
    domains: list[str]
    required: bool
    joins_as: Role | None
    tested_at: datetime | None
    """When it was last seen to work as it is settled now. Until then nobody signs in by it."""
    callback: str
    """Where the provider is to send people back to: to be told to it."""
    link: str
    """Where the agency's people begin to sign in."""
    version: int


class BegunSignOn(Shape):
    """Where to go, and what to keep in the browser until one is back."""

    address: str
    proof: str


class TestedSignOn(Shape):
    """For whom the provider vouched in a test."""

    email: str
    name: str


def router(single_sign_on: SingleSignOn, proxies: Proxies, public_url: str) -> APIRouter:
    """Routes under `/api/v1/sessions/single-sign-on`."""
    routes = APIRouter(prefix="/api/v1/sessions/single-sign-on")
    settling = single_sign_on.settling
    shown = {200: {"model": SingleSignOnSettings}}

    async def told(session: object, agency_id: UUID) -> dict[str, object]:
        found = await settling.show(session)  # type: ignore[arg-type]
        link = f"{public_url.rstrip('/')}/single-sign-on?agency={agency_id}"
        return {**found, "callback": settling.callback, "link": link}

    @routes.get("/settings", tags=["single sign-on"], responses=shown)  # type: ignore[arg-type]
    async def show_single_sign_on(reading: Reader) -> Response:
        """What is settled; the secret is not shown. For owners and admins."""
        reading.caller.require(SET_UP_SIGN_IN)
        found = await told(reading.session, reading.caller.agency_id)
        return json_response(found, etag=int(str(found["version"])))

    @routes.put("/settings", tags=["single sign-on"], responses=shown)  # type: ignore[arg-type]
    async def set_up_single_sign_on(body: SetUp, writing: Writer) -> Response:
        """Settles it. Another issuer, client or secret is to be tested anew. For owners and admins."""
        writing.caller.require(SET_UP_SIGN_IN)
        async with writing.unit_of_work() as work:
            await settling.settle(work, Wish(**body.model_dump()))
            await work.flush()
            found = await told(work.session, writing.caller.agency_id)
        return json_response(found, etag=int(str(found["version"])))

    @routes.delete("/settings", status_code=204, tags=["single sign-on"])
    async def remove_single_sign_on(writing: Writer) -> Response:
        """Everybody signs in by password again. For owners and admins."""
        writing.caller.require(SET_UP_SIGN_IN)
        async with writing.unit_of_work() as work:
            await settling.remove(work)
        return Response(status_code=204)

    @routes.post("/test", status_code=201, tags=["single sign-on"], responses={201: {"model": BegunSignOn}})
    async def begin_test_of_single_sign_on(caller: Asker) -> Response:
        """Begins to see whether what is settled works. For owners and admins."""
        caller.require(SET_UP_SIGN_IN)
        caller.require_person()
        return _begun(await single_sign_on.begin_test(caller.agency_id, caller.user_id))

    @routes.post("/test/completion", tags=["single sign-on"], responses={200: {"model": TestedSignOn}})
    async def complete_test_of_single_sign_on(body: Completion, request: Request, caller: Asker) -> Response:
        """Back from the test. Where the provider knows the caller by their own address, that account is theirs from now
        on: an owner signs in by it too. For owners and admins."""
        caller.require(SET_UP_SIGN_IN)
        caller.require_person()
        session_id = session_of(caller)
        if session_id is None:
            raise Forbidden("only a person who has signed in may do this")
        actor = Actor(ActorKind.PERSON, str(caller.user_id))
        context = Context(caller.agency_id, actor, request.state.request_id, caller=caller)
        vouched = await single_sign_on.complete_test(
            _store(request), context, caller.user_id, session_id, body.code, body.state, body.proof
        )
        return json_response({"email": vouched.email, "name": vouched.name})

    @routes.post("", status_code=201, tags=["single sign-on"], responses={201: {"model": BegunSignOn}})
    async def begin_single_sign_on(body: Begin, request: Request) -> Response:
        """Begins to sign in. By an address: by its domain alone, whether anybody has it or not."""
        origin = proxies.origin_of(request)
        if body.agency_id is not None:
            return _begun(await single_sign_on.begin_at(body.agency_id, origin))
        if body.email is None or "@" not in body.email:
            raise Invalid("give your email address", pointer="/email")
        return _begun(await single_sign_on.begin_by_address(body.email, origin))

    @routes.post("/completion", status_code=201, tags=["single sign-on"], responses={201: {"model": shapes.Session}})
    async def complete_single_sign_on(body: Completion, request: Request) -> Response:
        """Back from the provider: a session in its agency. Good once."""
        answer = await single_sign_on.complete(
            _store(request), body.code, body.state, body.proof, proxies.origin_of(request), request.state.request_id
        )
        return json_response(answer, 201)

    return routes


def _begun(begun: Begun) -> Response:
    return json_response({"address": begun.address, "proof": begun.proof}, 201)


def _store(request: Request) -> EventStore:
    service: Service = request.app.state.service
    return service.store
