"""What happens when: thought out by a seed, so that it can happen again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from gardenos_chassis.settings import SERVICES

VICTIMS = (*SERVICES, "witness")

KINDS = {
    "kill": VICTIMS,
    "stop": VICTIMS,
    "delay": SERVICES,
    "cut": SERVICES,
    "swallow": SERVICES,
    "kill load": ("load",),
    "kill broker": ("broker",),
    "stop broker": ("broker",),
    "delay broker": ("broker",),
    "cut broker": ("broker",),
    "silence broker": ("broker",),
    "wipe broker": ("broker",),
    "fill broker's disk": ("broker",),
    "restart database": ("database",),
    "fill database's disk": ("database",),
    "exhaust database's log": ("database",),
}
"""Each kind of fault, and whom it can strike."""

_LONGER = {"silence broker": 3}
"""So that it is longer than the ten seconds after which a consumer's group gives up a member."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault: `at` seconds after the beginning, for `seconds`."""

    at: float
    kind: str
    target: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.at:6.1f} s  {self.kind} {self.target if self.target not in self.kind else ''} for {self.seconds:.1f} s"


def strikes(seed: int, seconds: float, *, every: float = 4.0) -> Iterator[Strike]:
    """Faults `every` so many seconds on average: each kind comes once before any comes again, as cards of a deck."""
    chance = random.Random(seed)
    deck: list[str] = []
    at = 2.0
    while at < seconds:
        if not deck:
            deck = [kind for kind, targets in KINDS.items() for _ in range(2 if len(targets) > 1 else 1)]
            chance.shuffle(deck)
        kind = deck.pop()
        yield Strike(at, kind, chance.choice(KINDS[kind]), chance.uniform(1, 6) * _LONGER.get(kind, 1))
        at += chance.uniform(0.5, 1.5) * every
