import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent / "shared"))

from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_leads.app import create_service
from gardenos_leads.settings import LeadsSettings


@pytest_asyncio.fixture(loop_scope="session")
async def leads(start: Start) -> AsyncIterator[Running]:
    async with start(create_service, LeadsSettings) as running:
        yield running
