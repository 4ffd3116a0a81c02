"""From a commit to its effect in another service, at 100 writes a second, beside a bare produce and consume.

Ours: the leads service commits captured leads, and the reporting service commits what it counts of them; each is a process
of its own with its relay and consumers at work. Bare: one process sends the same bytes by aiokafka with all
acknowledgements, another consumes them. Both on the same broker, in turns; times are the machine's monotonic clock.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.testing.parts import Parts, real_parts

from bench.measure import Measure, percentile, say
from bench.processes import ROOT
from bench.settings import settings_of

RATE = 100
SECONDS = 5.0
ROUNDS = 6
PATIENCE_SECONDS = 60

_SERVICES = ("leads", "reporting")


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `commit_to_effect` as its median, 95th and 99th percentile."""
    say(f"commit to effect: {RATE} writes a second, {ROUNDS} rounds of {SECONDS:g} s")
    async with real_parts() as parts, AsyncExitStack() as stack:
        environment = await _environment(parts)
        ours = (
            await stack.enter_async_context(_process("commits", environment)),
            await stack.enter_async_context(_process("effects", environment)),
        )
        bare = (
            await stack.enter_async_context(_process("produces", environment)),
            await stack.enter_async_context(_process("consumes", environment)),
        )
        taken: dict[str, list[float]] = {"ours": [], "bare": []}
        for number in range(ROUNDS + 1):
            for who, (sender, receiver) in {"ours": ours, "bare": bare}.items():
                seconds = await _burst(sender, receiver)
                # The first round warms up.
                taken[who] += seconds if number else []
            if not number:
                await _analyze(parts)
            else:
                said = {who: f"p95 {percentile(times, 95):.1f} ms" for who, times in taken.items()}
                say(f"  round {number} of {ROUNDS}: {said}")
    for part in (50, 95, 99):
        baseline = f"aiokafka produce and consume, p{part}"
        report(
            Measure(
                f"commit_to_effect_p{part}",
                percentile(taken["ours"], part),
                "ms",
                percentile(taken["bare"], part),
                baseline,
            )
        )


async def _analyze(parts: Parts) -> None:
    """What PostgreSQL does by itself within a minute: until then it has plans for tables that are empty."""
    for service in _SERVICES:
        database = await parts.postgres.server.connect(f"gardenos_{service}")
        await database.execute("analyze")
        await database.close()


async def _burst(sender: asyncio.subprocess.Process, receiver: asyncio.subprocess.Process) -> list[float]:
    """Seconds from each sending to its arrival."""
    assert sender.stdin is not None
    sender.stdin.write(b"go\n")
    await sender.stdin.drain()
    async with asyncio.timeout(PATIENCE_SECONDS):
        sent: dict[str, float] = json.loads(await _line(sender))
        arrived: dict[str, float] = {}
        while sent.keys() - arrived.keys():
            arrived |= json.loads(await _line(receiver))
    return [arrived[id] - at for id, at in sent.items()]


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("a process of the measurement ended; what it said stands above")
    return line


@asynccontextmanager
async def _process(role: str, environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.effect_process", role,
        env=dict(environment), cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**24,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await _line(process) == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _environment(parts: Parts) -> dict[str, str]:
    ports = {service: free_port() for service in _SERVICES}
    environment = {"PATH": os.environ["PATH"], "BENCH_RATE": str(RATE), "BENCH_SECONDS": str(SECONDS)}
    environment["BENCH_TOPIC"] = f"bench.{new_id()}"
    environment["GARDENOS_LEADS_URL"] = f"http://127.0.0.1:{ports['leads']}"
    for service, port in ports.items():
        environment |= await settings_of(parts, service, port)
    return environment
