"""Work that is cut off, stopped or disturbed at the nth place where it waits for something."""

import asyncio
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

Strike: TypeAlias = Callable[[], Awaitable[BaseException | None]]
"""What happens at that place; an exception that it gives is what the work sees instead of its answer."""

T = TypeVar("T")


@dataclass
class Disturbance:
    """Strikes once, when the work has been answered the nth time: what it asked for is done, and it never learns.

    Being struck at n is also being struck before its question n + 1, so all n together are every await there is.
    """

    at: int
    strike: Strike
    seen: int = 0

    @property
    def struck(self) -> bool:
        """Whether the work lasted long enough to be struck."""
        return self.seen >= self.at


_disturbance: ContextVar[Disturbance | None] = ContextVar("disturbance", default=None)


@types.coroutine
def _stepped(work: Coroutine[Any, Any, Any], disturbance: Disturbance) -> Generator[Any, Any, Any]:
    error: BaseException | None = None
    while True:
        try:
            waited = work.send(None) if error is None else work.throw(error)
        except StopIteration as done:
            return done.value
        error = None
        try:
            yield waited
        except BaseException as raised:
            error = raised
        if waited is None:
            # A bare turn of the loop: nothing was asked.
            continue
        disturbance.seen += 1
        if disturbance.seen == disturbance.at:
            error = (yield from disturbance.strike().__await__()) or error


def task_factory(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any
) -> "asyncio.Task[Any]":
    """Tasks that disturbed work starts are disturbed with it, and count with it."""
    disturbance = _disturbance.get()
    return asyncio.Task(work if disturbance is None else _stepped(work, disturbance), loop=loop, **options)


async def undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """Does the work, in the midst of disturbed work, as if nothing were."""
    return await disturbed(work, None)


async def disturbed(work: Coroutine[Any, Any, T], disturbance: Disturbance | None) -> T:
    """Does the work, under the disturbance."""
    token = _disturbance.set(disturbance)
    try:
        task = asyncio.create_task(work)
    finally:
        _disturbance.reset(token)
    return await task
