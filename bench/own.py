"""What a measure has to itself: a PostgreSQL, the leads service's database in it, a worker at its jobs."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from gardenos_chassis.events import EventStore
from gardenos_chassis.jobs import Jobs
from gardenos_chassis.jobs.worker import Worker
from gardenos_chassis.local import EmbeddedPostgres
from gardenos_chassis.migrations import migrate
from gardenos_chassis.sealing.keys import MasterKeys, new_master_key
from gardenos_chassis.tenancy import Database


@asynccontextmanager
async def own_postgres() -> AsyncIterator[EmbeddedPostgres]:
    """A server that is gone afterwards, with all that was in it."""
    folder = Path(tempfile.mkdtemp(prefix="gardenos-bench-"))
    try:
        async with EmbeddedPostgres(folder / "postgres") as postgres:
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def own_leads(pool: int) -> "AsyncIterator[tuple[Database, asyncpg.Connection[asyncpg.Record]]]":
    """The database of leads on a server of its own, that seals; and a connection of the superuser, whom no policy holds."""
    async with own_postgres() as postgres:
        urls = await postgres.ensure_database("leads")
        await migrate("gardenos_leads", urls.owner_url)
        database = Database(urls.app_url, pool=pool, master_keys=MasterKeys.parse(new_master_key()))
        admin = await postgres.server.connect("gardenos_leads")
        try:
            yield database, admin
        finally:
            await admin.close()
            await database.close()


@asynccontextmanager
async def at_work(jobs: Jobs, store: EventStore) -> AsyncIterator[None]:
    """A worker does these jobs meanwhile."""
    working = asyncio.create_task(Worker(jobs, store, "bench").run())
    try:
        yield
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
