"""Signing in, going on, signing out; and which sessions a person has."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Unauthorized
from gardenos_chassis.http import Reader, caller, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.origins import Proxies
from gardenos_chassis.service import Service
from pydantic import Field

from gardenos_identity import shapes
from gardenos_identity.api.bodies import Strict
from gardenos_identity.sessions import Challenge, SignIn
from gardenos_identity.signing_in.confirming import Confirming

_SESSION = {"model": shapes.Session}


class Credentials(Strict):
    """What a person signs in with."""

    email: Annotated[str, Field(max_length=320)]
    password: Annotated[str, Field(max_length=1000)]


class SecondFactor(Strict):
    """The answer to a challenge: the code that the authenticator app shows, or a recovery code."""

    challenge: Annotated[str, Field(max_length=500)]
    code: Annotated[str, Field(max_length=100)]


class Refresh(Strict):
    """What a session goes on with."""

    refresh_token: Annotated[str, Field(max_length=500)]


class Confirmation(Strict):
    """All that signing in asks for."""

    password: Annotated[str, Field(max_length=1000)]
    code: Annotated[str, Field(max_length=100)] | None = None
    """Of the authenticator app, or a recovery code: of whoever has a second factor."""


def router(sign_in: SignIn, confirming: Confirming, proxies: Proxies) -> APIRouter:
    """Routes under `/sessions`."""
    routes = APIRouter()

    @routes.post(
        "/sessions", status_code=201, tags=["sessions"], responses={201: _SESSION, 202: {"model": shapes.Challenge}}
    )
    async def start_session(body: Credentials, request: Request) -> Response:
        """Signing in. Whoever has a second factor is challenged for it (202), and has no session yet."""
        begun = await sign_in.by_password(body.email, body.password, proxies.origin_of(request))
        if isinstance(begun, Challenge):
            return json_response({"challenge": begun.token, "expires_in": begun.expires_in}, 202)
        return json_response(begun, 201)

    @routes.post("/sessions/second-factor", status_code=201, tags=["sessions"], responses={201: _SESSION})
    async def answer_challenge(body: SecondFactor, request: Request) -> Response:
        """The second step of signing in; each code, and a challenge that was met, is good once."""
        answer = await sign_in.by_second_factor(body.challenge, body.code, proxies.origin_of(request))
        return json_response(answer, 201)

    @routes.post("/sessions/refresh", status_code=201, tags=["sessions"], responses={201: _SESSION})
    async def refresh_session(body: Refresh, request: Request) -> Response:
        """The session goes on with new tokens; each refresh token is good once."""
        service: Service = request.app.state.service
        origin = proxies.origin_of(request)
        answer = await sign_in.by_refresh(body.refresh_token, origin, service.store, request.state.request_id)
        return json_response(answer, 201)

    @routes.post(
        "/sessions/confirmation",
        status_code=201,
        tags=["sessions"],
        responses={201: {"model": shapes.ConfirmedSession}},
    )
    async def confirm_session(
        body: Confirmation, request: Request, caller: Annotated[Caller, Depends(caller)]
    ) -> Response:
        """The caller proves anew that it is they. What asks for it (`urn:gardenos:confirmation-needed`) may then be done
        with the token that this gives, for ten minutes."""
        caller.require_person()
        current = session_of(caller)
        if current is None:
            raise Unauthorized("this token is of no session; sign in again")
        answer = await confirming.confirm(
            caller.agency_id, caller.user_id, current, body.password, body.code, proxies.origin_of(request)
        )
        return json_response(answer, 201)

    @routes.get("/sessions", tags=["sessions"], responses={200: {"model": Page[shapes.OwnSession]}})
    async def list_sessions(reading: Reader) -> Response:
        """The caller's own sessions, the last used first."""
        caller = reading.caller
        caller.require_person()
        found = await sign_in.of(reading.session, caller.user_id, session_of(caller))
        return json_response({"items": found, "next_cursor": None})

    @routes.delete("/sessions/current", status_code=204, tags=["sessions"])
    async def end_session(caller: Annotated[Caller, Depends(caller)]) -> Response:
        """Signing out."""
        async with sign_in.database.transaction(caller.agency_id) as session:
            current = session_of(caller)
            if current is not None:
                await sign_in.end_if_alive(session, caller.user_id, current)
        return Response(status_code=204)

    @routes.delete("/sessions/others", status_code=204, tags=["sessions"])
    async def end_other_sessions(caller: Annotated[Caller, Depends(caller)]) -> Response:
        """Ends all of the caller's sessions but this one."""
        async with sign_in.database.transaction(caller.agency_id) as session:
            await sign_in.end_all(session, caller.user_id, but=session_of(caller))
        return Response(status_code=204)

    @routes.delete("/sessions/{session_id}", status_code=204, tags=["sessions"])
    async def end_own_session(session_id: UUID, caller: Annotated[Caller, Depends(caller)]) -> Response:
        """Ends one of the caller's own sessions."""
        async with sign_in.database.transaction(caller.agency_id) as session:
            await sign_in.end(session, caller.user_id, session_id)
        return Response(status_code=204)

    return routes


def session_of(caller: Caller) -> UUID | None:
    """The session that the caller's token is of."""
    return UUID(caller.session_id) if caller.session_id else None
