"""What signing in costs those who work, and how soon somebody who was deactivated is out, with each service a process.

- `lists_while_signing_in_p95`: the lead list, asked twenty times a second, while twenty people sign in at once; beside the
  same list at rest.
- `revoked_<service>_p50`, `_p95`: from the deactivation's answer to the first request that the service refuses; beside the
  two seconds that are promised.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx
from gardenos_chassis.testing.parts import real_parts

from bench.measure import Measure, all_in_turns, percentile, say
from bench.people import agency, email, person, post, signed_in
from bench.platform import LISTS, Running, platform

PEOPLE = 20
ROUNDS = 10
REST_SECONDS = 2.0
EVERY_SECONDS = 0.05
PATIENCE_SECONDS = 30
PROMISED_MILLISECONDS = 2000.0
LEADS = 500
# To make connections costs who measures more than what is measured.
KEPT = httpx.Limits(max_keepalive_connections=100, keepalive_expiry=600)


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `lists_while_signing_in_p95`, then `revoked_<service>_p50` and `_p95`."""
    say(f"signing in: {PEOPLE} people at once, {ROUNDS} rounds")
    async with (
        real_parts() as parts,
        platform(parts, own_tokens=True) as running,
        httpx.AsyncClient(timeout=60) as http,
    ):
        owner = await agency(running, http)
        people = [await person(running, http, owner, number, "manager") for number in range(PEOPLE)]
        for number in range(LEADS):
            lead = {"name": {"given": "Maria", "family": f"Delgado {number}"}, "email": f"m{number}@example.com"}
            await post(http, f"{running.address('leads')}/api/v1/leads", owner, lead)
        await _lists(report, running, http, owner)
        await _revoked(report, running, http, owner, people)


async def _lists(
    report: Callable[[Measure], None], running: Running, http: httpx.AsyncClient, owner: dict[str, str]
) -> None:
    address = f"{running.address('leads')}{LISTS['leads']}?limit=50"

    async def asked(ended: Callable[[], bool]) -> list[float]:
        """Seconds of each answer, asked by the clock."""
        taken: list[float] = []

        async def one() -> None:
            began = time.perf_counter()
            (await http.get(address, headers=owner)).raise_for_status()
            taken.append(time.perf_counter() - began)

        async with asyncio.TaskGroup() as tasks:
            while not ended():
                tasks.create_task(one())
                await asyncio.sleep(EVERY_SECONDS)
        return taken

    async def at_rest() -> list[float]:
        until = time.perf_counter() + REST_SECONDS
        return await asked(lambda: time.perf_counter() > until)

    async def while_signing_in() -> list[float]:
        signing_in = asyncio.gather(*(signed_in(running, http, email(number)) for number in range(PEOPLE)))
        taken = await asked(signing_in.done)
        await signing_in
        return taken

    found = await all_in_turns(
        {"while signing in": while_signing_in, "at rest": at_rest}, rounds=ROUNDS, told=lambda all: f"{len(all)} lists"
    )
    busy, rest = ([seconds for all in found[who] for seconds in all] for who in ("while signing in", "at rest"))
    report(
        Measure("lists_while_signing_in_p95", percentile(busy, 95), "ms", percentile(rest, 95), "the same at rest, p95")
    )


async def _revoked(
    report: Callable[[Measure], None],
    running: Running,
    http: httpx.AsyncClient,
    owner: dict[str, str],
    people: list[str],
) -> None:
    taken: dict[str, list[float]] = {service: [] for service in LISTS}
    for number, user_id in enumerate(people):
        theirs = await signed_in(running, http, email(number))

        async def status(service: str, theirs: dict[str, str] = theirs) -> int:
            return (await http.get(running.address(service) + LISTS[service], headers=theirs)).status_code

        for service in LISTS:
            await _until(lambda service=service: status(service), 200)  # type: ignore[misc]
        await post(http, f"{running.address('identity')}/api/v1/users/{user_id}/deactivate", owner, {})
        answered = time.perf_counter()

        async def refused(service: str, since: float = answered) -> None:
            await _until(lambda: status(service), 401)
            taken[service].append(time.perf_counter() - since)

        await asyncio.gather(*(refused(service) for service in LISTS))
    for service, seconds in taken.items():
        for part in (50, 95):
            promise = "the promise: two seconds"
            report(
                Measure(f"revoked_{service}_p{part}", percentile(seconds, part), "ms", PROMISED_MILLISECONDS, promise)
            )


async def _until(asked: Callable[[], Awaitable[int]], status: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await asked() != status:  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.01)
