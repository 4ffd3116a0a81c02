"""HTTP for operators: a door of their own, which agencies there are, and suspending and resuming one."""

from collections.abc import Callable, Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from gardenos_chassis import asked
from gardenos_chassis.errors import Unauthorized
from gardenos_chassis.events import Context
from gardenos_chassis.http import json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.origins import Proxies
from gardenos_chassis.service import Service
from gardenos_contracts import Actor, ActorKind, Event
from pydantic import Field, StringConstraints

from gardenos_identity import agency
from gardenos_identity.api.bodies import Strict
from gardenos_identity.changing import present
from gardenos_identity.operators import register
from gardenos_identity.operators.desk import Operator, Operators
from gardenos_identity.operators.lost_factors import LostFactors
from gardenos_identity.operators.shapes import AgencyState, OperatedAgency, OperatorSession, OperatorShown

_bearer = HTTPBearer(
    scheme_name="operator", auto_error=False, description="The token of an operator's session, which no agency's is"
)
_RULE = "platform:operates"

_Typed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), WithoutNul]


class OperatorCredentials(Strict):
    """What an operator signs in with, all at once."""

    email: Annotated[str, Field(max_length=320), WithoutNul]
    password: Annotated[str, Field(max_length=1000), WithoutNul]
    code: Annotated[str, Field(max_length=100), WithoutNul]
    """Of the authenticator app, or a recovery code."""


class Suspend(Strict):
    """Why an agency is suspended."""

    reason: _Typed
    """As the agency's people read it."""
    turn_to: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), WithoutNul] | None = None
    """Whom they turn to about it: an address, a telephone number. None: as the platform has it."""


class LostFactor(Strict):
    """Whose second factor is lost."""

    email: Annotated[str, Field(max_length=320), WithoutNul]
    """By which they sign in."""


def router(operators: Operators, lost_factors: LostFactors, proxies: Proxies, contact: str | None) -> APIRouter:
    """Routes under `/operators`. `contact`: whom people of a suspended agency turn to, where nothing else is said."""
    routes = APIRouter(prefix="/api/v1/operators", tags=["operators"])

    async def operator(request: Request, _: Annotated[object, Depends(_bearer)]) -> Operator:
        """Who asks. Raises Unauthorized for everybody who is no operator, whatever they are elsewhere."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("sign in as an operator: Authorization: Bearer …")
        found = await operators.by_token(token.strip())
        asked.of_session(str(found.session_id))
        asked.allowed_by(_RULE)
        return found

    AnOperator = Annotated[Operator, Depends(operator)]

    @routes.post("/sessions", status_code=201, responses={201: {"model": OperatorSession}})
    async def start_operator_session(body: OperatorCredentials, request: Request) -> Response:
        """Signing in, by password and code together. The session is short, and nothing renews it."""
        origin = proxies.origin_of(request)
        return json_response(await operators.sign_in(body.email, body.password, body.code, origin), 201)

    @routes.delete("/sessions/current", status_code=204)
    async def end_operator_session(who: AnOperator) -> Response:
        """Signing out: the token is worth nothing from then on."""
        await operators.sign_out(who)
        return Response(status_code=204)

    @routes.get("/me", responses={200: {"model": OperatorShown}})
    async def show_operator(who: AnOperator) -> Response:
        """Who is signed in."""
        return json_response({"id": who.id, "email": who.email})

    @routes.get("/agencies", responses={200: {"model": Page[OperatedAgency]}})
    async def list_agencies(
        who: AnOperator,
        q: Annotated[str, Query(max_length=200, description="Words of its name")] = "",
        state: Annotated[list[AgencyState] | None, Query()] = None,
        cursor: CursorParam = None,
        limit: Limit = 50,
    ) -> Response:
        """The agencies on this platform, the last registered first."""
        async with operators.database.across() as session:
            found = await register.agencies(session, q=q, states=state or (), cursor=cursor, limit=limit)
        return json_response(found)

    @routes.put("/agencies/{agency_id}/suspension", responses={200: {"model": OperatedAgency}})
    async def suspend_agency(agency_id: UUID, body: Suspend, request: Request, who: AnOperator) -> Response:
        """Nobody works in the agency from now on and nothing goes out for it, in any service, within two seconds."""
        return await _change(request, agency_id, who, lambda it: it.suspend(body.reason, body.turn_to or contact))

    @routes.delete("/agencies/{agency_id}/suspension", responses={200: {"model": OperatedAgency}})
    async def resume_agency(agency_id: UUID, request: Request, who: AnOperator) -> Response:
        """The agency is at work again, where it was; nobody needs to sign in anew."""
        return await _change(request, agency_id, who, agency.Agency.resume)

    @routes.post("/second-factor-removals", status_code=204)
    async def remove_lost_second_factor(body: LostFactor, request: Request, who: AnOperator) -> Response:
        """For somebody of several agencies who lost their app and their recovery codes, and so for none of their admins.

        They sign in by their password alone, are signed out everywhere, and are told by mail.
        """
        service: Service = request.app.state.service
        await lost_factors.take_away(service.store, body.email, who, request.state.request_id)
        return Response(status_code=204)

    return routes


async def _change(
    request: Request, agency_id: UUID, who: Operator, decide: Callable[[agency.Agency], Iterator[Event]]
) -> Response:
    """An operator's command on an agency, recorded in its own stream. Raises NotFound."""
    service: Service = request.app.state.service
    actor = Actor(ActorKind.OPERATOR, str(who.id))
    async with service.store.unit_of_work(Context(agency_id, actor, request.state.request_id)) as work:
        found, version = await present(work, agency_id, agency.evolve, "agency", named=False)
        work.record(agency_id, version, decide(found))
        await work.flush()
        answer = await register.agency(work.session, agency_id)
    return json_response(answer)
