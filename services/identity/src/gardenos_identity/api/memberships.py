"""One person in several agencies: which they are, going from one to another, and joining one more by the same login."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Conflict, Forbidden, NotFound
from gardenos_chassis.http import caller, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Proxies

from gardenos_identity import queries, shapes, user
from gardenos_identity.api.bodies import Strict
from gardenos_identity.api.invitations import Token, acting_by_ticket, by_ticket, forget_secret
from gardenos_identity.api.sessions import session_of
from gardenos_identity.api.users import refuse_taken_address
from gardenos_identity.invitation import NOT_GOOD
from gardenos_identity.sessions import VOUCHED_HERE_ALONE, SignIn
from gardenos_identity.signing_in import logins
from gardenos_identity.signing_in.logins import Membership
from gardenos_identity.signing_in.tickets import Ticket

Asker = Annotated[Caller, Depends(caller)]


class Switch(Strict):
    """Where to."""

    agency_id: UUID


def router(sign_in: SignIn, proxies: Proxies) -> APIRouter:
    """Routes that reach from one agency of a person's into another."""
    routes = APIRouter()
    database = sign_in.database

    @routes.get("/users/me/agencies", tags=["account"], responses={200: {"model": Page[shapes.OwnAgency]}})
    async def list_my_agencies(caller: Asker) -> Response:
        """The agencies that the caller's login opens, by name; without those where they were deactivated."""
        caller.require_person()
        caller.require_person()
        async with database.transaction(caller.agency_id) as session:
            found = await sign_in.agencies(session, caller.agency_id, caller.user_id, session_of(caller))
        return json_response({"items": found, "next_cursor": None})

    @routes.post("/sessions/switch", status_code=201, tags=["sessions"], responses={201: {"model": shapes.Session}})
    async def switch_agency(body: Switch, request: Request, caller: Asker) -> Response:
        """Goes on in another agency that the caller's login opens: this session ends, and one there begins.

        The second factor is not asked for again. An agency in which the caller is not is as one that is not there.
        """
        origin = proxies.origin_of(request)
        answer = await sign_in.switch(caller.agency_id, caller.user_id, _own(caller), body.agency_id, origin)
        return json_response(answer, 201)

    @routes.post("/invitations/join", status_code=201, tags=["invitations"], responses={201: {"model": shapes.Me}})
    async def join_by_login(body: Token, request: Request, caller: Asker) -> Response:
        """Who is signed in accepts an invitation to their own address: no second password. They stay where they are."""
        ticket = Ticket.parse(body.token, NotFound(NOT_GOOD))
        async with database.transaction(caller.agency_id) as session:
            if not await sign_in.is_by_password(session, caller.user_id, _own(caller)):
                raise Forbidden(VOUCHED_HERE_ALONE)
            home = await logins.home_of(session, caller.agency_id, caller.user_id)
            address = await logins.address_of(session, caller.user_id)
            name = (await queries.user(session, caller.user_id))["name"]
        joined = Membership(ticket.agency_id, new_id())
        async with acting_by_ticket(request, ticket, joined.user_id) as work:
            found, version = await by_ticket(work, ticket)
            if found.email != address:
                raise Conflict(f"this invitation is for {found.email}; you are signed in as {address}")
            await refuse_taken_address(work, found.email)
            work.record(found.id, version, found.accept(joined.user_id, datetime.now(UTC)))
            await forget_secret(work.session, found.id)
            joins = user.join(
                joined.user_id, name=name, email=found.email, role=found.role, team_ids=sorted(found.team_ids)
            )
            work.record(joined.user_id, 0, joins)
            await logins.add_membership(work.session, joined, home, found.email)
            await work.flush()
            answer = {
                "user": await queries.user(work.session, joined.user_id),
                "agency": await queries.agency(work.session),
            }
        return json_response(answer, 201)

    return routes


def _own(caller: Caller) -> UUID:
    """The session of a person who signed in. Raises Forbidden for whatever else may call."""
    caller.require_person()
    found = session_of(caller)
    if found is None:
        raise Forbidden("only a person who has signed in may do this")
    return found
