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


def heed_cancellation() -> None:
    """Raises CancelledError where this task was told to end and is still at work: what it awaited kept that to itself.

    `asyncio.wait_for` does so before Python 3.12, if what it waits for is done at the same moment; Kafka's client waits by
    it while it connects. Without this a loop around it would go on for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
