"""A service's event feed: what a consumer asks when the broker has forgotten, and the answer to it."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import httpx
import orjson
from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import Response
from gardenos_contracts import Message
from sqlalchemy import text

from gardenos_chassis.errors import Unauthorized
from gardenos_chassis.events.store import read_after
from gardenos_chassis.http.responses import json_response
from gardenos_chassis.tenancy import Database

_HEADS = text(
    "select agency_id, head from agency_heads where agency_id = coalesce(cast(:agency_id as uuid), agency_id)"
)


@dataclass(frozen=True, slots=True)
class FeedClient:
    """Asks a source's feed."""

    http: httpx.AsyncClient
    base_url: str
    token: str

    async def after(self, agency_id: UUID, sequence: int, limit: int) -> list[Message]:
        """An agency's events that follow on a sequence, in order and without gap; empty if there are none.

        Raises httpx.HTTPError while the source is away, ValueError for an answer that is no page of the agency's events.
        What is right before something that is wrong is given.
        """
        answer = await self._get(
            "/internal/v1/events", {"agency_id": str(agency_id), "after": sequence, "limit": limit}
        )
        found: list[Message] = []
        for event in answer["items"]:
            try:
                message = Message.from_json(event)
                if (message.agency_id, message.sequence) != (agency_id, sequence + len(found) + 1):
                    raise ValueError("an event out of its place")
            except ValueError:
                if found:
                    return found
                raise
            found.append(message)
        return found

    async def heads(self) -> dict[UUID, int]:
        """The last sequence of every agency. Raises httpx.HTTPError while the source is away."""
        return {UUID(agency): head for agency, head in (await self._get("/internal/v1/heads", {}))["heads"].items()}

    async def head(self, agency_id: UUID) -> int:
        """The last sequence of one agency, 0 if there is none. Raises httpx.HTTPError while the source is away."""
        heads: dict[str, int] = (await self._get("/internal/v1/heads", {"agency_id": str(agency_id)}))["heads"]
        return heads.get(str(agency_id), 0)

    async def _get(self, path: str, params: dict[str, str | int]) -> dict[str, Any]:
        answer = await self.http.get(
            self.base_url + path, params=params, headers={"Authorization": f"Bearer {self.token}"}, timeout=30
        )
        answer.raise_for_status()
        body: dict[str, Any] = orjson.loads(answer.content)
        return body


def internal_only(token: str) -> Callable[[str], None]:
    """A dependency that refuses whoever does not show the internal token."""

    def internal(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise Unauthorized("this is for GardenOS services; show the internal token")

    return internal


def feed_router(database: Database, token: str) -> APIRouter:
    """The routes that serve a store to other services, which show the internal token."""
    router = APIRouter(prefix="/internal/v1", dependencies=[Depends(internal_only(token))], include_in_schema=False)

    @router.get("/events")
    async def events(
        agency_id: UUID, after: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 500
    ) -> Response:
        async with database.transaction(agency_id) as session:
            found = await read_after(session, after, limit)
        # What is JSON already goes out as it is.
        items = [{**message.attributes(), "data": orjson.Fragment(message.data)} for message in found]
        return json_response({"items": items})

    @router.get("/heads")
    async def heads(agency_id: UUID | None = None) -> Response:
        async with database.across() as session:
            rows = await session.execute(_HEADS, {"agency_id": agency_id})
            return json_response({"heads": {str(row.agency_id): row.head for row in rows}})

    return router
