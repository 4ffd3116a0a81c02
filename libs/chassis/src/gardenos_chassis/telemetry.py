"""Metrics, traces and logs: by OpenTelemetry, shown at /metrics, exported by OTLP where asked."""

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache

import orjson
from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind
from opentelemetry.util.types import AttributeValue

meter = metrics.get_meter("gardenos")
tracer = trace.get_tracer("gardenos")

requests_duration = meter.create_histogram(
    "http.server.request.duration", unit="s", description="Time to answer a request"
)
events_appended = meter.create_counter("gardenos.events.appended", description="Events recorded")
events_published = meter.create_counter("messaging.client.sent.messages", description="Events given to the broker")
events_consumed = meter.create_counter(
    "messaging.client.consumed.messages", description="Events applied, by consumer and outcome"
)


@cache
def start(service: str, otlp_endpoint: str | None) -> None:
    """Starts metrics, and traces where an endpoint is given. Once a process; later calls with the same words do nothing."""
    resource = Resource.create({"service.name": f"gardenos-{service}"})
    if not isinstance(metrics.get_meter_provider(), MeterProvider):
        metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[PrometheusMetricReader()]))
    if otlp_endpoint and not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{otlp_endpoint}/v1/traces")))
        trace.set_tracer_provider(provider)


def traceparent() -> str | None:
    """The W3C trace context of what is going on now, or None outside a trace."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def serving(method: str, headers: Mapping[str, str]) -> Iterator[Span]:
    """The span of a request; it goes on with the trace that its `traceparent` header names."""
    attributes = {"http.request.method": method}
    with tracer.start_as_current_span(method, extract(headers), SpanKind.SERVER, attributes) as span:
        yield span


@contextmanager
def applying(consumer: str, source: str, traceparents: Sequence[str | None]) -> Iterator[None]:
    """The span of a consumer's transaction: a lone event's goes on with its trace, a batch's is linked with each."""
    causes = [extract({"traceparent": found}) for found in dict.fromkeys(traceparents) if found]
    parent = causes[0] if len(causes) == 1 else None
    links = [] if parent else [Link(trace.get_current_span(cause).get_span_context()) for cause in causes]
    attributes: dict[str, AttributeValue] = {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": f"{source}.events",
        "messaging.consumer.group.name": consumer,
        "messaging.batch.message_count": len(traceparents),
    }
    with tracer.start_as_current_span(f"process {source}.events", parent, SpanKind.CONSUMER, attributes, links):
        yield


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the fields given as `extra`. No personal data goes in."""

    _STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in self._STANDARD},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def log_as_json(level: str) -> None:
    """Sends every log line to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
