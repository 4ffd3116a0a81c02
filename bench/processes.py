"""Processes that a measurement starts, and ends."""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent


@asynccontextmanager
async def serving(
    *words: str, environment: Mapping[str, str], answers_at: str, within: float = 60
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python program (`-m gardenos_leads`) at work once this address answers 200, until the context ends.

    Raises RuntimeError with what it said if it ends before, or takes longer than `within` seconds.
    """
    with tempfile.TemporaryFile() as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *words, env=dict(environment), cwd=ROOT, stdout=said, stderr=said
        )
        try:
            deadline = time.monotonic() + within
            while not await _answers(answers_at):
                if process.returncode is not None or time.monotonic() > deadline:
                    said.seek(0)
                    raise RuntimeError(f"{' '.join(words)} did not start:\n{said.read().decode()[-3000:]}")
                await asyncio.sleep(0.1)
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 30)
            if process.returncode is None:
                process.kill()
                await process.wait()


def serving_leads(
    environment: Mapping[str, str], port: int, module: str = "gardenos_leads"
) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    """The leads service as it is deployed, at this port, once it takes requests."""
    ready = f"http://127.0.0.1:{port}/readyz?traffic=true"
    return serving("-m", module, environment={**environment, "GARDENOS_LEADS_PORT": str(port)}, answers_at=ready)


def serving_bare(
    app: str, database_url: str, port: int, path: str, **environment: str
) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    """A bare app (`bench.bare_list:app`) beside it, once it answers this path."""
    words = ("-m", "uvicorn", app, "--port", str(port), "--no-access-log", "--log-level", "warning")
    known = {"PATH": os.environ["PATH"], "DATABASE_URL": database_url.replace("+asyncpg", "")}
    return serving(*words, environment=known | environment, answers_at=f"http://127.0.0.1:{port}{path}")


async def _answers(address: str) -> bool:
    try:
        async with httpx.AsyncClient() as http:
            return (await http.get(address)).status_code == 200
    except httpx.HTTPError:
        return False
