"""Which faults pass by themselves, and waiting for them to."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

import asyncpg
import httpx
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gardenos_chassis.errors import Unavailable
from gardenos_chassis.events.store import LostRace
from gardenos_chassis.telemetry import Tellable, told

log = logging.getLogger(__name__)

T = TypeVar("T")

_MAX_BACKOFF_SECONDS = 5.0
"""What everybody waits for at most once what was away is back, give or take a half."""

# Connection lost, server starting or stopping, resources short, deadlock, serialization.
_PASSING = ("08", "53", "57", "40")


class HeldUp(Tellable):
    """One agency's events cannot go on just now, for a reason outside this service: its source, or whom a handler asks.

    The message says which, without anybody's data. Other agencies' events can go on.
    """


class SourceAway(HeldUp):
    """The source's feed does not give what comes next."""


def is_transient(error: BaseException) -> bool:
    """Whether the same attempt may succeed later without anybody's doing."""
    if isinstance(error, HeldUp | LostRace | Unavailable | httpx.HTTPError | OSError):
        return True
    return is_database_away(error)


def is_database_away(error: BaseException) -> bool:
    """Whether the service's own database could not do what it can do at other times."""
    if isinstance(error, PoolTimeout):
        return True
    if isinstance(error, DBAPIError):
        # SQLAlchemy's wrapping of the driver's error, which it keeps as the cause.
        driver_s = error.orig.__cause__ if error.orig is not None else None
        return error.connection_invalidated or (driver_s is not None and is_database_away(driver_s))
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_PASSING)
    # The rest of this class is how the driver says that it was used wrongly, or given a value that does not fit.
    return isinstance(error, asyncpg.InterfaceError) and "clos" in str(error)


async def retried_for_ever(
    attempt: Callable[[], Awaitable[T]], *, what: str, passing: Callable[[BaseException], bool] | None = None
) -> T:
    """Repeats an attempt, with back-off and jitter, until it succeeds; for work that must not be lost.

    Where `passing` is given, an error that it does not call so is raised. An attempt that went on for longer than any
    back-off, as work that should never end does, counts as a success that ended: what it fails of now is new.
    """
    backoff = 0.05
    while True:
        began = monotonic()
        try:
            return await attempt()
        except Exception as error:
            if passing is not None and not passing(error):
                raise
            if is_transient(error):
                log.warning("%s: will try again", what, extra={"fault": told(error)})
            else:
                log.exception("%s: will try again", what)
            if monotonic() - began > _MAX_BACKOFF_SECONDS:
                backoff = 0.05
            await asyncio.sleep(jittered(backoff))
            backoff = min(backoff * 2, _MAX_BACKOFF_SECONDS)


def jittered(seconds: float) -> float:
    """Somewhere around so long, so that those who wait for the same thing do not all ask at the same moment."""
    return seconds * random.uniform(0.5, 1.5)
