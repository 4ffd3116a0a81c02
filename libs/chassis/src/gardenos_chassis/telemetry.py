"""Metrics, traces and logs: by OpenTelemetry, shown at /metrics, exported by OTLP where asked."""

import logging
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from types import MappingProxyType

import orjson
from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue
from pydantic import ValidationError

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
process_duration = meter.create_histogram(
    "messaging.process.duration", unit="s", description="Time to apply a batch of events and commit, by consumer"
)
publish_duration = meter.create_histogram(
    "messaging.client.operation.duration", unit="s", description="Time until the broker had acknowledged a batch"
)
outbox_events = meter.create_gauge("gardenos.outbox.events", description="Events recorded and not yet published")
outbox_age = meter.create_gauge("gardenos.outbox.age", unit="s", description="How long the oldest of them waits")
lag_events = meter.create_gauge("gardenos.consumer.lag.events", description="Events recorded and not yet applied")
lag_age = meter.create_gauge("gardenos.consumer.lag.age", unit="s", description="How long the oldest of them waits")
dead_letters = meter.create_gauge("gardenos.dead_letters", description="Events parked, by consumer and source")
held_up = meter.create_gauge(
    "gardenos.held_up", description="Agencies whose events cannot go on, by consumer and source"
)
heartbeat = meter.create_gauge(
    "gardenos.heartbeat", unit="s", description="When the relay, or a consumer, last got on; seconds since 1970"
)


_about: ContextVar[Mapping[str, str]] = ContextVar("gardenos-about", default=MappingProxyType({}))


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Log lines in this context say these ids: `agency_id`, `event_id`."""
    token = _about.set(_with(ids))
    try:
        yield
    finally:
        _about.reset(token)


def _with(ids: Mapping[str, object]) -> Mapping[str, str]:
    return MappingProxyType({**_about.get(), **{name: str(id) for name, id in ids.items()}})


def note(**ids: object) -> None:
    """As `about`, for what goes on in this task from here on: a request that turns out to be somebody's."""
    _about.set(_with(ids))


def _belonging() -> dict[str, str]:
    """The ids of what is going on: the trace's, the agency's, the event's, as far as there are any."""
    span = trace.get_current_span().get_span_context()
    found = {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"} if span.is_valid else {}
    return {**found, **_about.get()}


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
    with _span(method, extract(headers), SpanKind.SERVER, attributes) as span:
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
    started = time.perf_counter()
    with _span(f"process {source}.events", parent, SpanKind.CONSUMER, attributes, links):
        yield
    process_duration.record(
        time.perf_counter() - started,
        {name: attributes[name] for name in ("messaging.system", "messaging.destination.name", "messaging.consumer.group.name")},
    )  # fmt: skip


@contextmanager
def _span(
    name: str,
    parent: Context | None,
    kind: SpanKind,
    attributes: Mapping[str, AttributeValue],
    links: Sequence[Link] = (),
) -> Iterator[Span]:
    """A span that says of an error no more than `told` does: the SDK's own record of it holds the message."""
    with tracer.start_as_current_span(
        name, parent, kind, attributes, links, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR, told(error)))
            raise


@contextmanager
def working(job: str, cause: str | None, attributes: Mapping[str, AttributeValue]) -> Iterator[None]:
    """The span of one try of a job; it goes on with the trace of what wanted the job, by its `traceparent`."""
    parent = extract({"traceparent": cause}) if cause else None
    with tracer.start_as_current_span(f"job {job}", parent, SpanKind.CONSUMER, {"gardenos.job": job, **attributes}):
        yield


class Tellable(Exception):
    """An error whose message holds nothing of anybody, and may be stored, logged and shown."""


def told(error: BaseException) -> str:
    """What may be stored, logged and shown of an error: its kind, the place, and what is structure and no value.

    Never its message: that of a validation holds what was given, that of a database the row, that of a program
    whatever was at hand.
    """
    if isinstance(error, Tellable):
        return f"{type(error).__name__}: {error}"
    words = [type(error).__name__]
    if isinstance(error, ValidationError):
        wrong = (f"{'/'.join(map(str, found['loc'])) or 'the whole'}: {found['type']}" for found in error.errors())
        words.append(f"({', '.join(list(wrong)[:5])})")
    cause = getattr(error, "orig", None)
    for known in (error, cause, getattr(cause, "__cause__", None)):
        for name in ("sqlstate", "table_name", "column_name", "constraint_name"):
            if (value := getattr(known, name, None)) and f"{name}={value}" not in words:
                words.append(f"{name}={value}")
    if status := getattr(getattr(error, "response", None), "status_code", None):
        words.append(f"status={status}")
    if place := _place(error):
        words.append(f"at {place}")
    return " ".join(words)


def _place(error: BaseException) -> str:
    """The innermost line of ours that it went through."""
    ours = [
        f"{code.co_filename[code.co_filename.rindex('gardenos_') :]}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if "gardenos_" in (code := frame.f_code).co_filename
    ]
    return ours[-1] if ours else ""


def _trail(error: BaseException) -> str:
    """A traceback without the messages: each error of the chain, with the lines it went through."""
    chain: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        frames = "".join(
            f"\n  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(cause.__traceback__)
        )
        chain.append(told(cause) + frames)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\ncaused by ".join(chain)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, where it belongs, and the fields given as `extra`.

    No personal data goes in: of an error it says what `told` says.
    """

    _STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_belonging(),
            **{name: value for name, value in vars(record).items() if name not in self._STANDARD},
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _trail(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def log_as_json(level: str) -> None:
    """Sends log lines to standard error as JSON: ours from `level` on, of the clients' inner life what goes wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for client in ("httpx", "aiokafka"):
        logging.getLogger(client).setLevel(max(logging.WARNING, logging.getLogger().level))
