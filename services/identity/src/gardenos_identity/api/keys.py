"""The keys by which others verify access tokens."""

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.http import json_response

from gardenos_identity import shapes
from gardenos_identity.tokens import Signer


def router(signer: Signer) -> APIRouter:
    """The key set, where every client looks for it."""
    routes = APIRouter()

    @routes.get("/.well-known/jwks.json", tags=["keys"], responses={200: {"model": shapes.KeySet}})
    async def jwks() -> Response:
        """The keys that verify access tokens."""
        return json_response(signer.jwks, headers={"Cache-Control": "public, max-age=300"})

    return routes
