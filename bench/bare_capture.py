"""The baseline of capture: FastAPI, asyncpg, and one insert of what was posted; nothing is read, matched, sealed or told."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import Response


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=20) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_lifespan)


@app.get("/ready")
async def ready() -> Response:
    """Whether it answers."""
    return Response()


@app.post("/posts")
async def post(request: Request) -> Response:
    """Keeps a post."""
    body = (await request.body()).decode()
    pool: asyncpg.Pool[asyncpg.Record] = request.app.state.pool
    async with pool.acquire() as connection:
        await connection.execute("insert into bare_posts (body) values ($1::jsonb)", body)
    return Response(b'{"status":"accepted"}', media_type="application/json")
