from collections.abc import AsyncIterator

import pytest_asyncio
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_comms.app import create_service
from gardenos_comms.settings import CommsSettings


@pytest_asyncio.fixture(loop_scope="session")
async def comms(start: Start) -> AsyncIterator[Running]:
    async with start(create_service, CommsSettings) as running:
        yield running
