"""Vendors' posts: 100 a second, held for a minute, beside a bare insert at the same pace.

Ours is the leads service as it is deployed: its own process, its relay at work beside. Each post is read, mapped, matched with
whom the agency knows, sealed, recorded as a lead and an inquiry, and kept as it came. Posts are sent when they are due, whether
or not those before them were answered, and each is timed from then: a service that falls behind cannot hide it.
"""

import asyncio
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.testing.parts import Parts, real_parts
from gardenos_contracts.values import Role

from bench.measure import Measure, percentile, say
from bench.processes import serving_bare, serving_leads
from bench.settings import settings_of

A_SECOND = 100
SECONDS = int(os.environ.get("GARDENOS_BENCH_CAPTURE_SECONDS", "60"))
WARM_UP_SECONDS = 3


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `capture_p50` and `capture_p95`. Raises AssertionError where a post was refused, or a lead lost."""
    say(f"capture: {A_SECOND} posts a second for {SECONDS} s")
    async with real_parts() as parts:
        urls = await parts.database("gardenos_leads")
        admin = await parts.postgres.server.connect("gardenos_leads")
        try:
            await admin.execute("create table if not exists bare_posts (id bigserial primary key, body jsonb not null)")
            await admin.execute("grant insert on bare_posts to public")
            await admin.execute("grant usage on sequence bare_posts_id_seq to public")
        finally:
            await admin.close()
        ours, bare = free_port(), free_port()
        async with (
            serving_leads(await settings_of(parts, "leads", ours), ours),
            serving_bare("bench.bare_capture:app", urls.app_url, bare, "/ready"),
        ):
            address, count = await _source(parts, f"http://127.0.0.1:{ours}")
            to_us, to_bare = f"http://127.0.0.1:{ours}{address}", f"http://127.0.0.1:{bare}/posts"
            for where in (to_us, to_bare):
                await _held(where, WARM_UP_SECONDS)
            before = await count()
            bare_times, bare_errors = await _held(to_bare, SECONDS)
            times, errors = await _held(to_us, SECONDS)
            captured = await count() - before
    assert not errors, f"of {A_SECOND * SECONDS} posts not all were taken: {dict(errors)}"
    assert captured == A_SECOND * SECONDS, f"{A_SECOND * SECONDS} posts were taken, and {captured} became leads"
    say(f"  {captured} posts, as many leads, no error; the slowest took {max(times) * 1000:.0f} ms")
    if bare_errors:
        say(f"  the bare insert did not take all: {dict(bare_errors)}")
    against = "bare FastAPI and asyncpg, one insert a post"
    for part in (50, 95):
        report(Measure(f"capture_p{part}", percentile(times, part), "ms", percentile(bare_times, part), against))


async def _source(parts: Parts, base: str) -> tuple[str, Callable[[], Any]]:
    """A vendor's address, and how many leads there are by now."""
    agency_id = new_id()
    headers = {"authorization": f"Bearer {parts.sources.signer.token(agency_id, new_id(), Role.OWNER)}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as http:
        made = await http.post(
            "/api/v1/lead-sources", json={"name": "QuoteHub", "kind": "vendor", "cost": {"minor": 1500}}
        )
        made.raise_for_status()

    async def count() -> int:
        admin = await parts.postgres.server.connect("gardenos_leads")
        try:
            found: int = await admin.fetchval("select count(*) from leads where agency_id = $1", agency_id)
            return found
        finally:
            await admin.close()

    return f"/api/v1/lead-posts/{made.json()['address']}", count


async def _held(where: str, seconds: int) -> tuple[list[float], Counter[str]]:
    """Posts at the pace for so long: how many seconds each took that was answered well, and why others were not."""
    times: list[float] = []
    errors: Counter[str] = Counter()

    async def post(http: httpx.AsyncClient, due: float) -> None:
        try:
            answer = await http.post(where, json=vendors_post(secrets.token_hex(8)))
        except httpx.HTTPError as error:
            errors[type(error).__name__] += 1
            return
        if answer.status_code == 200:
            times.append(time.perf_counter() - due)
        else:
            errors[f"{answer.status_code} {answer.text[:100]}"] += 1

    # Given up before the server gives them up: a post that crosses such a goodbye would be nobody's fault.
    limits = httpx.Limits(max_connections=200, keepalive_expiry=2)
    async with httpx.AsyncClient(timeout=30, limits=limits) as http, asyncio.TaskGroup() as posts:
        begun = time.perf_counter()
        for number in range(A_SECOND * seconds):
            due = begun + number / A_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            posts.create_task(post(http, due))
    return times, errors


def vendors_post(id: str) -> Mapping[str, Any]:
    """A lead as vendors send it; its email address is `<id>@example.com`."""
    return {
        "lead_id": id,
        "contact": {"first_name": "Maria", "last_name": "Delgado", "email": f"{id}@example.com", "zip": "78701"},
        "state": "TX",
        "insurance": {"line_of_business": "auto", "current_carrier": "State Farm", "xdate": "2027-03-15"},
        "tcpa_text": "By clicking “Get quotes” I agree to be called and texted, also by automatic means. " * 3,
        "tcpa_timestamp": "2026-11-20T15:04:05Z",
        "trustedform_cert_url": f"https://cert.trustedform.com/{id}",
        "source_url": "https://quotes.example.com/auto?step=3",
        "ip": "203.0.113.7",
    }
