"""Waiting for a condition, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(condition: Callable[[], Awaitable[T]], *, within: float = 30.0, what: str = "the condition") -> T:
    """Asks again and again until the answer is true, and gives it. Raises AssertionError after `within` seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        found = await condition()
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"{what} did not come true within {within:g} s; last seen: {found!r}")
        await asyncio.sleep(0.02)
