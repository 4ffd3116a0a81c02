"""HTTP: agencies, users, teams, sessions, keys."""

from fastapi import APIRouter

from gardenos_identity.api import agencies, keys, sessions, teams, users
from gardenos_identity.passwords import Passwords
from gardenos_identity.sessions import SignIn
from gardenos_identity.tokens import Signer


def router(sign_in: SignIn, passwords: Passwords, signer: Signer) -> APIRouter:
    """All routes of the service."""
    routes = APIRouter()
    routes.include_router(keys.router(signer))
    for room in (sessions.router(sign_in), agencies.router(passwords), users.router(passwords), teams.router()):
        routes.include_router(room, prefix="/api/v1")
    return routes
