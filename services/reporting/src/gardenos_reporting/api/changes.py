"""`/api/v1/changes`."""

import time
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Forbidden, Unauthorized
from gardenos_chassis.events.faults import is_transient
from gardenos_chassis.http import caller
from gardenos_chassis.service import Service

from gardenos_reporting.api import shapes
from gardenos_reporting.api.event_stream import HEARTBEAT, EventStream, frame
from gardenos_reporting.changes import Hub, Placed, Stale

LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", description="The last `id` that was heard")]
After = Annotated[str | None, Query(description="As `Last-Event-ID`, which goes before it")]

_NOWHERE = -1
"""A position that was never any."""


def changes_router(hub: Hub, *, heartbeat_seconds: float) -> APIRouter:
    """The one route of live changes."""
    router = APIRouter(prefix="/api/v1/changes", tags=["changes"])

    @router.get("", status_code=200, response_class=EventStream, responses={200: {"model": shapes.Change}})
    async def follow_changes(
        request: Request,
        who: Annotated[Caller, Depends(caller)],
        last_event_id: LastEventId = None,
        after: After = None,
    ) -> EventStream:
        """Changes of records in the caller's scope as they happen, as server-sent events.

        The data of an unnamed event is a change. `event: ready` begins the stream, and tells where. `event: resync`
        begins it instead where what was missed cannot be told any more: read again what you show. `event: expired`
        ends it with the access token: come back with a new one and the last `id`.
        """
        service: Service = request.app.state.service
        seconds = max(0.0, who.expires_at - time.time())
        given = last_event_id if last_event_id is not None else after
        frames = _frames(hub, service, who, _position(given), heartbeat_seconds)
        return EventStream(frames, seconds=seconds)

    return router


def _position(given: str | None) -> int | None:
    if given is None:
        return None
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else _NOWHERE


async def _frames(
    hub: Hub, service: Service, who: Caller, after: int | None, heartbeat: float
) -> AsyncGenerator[bytes]:
    async def now(caller: Caller) -> Caller:
        return caller if service.standings is None else await service.standings.now(service.database, caller)

    hello = "ready"
    while True:
        try:
            async with hub.follow(service.database, who, after, now=now) as follower:
                yield frame({"position": follower.position}, id=follower.position, event=hello)
                while (left := who.expires_at - time.time()) > 0:
                    try:
                        heard = await follower.next(within=min(heartbeat, left))
                    except (Unauthorized, Forbidden):
                        # They were deactivated, or their agency is suspended: when they come back they are told so.
                        break
                    yield b"".join(map(_told, heard)) if heard else HEARTBEAT
                yield frame({"position": follower.position}, id=follower.position, event="expired")
                return
        except Stale:
            after, hello = None, "resync"
        except Exception as fault:
            if not is_transient(fault):
                raise
            # The stream ends, and whoever follows comes back with their position.
            return


def _told(placed: Placed) -> bytes:
    change = placed.change
    told = {
        "resource": change.resource.value,
        "id": change.id,
        "version": change.version,
        "person_id": change.person_id,
        "lead_id": change.lead_id,
        "client_id": change.client_id,
        "type": change.type,
        "actor": change.actor,
        "sequence": change.sequence,
    }
    return frame(told, id=placed.position)
