"""One run: load and faults together, then healing, then the verdict, and what was poison is taken after all."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from chaos.field import Field, Say, field_of
from chaos.ledger import fates, read
from chaos.load import AGENCIES, AT_WORK, register
from chaos.schedule import KINDS, strikes
from chaos.verdict import Truth, Verdict


async def run(folder: Path, *, seed: int, seconds: float, say: Say, heal_within: float = 300) -> Verdict:
    """Strikes for so many seconds, heals, and looks. Raises AssertionError where it does not heal in time."""
    say(f"chaos: {seconds:.0f} s of faults, seed {seed}; again: make chaos SEED={seed} SECONDS={seconds:.0f}")
    async with field_of(folder, seed, say) as field:
        try:
            return await _run(field, seed, seconds, say, heal_within)
        except BaseException:
            say(field.last_words())
            raise


async def _nothing_left(
    look: Callable[[], Awaitable[list[str]]], what: str, since: float, within: float, say: Say
) -> None:
    """Waits until a look finds nothing more, and tells now and then what it finds. Raises AssertionError."""
    told = time.monotonic()
    while left := await look():
        now = time.monotonic()
        if now > since + within:
            raise AssertionError(f"{what}: not within {within:.0f} s: {left}")
        if now > told + 5:
            told = now
            say(f"  after {now - since:.0f} s: {'; '.join(left)}")
        await asyncio.sleep(0.05)
    say(f"from broker back to {what}: {time.monotonic() - since:.2f} s")


async def _run(field: Field, seed: int, seconds: float, say: Say, heal_within: float) -> Verdict:
    truth = Truth(field)
    async with httpx.AsyncClient(timeout=60) as http:
        for number in range(AGENCIES):
            await register(http, field.platform.route("/api/v1/agencies"), number)
    await field.platform.launch("load")
    say(f"{AGENCIES} agencies with {AT_WORK} people each are at work")
    await field.strike_all(strikes(seed, seconds))
    say("healing: all runs again but the broker, and people go on for a while")
    await field.kill_broker()
    await field.heal_services()
    await asyncio.sleep(3)
    await field.end("load")
    await field.start_broker()
    back = time.monotonic()
    ledger = read(field.ledger)
    await truth.open()
    try:
        say(f"asked: {dict(fates(ledger))}; left when the broker is back: {'; '.join(await truth.lag()) or 'nothing'}")
        await _nothing_left(truth.lag, "last event applied", back, heal_within, say)
        await _nothing_left(field.ailing, "every service ready", back, heal_within, say)
        verdict = await truth.verdict(ledger)
        await field.mend_witness()
        await truth.after_redrive(await field.redrive(), verdict)
    finally:
        await truth.close()
    struck = ", ".join(f"{kind} {field.struck[kind]}" for kind in KINDS)
    say(
        f"faults     {struck}; {field.swallowed} answers to COMMIT swallowed, {field.refused} statements refused by a full"
        f" disk, which the database has given up for {field.given_up} times"
    )
    verdict.tried = {*field.struck, *field.left_out}
    for kind, why in sorted(field.left_out.items()):
        say(f"LEFT OUT   {kind}: {why}")
    say(str(verdict))
    for fault in verdict.faults[:50]:
        say(f"FAULT      {fault}")
    if verdict.faults:
        say(field.last_words())
    return verdict
