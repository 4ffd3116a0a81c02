import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent / "example"))

from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_chassis.testing.sources import Sources
from gardenos_notes.app import NotesSettings, create_service


@pytest_asyncio.fixture(loop_scope="session")
async def notes(start: Start, source: Sources) -> AsyncIterator[Running]:
    async with start(
        create_service, NotesSettings, bells_url=source.url_of("bells"), chimes_url=source.url_of("chimes")
    ) as running:
        yield running
