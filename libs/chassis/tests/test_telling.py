"""Logs, traces, metrics and parked events say where and why, and nothing of anybody."""

import io
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import orjson
import pytest
from gardenos_chassis.events import Consumer
from gardenos_chassis.ids import new_id
from gardenos_chassis.telemetry import JsonLines, log_as_json
from gardenos_chassis.tenancy import Session
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Event, Received
from gardenos_notes.listening import listening
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

MARKER = "Delgado-5125550199"
TRACE = "1bf7651916cd43dd8448eb211c803199"

log = logging.getLogger("gardenos_notes")


class Whispered(Event, service="bells", version=1):
    words: str


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that is logged, as a service writes it."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    level = root.level
    # Takes the place of the others'.
    log_as_json("INFO")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    handler.setStream(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def consumers() -> list[Consumer]:
    """Each fails at whatever it hears, in its own way."""
    own, database, batches = (Consumer(f"test.{new_id()}", listens_to=[Whispered]) for _ in range(3))

    @own.on(Whispered)
    async def refuses(event: Received[Whispered], _: Session) -> None:
        log.info("about to fail")
        raise ValueError(f"cannot take {event.data.words}")

    @database.on(Whispered)
    async def writes(event: Received[Whispered], db: Session) -> None:
        await db.execute(text("select cast(:words as text)::int"), {"words": event.data.words})

    @batches.on_batch
    async def many(events: Sequence[Received[Event]], _: Session) -> None:
        raise KeyError([event.data for event in events])

    return [own, database, batches]


async def test_a_poison_event_s_words_are_told_nowhere(
    parts: Parts, source: Sources, agency_id: UUID, lines: io.StringIO, spans: InMemorySpanExporter
) -> None:
    bells = source("bells")
    async with listening(parts, *consumers()) as running:
        event = await bells.publish(agency_id, Whispered(words=MARKER), traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
        # And one that does not even parse: what a validation says of it holds what was given.
        misshapen = replace(bells.record(agency_id, Whispered(words="")), data=orjson.dumps({"words": [MARKER]}))
        bells.amend(misshapen)
        await bells.send(misshapen)

        async def all_parked() -> bool:
            return len(await _parked(running, agency_id)) == 6

        await eventually(all_parked, what="both parked by each of the three")
        errors = await _parked(running, agency_id)
        async with running.client(agency_id) as http:
            listed = (await http.get("/api/v1/operations/notes/dead-letters")).text
            measured = (await http.get("/metrics")).text
            # A request that fails with it, for good measure.
            assert (await http.get(f"/api/v1/operations/notes/dead-letters?cursor={MARKER}")).status_code == 422
    told = lines.getvalue()
    assert told.count("an event is parked") == 6
    assert any("ValidationError (words: string_type)" in error for error in errors)
    assert any("sqlstate=22P02" in error for error in errors)
    for where, said in {"logs": told, "errors": str(errors), "list": listed, "metrics": measured}.items():
        assert "Delgado" not in said, where
    for span in spans.get_finished_spans():
        assert "Delgado" not in span.to_json()

    line = next(found for found in map(orjson.loads, told.splitlines()) if found["message"] == "about to fail")
    assert (line["trace_id"], line["agency_id"], line["event_id"]) == (TRACE, str(agency_id), event.id)


async def _parked(running: Running, agency_id: UUID) -> list[str]:
    async with running.service.database.transaction(agency_id) as session:
        return list((await session.execute(text("select error from parked_events"))).scalars())


def test_a_traceback_is_told_by_its_places() -> None:
    try:
        try:
            int(MARKER)
        except ValueError as error:
            raise RuntimeError(MARKER) from error
    except RuntimeError as error:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": (RuntimeError, error, error.__traceback__)})
    said = orjson.loads(JsonLines().format(record))["error"]
    assert "RuntimeError" in said
    assert "caused by ValueError" in said
    assert "test_telling.py" in said
    assert MARKER not in said
