"""From a vendor's post to the screen of the agent to whom a rule gives the lead, with each service a process.

Posts come at the pace of a busy agency. The agent's list follows the live changes, as the web client does: it asks again
when a lead changed, one request at a time. The clock runs from when a post is sent until an answer of that list holds its
lead, which is the agent's by then: captured, assigned, published, heard and fetched.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing.parts import real_parts

from bench.capture import vendors_post
from bench.measure import Measure, percentile, say
from bench.people import agency, email, person, post, signed_in
from bench.platform import Running, platform

POSTS = 200
A_SECOND = 5
WARM_UP = 10
PATIENCE_SECONDS = 60
PROMISED_MILLISECONDS = 1000.0


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `post_to_screen_p50` and `_p95`. Raises TimeoutError where a lead never came."""
    say(f"from a vendor's post to the agent's screen: {POSTS} posts, {A_SECOND} a second")
    async with (
        real_parts() as parts,
        platform(parts, own_tokens=True) as running,
        httpx.AsyncClient(timeout=60) as http,
    ):
        owner = await agency(running, http)
        agent_id = await person(running, http, owner, 0, "agent")
        agent = await signed_in(running, http, email(0))
        leads = running.address("leads")
        await _given_to(http, leads, owner, agent_id)
        source = {"name": "QuoteHub", "kind": "vendor", "cost": {"minor": 1500}}
        made = await post(http, f"{leads}/api/v1/lead-sources", owner, source)
        screen = Screen(running, http, agent, agent_id)
        following = asyncio.create_task(screen.follow())
        try:
            await screen.live.wait()
            times = await _posted(http, f"{leads}/api/v1/lead-posts/{made['address']}", screen)
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
    for part in (50, 95):
        promise = "the promise: one second"
        report(Measure(f"post_to_screen_p{part}", percentile(times, part), "ms", PROMISED_MILLISECONDS, promise))


class Screen:
    """The agent's list of leads, kept up to date by live changes."""

    def __init__(self, running: Running, http: httpx.AsyncClient, headers: dict[str, str], agent_id: str) -> None:
        self._changes = f"{running.address('reporting')}/api/v1/changes"
        self._list = f"{running.address('leads')}/api/v1/leads?owner_id={agent_id}&limit=50"
        self._http = http
        self._headers = headers
        self._shown: dict[str, asyncio.Future[float]] = {}
        self.live = asyncio.Event()

    def awaited(self, address: str) -> asyncio.Future[float]:
        """When the lead with this email address is on the screen, by `time.perf_counter`."""
        return self._shown.setdefault(address, asyncio.get_running_loop().create_future())

    async def follow(self) -> None:
        """Until it is cancelled."""
        changed = asyncio.Event()
        asking = asyncio.create_task(self._ask(changed))
        try:
            async with self._http.stream("GET", self._changes, headers=self._headers, timeout=None) as stream:
                stream.raise_for_status()
                async for line in stream.aiter_lines():
                    self.live.set()
                    if line.startswith("data:"):
                        changed.set()
        finally:
            asking.cancel()

    async def _ask(self, changed: asyncio.Event) -> None:
        while await changed.wait():
            changed.clear()
            answer = await self._http.get(self._list, headers=self._headers)
            answer.raise_for_status()
            now = time.perf_counter()
            for lead in answer.json()["items"]:
                shown = self._shown.get(lead["email"])
                if shown is not None and not shown.done():
                    shown.set_result(now)


async def _given_to(http: httpx.AsyncClient, leads: str, owner: dict[str, str], agent_id: str) -> None:
    """Every lead goes to this agent, by a rule. Leads hears of the agent a moment after identity."""
    rule = {"rule_id": str(new_id()), "name": "Everything", "seats": [{"user_id": agent_id}]}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (  # noqa: ASYNC110 - only asking tells
            kept := await http.put(f"{leads}/api/v1/lead-assignment/draft", headers=owner, json={"rules": [rule]})
        ).status_code == 422:
            await asyncio.sleep(0.05)
    kept.raise_for_status()
    (await http.put(f"{leads}/api/v1/lead-assignment/in-force", headers=owner)).raise_for_status()


async def _posted(http: httpx.AsyncClient, where: str, screen: Screen) -> list[float]:
    """Seconds from each post to the screen."""

    async def one(id: str) -> float:
        shown = screen.awaited(f"{id}@example.com")
        sent = time.perf_counter()
        answer = await http.post(where, json=vendors_post(id))
        answer.raise_for_status()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await shown - sent

    for _ in range(WARM_UP):
        await one(secrets.token_hex(8))
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as posts:
        sent = []
        for number in range(POSTS):
            await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
            sent.append(posts.create_task(one(secrets.token_hex(8))))
    return [each.result() for each in sent]
