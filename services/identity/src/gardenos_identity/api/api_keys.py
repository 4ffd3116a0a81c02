"""`/api/v1/api-keys`. Everybody keeps keys of their own; owners and admins see and revoke all. No key keeps keys."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.api_keys import ShownKey
from gardenos_chassis.auth.permissions import KEEP_KEYS, Scope
from gardenos_chassis.errors import NotFound, Unauthorized
from gardenos_chassis.events import Changed
from gardenos_chassis.http import OwnWriter, Reader, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Proxies
from pydantic import Field
from sqlalchemy.dialects.postgresql import insert

from gardenos_identity.api.bodies import Name, Strict
from gardenos_identity.api_keys import key, queries, shapes
from gardenos_identity.api_keys.exchange import Desk
from gardenos_identity.api_keys.tables import api_key_secrets
from gardenos_identity.changing import present

_NONE = "there is no such API key in your agency"
_SHOW_ONE = "show an API key: Authorization: Bearer gos_…, or as client_secret of a client_credentials grant"


class MakeApiKey(Strict):
    """A key for a program."""

    name: Name
    scopes: Annotated[list[str], Field(min_length=1, max_length=50)]
    """Names of permissions that the maker has: `records:read`."""
    expires_in_days: Annotated[int, Field(ge=1)] | None = key.DAYS
    """At most a year. Null: it does not expire; for owners."""


def router(desk: Desk, proxies: Proxies) -> APIRouter:
    """Routes under `/api-keys`."""
    routes = APIRouter(prefix="/api-keys", tags=["api keys"])

    @routes.get("", responses={200: {"model": Page[shapes.ApiKey]}})
    async def list_api_keys(reading: Reader) -> Response:
        """The caller's keys, those that are over among them; to owners and admins everybody's. The last made first."""
        caller = reading.caller
        caller.require(KEEP_KEYS)
        found = await queries.keys(reading.session, made_by=None if _keeps_all(caller) else caller.user_id)
        return json_response({"items": found, "next_cursor": None})

    @routes.post("", status_code=201, responses={201: {"model": shapes.MadeApiKey}})
    async def make_api_key(body: MakeApiKey, writing: OwnWriter) -> Response:
        """A key, which this answer shows and nothing ever shows again.

        It may what its scopes name of what its maker may at the time: when the maker may less, so may it at once.
        """
        caller = writing.caller
        caller.require(KEEP_KEYS)
        caller.require_confirmed()
        async with writing.unit_of_work() as work:
            made = await work.earlier_outcome()
            if made is None:
                id = new_id()
                events = key.make(
                    id, name=body.name, scopes=body.scopes, by=caller.user_id, role=caller.role,
                    days=body.expires_in_days, now=datetime.now(UTC),
                )  # fmt: skip
                made = Changed(id, work.record(id, 0, events))
                await work.settle(made)
                await work.flush()
            # Whoever asks again never got the answer: the secret that was lost is good no more.
            shown = ShownKey.new(caller.agency_id, made.id)
            row = {"agency_id": caller.agency_id, "key_id": made.id, "secret_hash": shown.hash}
            kept = insert(api_key_secrets).values(row)
            again = {"secret_hash": shown.hash}
            await work.session.execute(kept.on_conflict_do_update(index_elements=["agency_id", "key_id"], set_=again))
            answer = await queries.key(work.session, made.id)
        location = f"/api/v1/api-keys/{made.id}"
        return json_response({**answer, "key": str(shown)}, 201, etag=answer["version"], location=location)

    @routes.post("/tokens", responses={200: {"model": shapes.AccessToken}})
    async def exchange_api_key(
        request: Request,
        grant_type: Annotated[Literal["client_credentials"] | None, Form()] = None,
        client_id: Annotated[str | None, Form(max_length=200)] = None,
        client_secret: Annotated[str | None, Form(max_length=200)] = None,
    ) -> Response:
        """An access token for a key: shown as a bearer token, or as the secret of an OAuth 2.0 client credentials grant.

        It is good for ten minutes, and never longer than the key. `client_id` is not looked at: the key names itself.
        """
        given = client_secret if client_secret is not None else _shown_in(request.headers.get("authorization", ""))
        answer = await desk.token_for(given, proxies.origin_of(request))
        found = json_response(answer)
        # RFC 6749, 5.1.
        found.headers["cache-control"] = "no-store"
        return found

    @routes.get("/{api_key_id}", responses={200: {"model": shapes.ApiKey}})
    async def show_api_key(api_key_id: UUID, reading: Reader) -> Response:
        """One key, whatever became of it: the caller's own, or for owners and admins anybody's."""
        reading.caller.require(KEEP_KEYS)
        found = await queries.key(reading.session, api_key_id)
        _require_kept(reading.caller, found["made_by"])
        return json_response(found, etag=found["version"])

    @routes.delete("/{api_key_id}", status_code=204)
    async def revoke_api_key(api_key_id: UUID, writing: OwnWriter) -> Response:
        """It is good for nothing any more, in every service within two seconds."""
        writing.caller.require(KEEP_KEYS)
        async with writing.unit_of_work() as work:
            found, version = await present(work, api_key_id, key.evolve, "API key")
            _require_kept(writing.caller, found.made_by)
            work.record(api_key_id, version, found.revoke())
        return Response(status_code=204)

    return routes


def _keeps_all(caller: Caller) -> bool:
    return caller.scope_of(KEEP_KEYS) is Scope.AGENCY


def _require_kept(caller: Caller, made_by: UUID) -> None:
    if not _keeps_all(caller) and made_by != caller.user_id:
        raise NotFound(_NONE)


def _shown_in(header: str) -> str:
    """The key in an Authorization header: a bearer token, or the password of Basic authentication."""
    scheme, _, said = header.partition(" ")
    if scheme.lower() == "bearer" and said.strip():
        return said.strip()
    if scheme.lower() == "basic":
        try:
            _, colon, password = base64.b64decode(said, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            colon = password = ""
        if colon:
            return password
    raise Unauthorized(_SHOW_ONE)
