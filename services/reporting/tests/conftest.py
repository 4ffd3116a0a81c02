import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent / "story"))

from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_reporting.app import create_service
from gardenos_reporting.settings import ReportingSettings


@pytest_asyncio.fixture(loop_scope="session")
async def reporting(start: Start) -> AsyncIterator[Running]:
    async with start(create_service, ReportingSettings) as running:
        yield running
