"""One process of `bench.effect`: `commits`, `effects`, `produces` or `consumes`.

It says `ready`. A sender then sends a burst at each line of its input, and says when each was sent; a receiver says when
each arrived. What is said is one JSON object a line: ids and seconds of the monotonic clock.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import uvicorn
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from gardenos_chassis.events import Context
from gardenos_chassis.events.application import Application
from gardenos_chassis.ids import new_id
from gardenos_chassis.main import collect_seldom
from gardenos_chassis.service import Service
from gardenos_chassis.testing import eventually
from gardenos_contracts import Actor, ActorKind, Message
from gardenos_contracts.leads import LeadCaptured
from gardenos_contracts.values import PersonName
from gardenos_leads.app import create_service as create_leads
from gardenos_leads.settings import LeadsSettings
from gardenos_reporting.app import create_service as create_reporting
from gardenos_reporting.settings import ReportingSettings

Send = Callable[[str], Awaitable[float]]
"""Sends one fact of this id, and tells when that began to count."""


async def commits() -> None:
    """The leads service; a fact counts from its commit."""
    service = create_leads(LeadsSettings.model_validate({}))
    async with _serving(service):
        agency_id = new_id()

        async def send(id: str) -> float:
            context = Context(agency_id, Actor(ActorKind.PERSON, str(agency_id)), id)
            async with service.store.unit_of_work(context) as work:
                work.record(UUID(id), 0, [_captured(id)])
            return time.monotonic()

        await _in_bursts(send)


async def effects() -> None:
    """The reporting service; a fact has arrived when what it counts is committed."""
    take = Application.take

    async def told(application: Application, agency_id: UUID, messages: Sequence[Message]) -> int:
        mark = await take(application, agency_id, messages)
        at = time.monotonic()
        _say({str(message.stream_id): at for message in messages if message.sequence <= mark})
        return mark

    Application.take = told  # type: ignore[assignment, method-assign]
    service = create_reporting(ReportingSettings.model_validate({}))
    async with _serving(service):
        await eventually(lambda: _ready(service), what="reporting ready")
        print("ready", flush=True)
        await asyncio.Event().wait()


async def produces() -> None:
    """A bare producer; a message counts from its sending."""
    producer = AIOKafkaProducer(bootstrap_servers=os.environ["GARDENOS_KAFKA_BOOTSTRAP"], acks="all")
    await producer.start()
    await _make_topic()

    async def send(id: str) -> float:
        at = time.monotonic()
        body = _captured(id).model_dump_json().encode()
        await producer.send_and_wait(os.environ["BENCH_TOPIC"], body, key=id.encode())
        return at

    await _in_bursts(send)


async def consumes() -> None:
    """A bare consumer."""
    consumer = AIOKafkaConsumer(
        os.environ["BENCH_TOPIC"],
        bootstrap_servers=os.environ["GARDENOS_KAFKA_BOOTSTRAP"],
        auto_offset_reset="earliest",
    )
    await _make_topic()
    await consumer.start()
    print("ready", flush=True)
    async for record in consumer:
        _say({record.key.decode(): time.monotonic()})


async def _in_bursts(send: Send) -> None:
    rate, seconds = int(os.environ["BENCH_RATE"]), float(os.environ["BENCH_SECONDS"])
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        sent: dict[str, float] = {}

        async def one(sent: dict[str, float] = sent) -> None:
            id = str(new_id())
            sent[id] = await send(id)

        started = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in range(round(rate * seconds)):
                # By the clock, not by the answers: a slow one does not thin out those that follow.
                await asyncio.sleep(started + number / rate - time.monotonic())
                tasks.create_task(one())
        _say(sent)


def _captured(id: str) -> LeadCaptured:
    return LeadCaptured(
        lead_id=UUID(id),
        person_id=new_id(),
        name=PersonName(given="Maria", family="Delgado"),
        email="maria@example.com",
        phone="+15125550100",
        source="web form",
        captured_at=datetime.now(UTC),
    )


async def _ready(service: Service) -> bool:
    return (await service.readiness()).ready


async def _make_topic() -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=os.environ["GARDENOS_KAFKA_BOOTSTRAP"])
    await admin.start()
    # Whoever comes second is told that it is there.
    await admin.create_topics([NewTopic(os.environ["BENCH_TOPIC"], 1, 1)])
    await admin.close()


@asynccontextmanager
async def _serving(service: Service) -> AsyncIterator[None]:
    settings = service.settings
    server = uvicorn.Server(uvicorn.Config(service.app, port=settings.port, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        if serving.done():
            serving.result()
            raise RuntimeError("the server ended before it began")
        await asyncio.sleep(0.05)
    collect_seldom()
    yield


def _say(what: dict[str, float]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    uvloop.run({"commits": commits, "effects": effects, "produces": produces, "consumes": consumes}[sys.argv[1]]())
