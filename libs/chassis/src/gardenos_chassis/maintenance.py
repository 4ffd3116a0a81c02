"""Long work on a service's tables as a command: how far it is, told to stop, and what went wrong, in words."""

import asyncio
import signal
import sys
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import httpx
from sqlalchemy.exc import SQLAlchemyError

from gardenos_chassis import telemetry
from gardenos_chassis.read_models.progress import Pace, Progress, duration
from gardenos_chassis.sealing.keys import BadMasterKey

if TYPE_CHECKING:
    from gardenos_chassis.service import Service

T = TypeVar("T")

_FAULTS = (
    OSError,
    LookupError,
    BadMasterKey,
    httpx.HTTPError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    SQLAlchemyError,
)
"""What comes from without, and is told in a line. Anything else is ours to mend, and shows where it is."""


class Stopped(Exception):
    """The work was told to stop before its end."""


class Failed(Exception):
    """The work could not go on; the message says why."""


def carried_out(service: "Service", work: Coroutine[Any, Any, T]) -> T:
    """Does the work with a service that does not run otherwise, and closes what it opened.

    Ctrl-C and SIGTERM end it tidily: Stopped. Raises Failed where something outside failed, and the work's refusals.
    """
    try:
        return asyncio.run(_until_told_to_stop(service, work))
    except asyncio.CancelledError:
        raise Stopped from None
    except BaseExceptionGroup as several:
        raise _failed(_first(several)) from several
    except _FAULTS as fault:
        raise _failed(fault) from fault


async def _until_told_to_stop(service: "Service", work: Coroutine[Any, Any, T]) -> T:
    this = asyncio.current_task()
    assert this is not None
    with suppress(NotImplementedError):
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, this.cancel)
    try:
        return await work
    finally:
        await service.http.aclose()
        await service.database.close()


def _first(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """Of those that work at the same time the first that failed: the others were ended for it."""
    first = several.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _failed(fault: BaseException) -> BaseException:
    if not isinstance(fault, _FAULTS) or isinstance(fault, KeyError | IndexError):
        return fault
    if isinstance(fault, SQLAlchemyError):
        return Failed(telemetry.told(fault))
    # Without a database's details, which hold the row.
    words = fault.args[0] if isinstance(fault, asyncpg.PostgresError) and fault.args else fault
    return Failed(f"{words} ({type(fault).__name__})")


@dataclass(slots=True)
class Lines:
    """Shows progress as lines on standard error, one a step and every few seconds: for logs."""

    every_seconds: float = 2.0
    _pace: Pace = field(default_factory=Pace)
    _said_at: float = 0.0

    def __call__(self, progress: Progress) -> None:
        """Says it, if it is time to."""
        now = time.monotonic()
        if not self._pace.begins(progress) and now - self._said_at < self.every_seconds:
            return
        self._said_at = now
        print(told(progress, self._pace), file=sys.stderr, flush=True)


def told(progress: Progress, pace: Pace) -> str:
    """As `taking events: 4,000 of 12,000 events (33%), 1,600 a second, 5 s left`."""
    words = progress.doing
    if progress.whole:
        words += f": {progress.so_far:,} of {progress.whole:,} {progress.unit} ({progress.fraction:.0%})"
    if a_second := pace.a_second(progress):
        words += f", {a_second:,.0f} a second"
    if seconds := pace.seconds_left(progress):
        words += f", {duration(seconds)} left"
    return words
