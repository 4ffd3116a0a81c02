"""The offline engine: rules, on a thread."""

import asyncio

from gardenos_ai.communication import Communication
from gardenos_ai.engines.port import Reading
from gardenos_ai.extraction import extract
from gardenos_ai.extraction.facts import ENGINE, VERSION


class OfflineEngine:
    """Needs no network and no key, and says that it is offline."""

    async def extract(self, communication: Communication) -> Reading:
        """By the rules."""
        return Reading(await asyncio.to_thread(extract, communication), ENGINE, VERSION)

    async def close(self) -> None:
        """Holds nothing."""
