"""An app behind a real server: what a test stands in for providers, receivers and other services by."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def served(app: ASGIApp, *, leaves_after: int | None = None) -> AsyncIterator[str]:
    """Serves it on a free port until the context ends, and gives the address: `http://host:port`.

    At the end, answers under way are waited for; with `leaves_after` for so many seconds at most.
    """
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=leaves_after)
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        if serving.done():
            serving.result()
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await serving
