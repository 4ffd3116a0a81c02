import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent / "example"))

from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_chassis.testing.sources import Sources
from gardenos_notes.app import NotesSettings, create_service
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


@pytest_asyncio.fixture(loop_scope="session")
async def notes(start: Start, source: Sources) -> AsyncIterator[Running]:
    async with start(
        create_service, NotesSettings, bells_url=source.url_of("bells"), chimes_url=source.url_of("chimes")
    ) as running:
        yield running


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()
