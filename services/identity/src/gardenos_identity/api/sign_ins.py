"""Who signed in to an account, and who was not let in."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.audit.accesses import lists
from gardenos_chassis.auth.permissions import LOOK_INTO_AUDIT
from gardenos_chassis.http import Reader, json_response
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page, Shape

from gardenos_identity import queries
from gardenos_identity.signing_in import history
from gardenos_identity.signing_in.history import Outcome


class SignInTry(Shape):
    """Somebody who signed in, or was not let in."""

    id: UUID
    """Of one that was refused, its entry's in the audit trail."""
    at: datetime
    outcome: Outcome
    device: str
    """In a few words: `Firefox on Windows`."""
    address: str
    session_id: UUID | None
    """Of who was let in."""


def router() -> APIRouter:
    """The route under `/users`."""
    routes = APIRouter()

    @routes.get(
        "/users/{user_id}/sign-ins",
        tags=["users"],
        responses={200: {"model": Page[SignInTry]}},
        openapi_extra=lists("sign-ins", "user_id"),
    )
    async def list_sign_ins(user_id: UUID, reading: Reader, limit: Limit = 20, cursor: CursorParam = None) -> Response:
        """Who signed in to an account and who was not let in, the last first; kept for ninety days.

        Of one's own account; of others' for owners, admins and auditors.
        """
        reading.caller.require_person()
        if user_id != reading.caller.user_id:
            reading.caller.require(LOOK_INTO_AUDIT)
        await queries.user(reading.session, user_id)
        return json_response(await history.recent(reading.session, user_id, cursor, limit))

    return routes
