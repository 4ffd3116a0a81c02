"""One trace from a request to the event it recorded, and from an event to what it led to."""

from uuid import UUID

from gardenos_chassis.testing import Running
from gardenos_chassis.testing.sources import Sources
from gardenos_notes.app import BellRung
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def of_trace(exporter: InMemorySpanExporter, trace_id: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.context.trace_id == int(trace_id, 16)]


async def test_a_request_goes_on_with_its_sender_s_trace_and_its_event_carries_it(
    notes: Running, agency_id: UUID, spans: InMemorySpanExporter
) -> None:
    async with notes.client(agency_id) as http:
        answer = await http.post("/api/v1/notes?q=delgado", json={"text": "x"}, headers={"traceparent": TRACEPARENT})
        assert answer.status_code == 201
    (event,) = await notes.events(agency_id)
    (span,) = [found for found in of_trace(spans, TRACE) if found.kind == trace.SpanKind.SERVER]
    assert span.name == "POST /api/v1/notes"
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 201
    assert not [name for name in span.attributes if "query" in name or "address" in name], "no personal data"
    assert event.traceparent == f"00-{TRACE}-{span.context.span_id:016x}-01"


async def test_what_an_event_leads_to_is_in_its_trace(
    notes: Running, source: Sources, agency_id: UUID, spans: InMemorySpanExporter
) -> None:
    other = TRACE[::-1]
    await source("bells").publish(
        agency_id, BellRung(loudness=4, must_answer=True), traceparent=f"00-{other}-b7ad6b7169203331-01"
    )
    await notes.wait_until_caught_up()
    (event,) = await notes.events(agency_id)
    (span,) = of_trace(spans, other)
    assert span.name == "process bells.events"
    assert event.traceparent is not None
    assert event.traceparent.split("-")[1] == other


async def test_probes_leave_no_trace(notes: Running, spans: InMemorySpanExporter) -> None:
    async with notes.anonymous() as http:
        await http.get("/livez")
        await http.get("/api/v1/nowhere")
    names = {span.name for span in spans.get_finished_spans() if span.kind == trace.SpanKind.SERVER}
    assert names == {"GET unmatched"}
