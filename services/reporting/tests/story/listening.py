"""A browser that listens to live changes, by a real connection to a real server."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts.values import Role

PATH = "/api/v1/changes"


@dataclass
class Heard:
    """One event of the stream."""

    name: str = "message"
    id: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Listener:
    """A stream that is open."""

    answer: httpx.Response
    lines: AsyncIterator[str]
    comments: int = 0

    async def next(self, *, within: float = 10) -> Heard:
        """The next event. Raises TimeoutError, or StopAsyncIteration at the end."""
        heard = Heard()
        async with asyncio.timeout(within):
            while True:
                line = await anext(self.lines)
                name, _, value = line.partition(": ")
                if line == "" and heard.id is not None:
                    return heard
                if line.startswith(":"):
                    self.comments += 1
                elif name == "event":
                    heard.name = value
                elif name == "id":
                    heard.id = value
                elif name == "data":
                    heard.data = json.loads(value)

    async def until(self, type: str) -> list[Heard]:
        """All events up to the first of this type, it among them."""
        found: list[Heard] = []
        while not found or not found[-1].data.get("type", "").startswith(type):
            found.append(await self.next())
        return found


@dataclass
class Server:
    """The service at an address."""

    running: Running
    address: str

    @asynccontextmanager
    async def listen(
        self,
        agency_id: UUID,
        *,
        role: Role = Role.OWNER,
        user_id: UUID | None = None,
        team_ids: tuple[UUID, ...] = (),
        after: str | None = None,
        query: str = "",
        age: int = 0,
    ) -> AsyncIterator[Listener]:
        """A stream; its first event is still to be heard."""
        token = self.running.sources.signer.token(agency_id, user_id or new_id(), role, team_ids, age=age)
        headers = {"Authorization": f"Bearer {token}"}
        if after is not None:
            headers["Last-Event-ID"] = after
        async with (
            httpx.AsyncClient(base_url=self.address, timeout=30) as http,
            http.stream("GET", PATH + query, headers=headers) as answer,
        ):
            assert answer.status_code == 200
            yield Listener(answer, answer.aiter_lines())


@asynccontextmanager
async def served(running: Running, *, send_buffer: int | None = None) -> AsyncIterator[Server]:
    """The service's app behind a server of its own."""
    # Named as TCP, or asyncio does not turn Nagle's algorithm off for it, and each answer takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if send_buffer is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(running.service.app, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))

    async def started() -> bool:
        return server.started

    await eventually(started, what="the server listens")
    try:
        yield Server(running, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        await serving
        listener.close()
