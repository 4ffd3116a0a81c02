"""HTTP: agencies, users, invitations, teams, sessions, one's own account, keys."""

from fastapi import APIRouter
from gardenos_chassis.origins import Proxies

from gardenos_identity.api import (
    account,
    agencies,
    agency_settings,
    api_keys,
    dissolving,
    invitations,
    keys,
    memberships,
    sessions,
    sign_ins,
    teams,
    users,
    working,
)
from gardenos_identity.api_keys import Desk
from gardenos_identity.mail import Mail
from gardenos_identity.passwords import Passwords
from gardenos_identity.sessions import SignIn
from gardenos_identity.signing_in.confirming import Confirming
from gardenos_identity.signing_in.passwords_anew import PasswordsAnew
from gardenos_identity.tokens import Signer


def router(
    sign_in: SignIn,
    passwords_anew: PasswordsAnew,
    passwords: Passwords,
    signer: Signer,
    proxies: Proxies,
    mail: Mail,
    desk: Desk,
    *,
    registering: bool,
) -> APIRouter:
    """All routes of the service. `registering`: whether anybody may begin an agency."""
    routes = APIRouter()
    routes.include_router(keys.router(signer))
    for room in (
        sessions.router(sign_in, Confirming(sign_in, passwords_anew), proxies),
        sign_ins.router(),
        memberships.router(sign_in, proxies),
        account.router(passwords_anew, sign_in.second_factor, proxies),
        agencies.router(passwords, registering=registering),
        agency_settings.router(),
        working.router(),
        users.router(passwords, sign_in),
        invitations.router(passwords, mail),
        teams.router(),
        api_keys.router(desk, proxies),
        dissolving.router(),
    ):
        routes.include_router(room, prefix="/api/v1")
    return routes
