"""When a delivery that failed is tried again, when an endpoint is left in peace, and when it is given up. Pure functions."""

import random
from datetime import timedelta

_MINUTES = (1, 2, 5, 10, 30, 60, 120, 240, 480, 960, 1440)
TRIES = len(_MINUTES) + 1
"""Of one delivery, over about two days."""
_LONGEST = timedelta(hours=24)
_JITTER = 0.1
_IN_PEACE_AFTER = 5
_LONGEST_PEACE = timedelta(hours=1)


def next_after(tries: int, *, retry_after: float | None = None) -> timedelta:
    """How long to wait after so many tries, 1 to `TRIES` - 1: a minute first, a day at last, a tenth more or less.

    A receiver that asks for longer gets it, up to a day.
    """
    by_us = timedelta(minutes=_MINUTES[tries - 1]) * random.uniform(1 - _JITTER, 1 + _JITTER)
    return max(by_us, min(timedelta(seconds=retry_after or 0), _LONGEST))


def peace_after(failures: int, *, retry_after: float | None = None) -> timedelta:
    """For how long nothing at all is tried at an endpoint that failed so often in a row; none at first.

    So thousands of deliveries that wait for a dead endpoint cost one try each time, and not one each.
    """
    asked = min(timedelta(seconds=retry_after or 0), _LONGEST_PEACE)
    if failures < _IN_PEACE_AFTER:
        return asked
    by_us = min(timedelta(minutes=2.0 ** min(failures - _IN_PEACE_AFTER, 10)), _LONGEST_PEACE)
    return max(by_us, asked)
