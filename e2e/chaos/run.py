"""One run: load and faults together, then healing, then the verdict."""

import asyncio
import random
import time
from pathlib import Path

import httpx
from gardenos_chassis.testing import eventually

from chaos.field import EVERYBODY, Field, Say, field_of
from chaos.load import Agency, Command, fates
from chaos.schedule import KINDS, strikes
from chaos.verdict import Truth, Verdict

_AGENCIES = 3
_AT_WORK = 2
"""People of each agency."""
_PAUSE_SECONDS = 0.3
"""Between one command of a person and the next."""


async def run(folder: Path, *, seed: int, seconds: float, say: Say, heal_within: float = 300) -> Verdict:
    """Strikes for so many seconds, heals, and looks. Raises AssertionError where it does not heal in time."""
    say(f"chaos: {seconds:.0f} s of faults, seed {seed}; again: make chaos SEED={seed} SECONDS={seconds:.0f}")
    async with field_of(folder, say) as field:
        try:
            return await _run(field, seed, seconds, say, heal_within)
        except BaseException:
            say(field.last_words())
            raise


async def _run(field: Field, seed: int, seconds: float, say: Say, heal_within: float) -> Verdict:
    ledger: list[Command] = []
    over = asyncio.Event()
    truth = Truth(field)
    async with httpx.AsyncClient(timeout=5, limits=httpx.Limits(max_keepalive_connections=0)) as http:
        agencies = [Agency(field.platform, http, number, ledger) for number in range(_AGENCIES)]
        for agency in agencies:
            await agency.open()
        say(f"{_AGENCIES} agencies with {_AT_WORK} people each are at work")
        people = [
            asyncio.create_task(agency.work(random.Random(f"{seed} {place} {number}"), over, _PAUSE_SECONDS))
            for number, agency in enumerate(agencies)
            for place in range(_AT_WORK)
        ]
        await field.strike_all(strikes(seed, seconds))
        say("healing: all runs again but the broker, and people go on for a while")
        await field.kill_broker()
        await field.heal_services()
        await asyncio.sleep(3)
        over.set()
        await asyncio.gather(*people)
        await field.start_broker()
    back = time.monotonic()
    await truth.open()
    try:
        say(f"asked: {dict(fates(ledger))}; left when the broker is back: {'; '.join(await truth.lag()) or 'nothing'}")

        told = back

        async def nothing_left() -> bool:
            nonlocal told
            left = await truth.lag()
            if left and time.monotonic() - told > 5:
                told = time.monotonic()
                say(f"  after {told - back:.0f} s: {'; '.join(left)}")
            return not left

        try:
            await eventually(nothing_left, within=heal_within, what="outbox and lag 0")
        except AssertionError as stuck:
            raise AssertionError(f"{stuck}: {await truth.lag()}") from stuck
        say(f"from broker back to last event applied: {time.monotonic() - back:.2f} s")

        async def all_ready() -> bool:
            return all([await field.platform.ready(service) for service in EVERYBODY])

        await eventually(all_ready, within=heal_within, what="every service ready")
        say(f"from broker back to every service ready: {time.monotonic() - back:.2f} s")
        verdict = await truth.verdict(ledger)
    finally:
        await truth.close()
    struck = ", ".join(f"{kind} {field.struck[kind]}" for kind in KINDS)
    swallowed = sum(proxy.swallowed for proxy in field.proxies.values())
    say(f"faults     {struck}; {swallowed} answers to COMMIT swallowed")
    for kind in sorted(field.left_out):
        say(f"LEFT OUT   {kind}: this user cannot mount a small disk here (root can)")
    say(str(verdict))
    for fault in verdict.faults[:50]:
        say(f"FAULT      {fault}")
    if verdict.faults:
        say(field.last_words())
    return verdict
