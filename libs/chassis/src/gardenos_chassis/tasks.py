"""Tasks that are no longer wanted."""

import asyncio
from collections.abc import Collection
from typing import Any


async def stopped(tasks: Collection["asyncio.Task[Any]"], *, within: float | None = None) -> set["asyncio.Task[Any]"]:
    """Cancels tasks and waits for their end, however they end; gives those that did not end in so many seconds."""
    if not tasks:
        return set()
    for task in tasks:
        task.cancel()
    ended, left = await asyncio.wait(tasks, timeout=within)
    for task in ended:
        # Looked at, so that nobody complains that nobody did.
        _ = task.cancelled() or task.exception()
    return left
