"""How much is taken from one sender in a while.

Counted in this process alone: it bounds the work that a sender can make, and costs a post nothing. With several processes
behind one address each takes as much.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from gardenos_chassis.errors import TooManyRequests

_SENDERS = 10_000


@dataclass(slots=True)
class Pace:
    """So many in so many seconds from each sender; whoever rests may be quick again."""

    most: int
    seconds: float
    clock: Callable[[], float] = time.monotonic
    _next: OrderedDict[Hashable, float] = field(default_factory=OrderedDict)

    def allows(self, sender: Hashable) -> bool:
        """Whether one more is taken now; counts it if so."""
        return self._wait(sender) <= 0

    def count(self, sender: Hashable) -> None:
        """As `allows`. Raises TooManyRequests where it is too much."""
        wait = self._wait(sender)
        if wait > 0:
            raise TooManyRequests("this comes too often; send it again a little later", retry_after=int(wait) + 1)

    def _wait(self, sender: Hashable) -> float:
        # As a leaky bucket: each takes its share of the time, and as many as `most` may be ahead of it.
        now, share = self.clock(), self.seconds / self.most
        due = max(self._next.pop(sender, now), now)
        wait = due + share - now - self.seconds
        self._next[sender] = due if wait > 0 else due + share
        if len(self._next) > _SENDERS:
            self._next.popitem(last=False)
        return wait
