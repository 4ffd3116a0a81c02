"""How far long work is, for who watches: a rebuild, a verification, keys wrapped anew."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Say: TypeAlias = Callable[["Progress"], None]
"""Is told at every step."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` are taken, each source by its name; `doing` says what is going on, `unit` what is counted."""

    doing: str
    done: Mapping[str, int]
    total: Mapping[str, int]
    unit: str = "events"

    @property
    def so_far(self) -> int:
        """Of all sources."""
        return sum(self.done.values())

    @property
    def whole(self) -> int:
        """Of all sources."""
        return sum(self.total.values())

    @property
    def fraction(self) -> float:
        """From 0 to 1; 1 where there is nothing to do."""
        return min(1.0, self.so_far / self.whole) if self.whole else 1.0


@dataclass(slots=True)
class Pace:
    """How fast it goes: measured since this step began, so that what a run before has done counts for nothing."""

    _step: tuple[str, str] = ("", "")
    _since: float = 0.0
    _from: int = 0

    def begins(self, progress: Progress) -> bool:
        """Whether another step begins with this; to be asked each time."""
        step = (progress.doing, progress.unit)
        if step == self._step:
            return False
        self._step, self._since, self._from = step, time.monotonic(), progress.so_far
        return True

    def a_second(self, progress: Progress) -> float | None:
        """None until something was taken."""
        seconds = time.monotonic() - self._since
        taken = progress.so_far - self._from
        return taken / seconds if taken > 0 and seconds > 0 else None

    def seconds_left(self, progress: Progress) -> float | None:
        """None while nobody can know."""
        pace = self.a_second(progress)
        left = progress.whole - progress.so_far
        return left / pace if pace and left > 0 else None


def duration(seconds: float) -> str:
    """As people say it: 45 s, 12 min, 3.5 h."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
