"""What is outside: an HTTP service that honours idempotency keys, and a process that works on jobs that ask it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from fastapi import FastAPI, Header
from gardenos_chassis.events.store import EventStore
from gardenos_chassis.jobs import Job, Jobs
from gardenos_chassis.jobs.worker import Worker
from gardenos_chassis.tenancy import Database
from gardenos_chassis.testing.serving import served


class Outside:
    """Counts what it is asked, and does what has a new key. A held answer is given once `release` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.done: list[str] = []
        self.came = asyncio.Event()
        self.release = asyncio.Event()
        self.url = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Outside"]:
        app = FastAPI()

        @app.post("/effects")
        async def effect(idempotency_key: str = Header()) -> dict[str, bool]:
            self.asked.append(idempotency_key)
            repeated = idempotency_key in self.done
            if not repeated:
                self.done.append(idempotency_key)
            self.came.set()
            await self.release.wait()
            return {"repeated": repeated}

        async with served(app) as address:
            self.url = f"{address}/effects"
            try:
                yield self
            finally:
                self.release.set()


def asking(url: str, kind: str, lease: timedelta = timedelta(seconds=1)) -> Jobs:
    """Jobs of this kind have their effect there."""
    jobs = Jobs(lease=lease)

    @jobs.on(kind)
    async def ask(job: Job) -> None:
        async with httpx.AsyncClient(timeout=60) as http:
            (await http.post(url, headers={"idempotency-key": job.idempotency_key})).raise_for_status()

    return jobs


async def main(database_url: str, url: str, kind: str) -> None:
    await Worker(asking(url, kind), EventStore(Database(database_url)), "outside").run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
