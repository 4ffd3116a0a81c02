"""Signing in, going on, signing out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.http import caller, json_response
from pydantic import Field

from gardenos_identity import shapes
from gardenos_identity.api.bodies import Strict
from gardenos_identity.sessions import SignIn


class Credentials(Strict):
    """What a person signs in with."""

    email: Annotated[str, Field(max_length=320)]
    password: Annotated[str, Field(max_length=1000)]


class Refresh(Strict):
    """What a session goes on with."""

    refresh_token: Annotated[str, Field(max_length=500)]


def router(sign_in: SignIn) -> APIRouter:
    """Routes under `/sessions`."""
    routes = APIRouter()

    @routes.post("/sessions", status_code=201, tags=["sessions"], responses={201: {"model": shapes.Session}})
    async def start_session(body: Credentials) -> Response:
        """Signing in."""
        return json_response(await sign_in.by_password(body.email, body.password), 201)

    @routes.post("/sessions/refresh", status_code=201, tags=["sessions"], responses={201: {"model": shapes.Session}})
    async def refresh_session(body: Refresh) -> Response:
        """The session goes on with new tokens; each refresh token is good once."""
        return json_response(await sign_in.by_refresh(body.refresh_token), 201)

    @routes.delete("/sessions/current", status_code=204, tags=["sessions"])
    async def end_session(caller: Annotated[Caller, Depends(caller)]) -> Response:
        """Signing out."""
        await sign_in.end(caller.agency_id, UUID(caller.session_id))
        return Response(status_code=204)

    return routes
