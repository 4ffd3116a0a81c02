"""From a write to its effect in another service, beside a bare produce and consume on the same broker.

- `write_to_insight`: from `POST /calls` to the call's insights in `GET /insights`: comms records, its relay publishes, ai
  reads, extracts and records.
- `write_to_report`: from `POST /leads/{id}/conversion` to the moved count in `GET /reports/conversion-times`.

The six services run in one process, as `gardenos up` runs them. A bare round trip is aiokafka's: sent with all
acknowledgements, until the consumer has it.
"""

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from gardenos_chassis.local import free_port, start_broker

from bench.measure import Measure, percentile, say
from bench.processes import serving

ROUNDS = 40
WARM_UP = 5
POLL_SECONDS = 0.01
PATIENCE_SECONDS = 60
TOPIC = "bench.round-trip"
TRANSCRIPT = (
    "Agent: Good morning, this is Ann from Garden Insurance.\n"
    "Customer: Hi. I'm with State Farm right now and my auto policy renews on March 15, 2027.\n"
    "Customer: I pay about $1,240 a year and that's too expensive.\n"
)


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `write_to_insight` and `write_to_report`, each as its median and its 95th percentile."""
    say(f"from a write to its effect: {ROUNDS} rounds")
    folder = Path(tempfile.mkdtemp(prefix="gardenos-bench-"))
    try:
        async with _broker(folder) as (bootstrap, idempotence), _platform(folder, bootstrap, idempotence) as address:
            taken = await _rounds(address, bootstrap)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bare = taken.pop("round trip")
    for name, times in taken.items():
        for part in (50, 95):
            baseline = f"aiokafka produce and consume, p{part}"
            report(Measure(f"{name}_p{part}", percentile(times, part), "ms", percentile(bare, part), baseline))


async def _rounds(address: str, bootstrap: str) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {"write_to_insight": [], "write_to_report": [], "round trip": []}
    async with httpx.AsyncClient(base_url=address, timeout=30) as http, _bare(bootstrap) as round_trip:
        agency = await _Agency.registered(http)
        for number in range(WARM_UP + ROUNDS):
            lead = await agency.lead(number)
            found = {
                "write_to_insight": await agency.call_to_insight(lead),
                "write_to_report": await agency.conversion_to_report(lead, number + 1),
                "round trip": await round_trip(),
            }
            if number >= WARM_UP:
                for name, seconds in found.items():
                    taken[name].append(seconds)
            if number >= WARM_UP and (number - WARM_UP) % 10 == 9:
                medians = {name: f"{statistics.median(times) * 1000:.1f} ms" for name, times in taken.items()}
                say(f"  {number - WARM_UP + 1} of {ROUNDS}, medians: {medians}")
    return taken


class _Agency:
    """An agency at work by the public API."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        today = datetime.now(UTC).date()
        self._period = {"from": str(today - timedelta(days=30)), "to": str(today + timedelta(days=1))}

    @classmethod
    async def registered(cls, http: httpx.AsyncClient) -> "_Agency":
        """A new one; its owner is signed in."""
        owner = {"name": "Olga Owner", "email": "olga@garden.example", "password": "correct horse battery"}
        agency = cls(http)
        await agency._post("/api/v1/agencies", {"name": "Garden Insurance", "owner": owner})
        session = await agency._post("/api/v1/sessions", {"email": owner["email"], "password": owner["password"]})
        http.headers["Authorization"] = f"Bearer {session['access_token']}"
        return agency

    async def lead(self, number: int) -> str:
        """A new lead's id."""
        name = {"given": "Maria", "family": f"Delgado {number}"}
        lead = await self._post("/api/v1/leads", {"name": name, "email": f"maria{number}@example.com"})
        return str(lead["id"])

    async def call_to_insight(self, lead_id: str) -> float:
        """Seconds from the call's logging until an insight of it is read."""
        call = {
            "lead_id": lead_id,
            "direction": "outbound",
            "started_at": (datetime.now(UTC) - timedelta(minutes=10)).isoformat(),
            "duration_seconds": 300,
            "disposition": "connected",
            "transcript": TRANSCRIPT,
        }
        started = time.perf_counter()
        await self._post("/api/v1/calls", call)

        async def there() -> bool:
            return bool((await self._get("/api/v1/insights", {"lead_id": lead_id}))["items"])

        await _until(there)
        return time.perf_counter() - started

    async def conversion_to_report(self, lead_id: str, conversions: int) -> float:
        """Seconds from the conversion until the report counts so many."""
        started = time.perf_counter()
        await self._post(f"/api/v1/leads/{lead_id}/conversion", {})

        async def there() -> bool:
            report = await self._get("/api/v1/reports/conversion-times", {**self._period, "group_by": "agent"})
            return int(report["total"]["count"]) == conversions

        await _until(there)
        return time.perf_counter() - started

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._http.post(path, json=body)
        assert answer.status_code == 201, f"POST {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    async def _get(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        answer = await self._http.get(path, params=params)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def _bare(bootstrap: str) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    """Sends a message and waits until it is consumed; tells how many seconds that took."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await producer.start()
    await consumer.start()
    body = TRANSCRIPT.encode()

    async def round_trip() -> float:
        started = time.perf_counter()
        await producer.send_and_wait(TOPIC, body)
        await consumer.getone()
        return time.perf_counter() - started

    try:
        yield round_trip
    finally:
        await consumer.stop()
        await producer.stop()


@asynccontextmanager
async def _broker(folder: Path) -> AsyncIterator[tuple[str, bool]]:
    broker = await start_broker(folder, say)
    try:
        yield broker.bootstrap, broker.idempotence
    finally:
        await broker.stop()


@asynccontextmanager
async def _platform(folder: Path, bootstrap: str, idempotence: bool) -> AsyncIterator[str]:
    """The six services in one process, on this broker and a PostgreSQL of their own."""
    port = free_port()
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "GARDENOS_KAFKA_BOOTSTRAP": bootstrap,
        "GARDENOS_KAFKA_IDEMPOTENCE": str(idempotence),
        "GARDENOS_LOG_LEVEL": "WARNING",
    }
    address = f"http://127.0.0.1:{port}"
    words = ("up", "--no-seed", "--port", str(port), "--data", str(folder / "data"))
    start = ("-c", "from gardenos_cli.main import app; app()", *words)
    async with serving(*start, environment=environment, answers_at=f"{address}/readyz", within=240):
        yield address
