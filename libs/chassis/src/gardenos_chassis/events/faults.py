"""Which faults pass by themselves, and waiting for them to."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

import asyncpg
import httpx
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gardenos_chassis.errors import Unavailable
from gardenos_chassis.events.store import LostRace

log = logging.getLogger(__name__)

_MAX_BACKOFF_SECONDS = 15.0

# Connection lost, server starting or stopping, resources short, deadlock, serialization.
_PASSING = ("08", "53", "57", "40")


def is_transient(error: BaseException) -> bool:
    """Whether the same attempt may succeed later without anybody's doing."""
    if isinstance(error, LostRace | Unavailable | httpx.HTTPError | OSError | PoolTimeout):
        return True
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_PASSING)
    if isinstance(error, asyncpg.InterfaceError):
        return True
    if isinstance(error, DBAPIError):
        sqlstate = getattr(error.orig, "sqlstate", None)
        return error.connection_invalidated or sqlstate is None or sqlstate.startswith(_PASSING)
    return False


async def retried_for_ever(attempt: Callable[[], Awaitable[None]], *, what: str) -> None:
    """Repeats an attempt, with back-off and jitter, until it succeeds; for work that must not be lost."""
    backoff = 0.05
    while True:
        try:
            await attempt()
            return
        except Exception as error:
            if is_transient(error):
                log.warning("%s: will try again", what, extra={"fault": f"{type(error).__name__}: {error}"})
            else:
                log.exception("%s: will try again", what)
            await asyncio.sleep(backoff * random.uniform(0.5, 1.5))
            backoff = min(backoff * 2, _MAX_BACKOFF_SECONDS)
