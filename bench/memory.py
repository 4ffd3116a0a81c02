"""What each service holds in memory, at rest and under load, beside a bare FastAPI and asyncpg app.

Each service is a process of its own, on one PostgreSQL and one broker. Under load, leads are captured all the while, so that
relays and consumers work, and each service is asked for its commonest list over sixteen connections; the most that was
seen counts.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.settings import SERVICES
from gardenos_chassis.testing.parts import Parts, real_parts
from gardenos_contracts.values import Role

from bench.load import get, requests_a_second
from bench.measure import Measure, say
from bench.platform import LISTS, platform
from bench.processes import serving

CONNECTIONS = 16
SECONDS = 4.0


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `memory_<service>_at_rest` and `_under_load`."""
    say(f"memory: six services, {CONNECTIONS} connections for {SECONDS:g} s each")
    async with real_parts() as parts, AsyncExitStack() as stack:
        agency_id = new_id()
        signed = {"authorization": f"Bearer {parts.sources.signer.token(agency_id, new_id(), Role.OWNER)}"}
        running = await stack.enter_async_context(platform(parts))
        ports, pids = running.ports, running.pids
        bare_port = free_port()
        bare = await stack.enter_async_context(_bare(parts, bare_port, agency_id))
        at_rest = {service: _resident(pid) for service, pid in pids.items()}
        bare_at_rest = _resident(bare)
        plain = get(f"/leads?agency_id={agency_id}", {})
        async with _captures(ports["leads"], signed):
            bare_loaded = await _most(bare, bare_port, plain)
            loaded = {
                service: await _most(pids[service], ports[service], get(path, signed))
                for service, path in LISTS.items()
            }
    for service in SERVICES:
        report(_measure(f"memory_{service}_at_rest", at_rest[service], bare_at_rest))
        report(_measure(f"memory_{service}_under_load", loaded[service], bare_loaded))


def _measure(name: str, value: float, baseline: float) -> Measure:
    return Measure(name, value, "MB", baseline, "bare FastAPI, asyncpg, orjson")


def _resident(pid: int) -> float:
    """Megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _most(pid: int, port: int, request: bytes) -> float:
    """The most a process holds while it is asked."""
    asking = asyncio.create_task(requests_a_second(port, [request], connections=CONNECTIONS, seconds=SECONDS))
    most = 0.0
    while not asking.done():
        most = max(most, _resident(pid))
        await asyncio.wait([asking], timeout=0.05)
    await asking
    return most


@asynccontextmanager
async def _captures(port: int, signed: Mapping[str, str]) -> AsyncIterator[None]:
    """Leads are captured one after another until the context ends."""

    async def capture() -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=dict(signed), timeout=30) as http:
            number = 0
            while True:
                number += 1
                body = {"name": {"given": "Maria", "family": f"Delgado {number}"}, "email": f"m{number}@example.com"}
                (await http.post("/api/v1/leads", json=body)).raise_for_status()

    capturing = asyncio.create_task(capture())
    try:
        yield
        if capturing.done():
            capturing.result()
    finally:
        capturing.cancel()
        with suppress(asyncio.CancelledError):
            await capturing


@asynccontextmanager
async def _bare(parts: Parts, port: int, agency_id: object) -> AsyncIterator[int]:
    urls = await parts.database("gardenos_leads")
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": urls.app_url.replace("+asyncpg", "")}
    words = ("-m", "uvicorn", "bench.bare_list:app", "--port", str(port), "--no-access-log", "--log-level", "warning")
    address = f"http://127.0.0.1:{port}/leads?agency_id={agency_id}"
    async with serving(*words, environment=environment, answers_at=address) as process:
        yield process.pid
