from collections.abc import AsyncIterator

import pytest_asyncio
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_clients.app import create_service
from gardenos_clients.settings import ClientsSettings


@pytest_asyncio.fixture(loop_scope="session")
async def clients(start: Start) -> AsyncIterator[Running]:
    async with start(create_service, ClientsSettings) as running:
        yield running
