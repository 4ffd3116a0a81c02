"""The consumer at work on a real PostgreSQL and a real Kafka, which the kit starts."""

from collections.abc import AsyncIterator

import pytest_asyncio
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start

from your_consumer.app import create_service
from your_consumer.settings import YourConsumerSettings


@pytest_asyncio.fixture(loop_scope="session")
async def running(start: Start) -> AsyncIterator[Running]:
    """`given` events, `wait_until_caught_up`, then `rows`."""
    async with start(create_service, YourConsumerSettings) as found:
        yield found
