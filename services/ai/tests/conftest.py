from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from gardenos_ai.app import create_service
from gardenos_ai.settings import AiSettings
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start


@pytest_asyncio.fixture(loop_scope="session")
async def ai(start: Start, tmp_path: Path) -> AsyncIterator[Running]:
    async with start(create_service, AiSettings, qdrant_path=tmp_path / "vectors") as running:
        yield running
