"""How far a rebuild or a verification is, for who watches."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Say: TypeAlias = Callable[["Progress"], None]
"""Is told at every step."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `events` are taken; `doing` says what is going on. Each source by its name, the service's own too."""

    doing: str
    done: dict[str, int]
    events: dict[str, int]

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return min(1.0, sum(self.done.values()) / max(1, sum(self.events.values())))
