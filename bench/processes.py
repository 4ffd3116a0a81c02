"""Processes that a measurement starts, and ends."""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
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


async def _answers(address: str) -> bool:
    try:
        async with httpx.AsyncClient() as http:
            return (await http.get(address)).status_code == 200
    except httpx.HTTPError:
        return False
