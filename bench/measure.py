"""What a measurement says, and how it is taken: in turns with its baseline, by medians."""

import json
import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

Trial = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Measure:
    """One result. `ratio` is value to baseline; `against` names the baseline."""

    name: str
    value: float
    unit: str
    baseline: float
    against: str

    def line(self) -> str:
        """As one line of JSON."""
        return json.dumps(
            {
                "name": self.name,
                "value": round(self.value, 2),
                "unit": self.unit,
                "baseline": round(self.baseline, 2),
                "ratio": round(self.value / self.baseline, 2),
                "against": self.against,
            }
        )


def percentile(seconds: Sequence[float], part: int) -> float:
    """The 50th, 95th … percentile, in milliseconds."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[part - 1] * 1000


def say(words: str) -> None:
    """Progress, for who watches."""
    print(words, file=sys.stderr, flush=True)


async def in_turns(ours: Trial, baseline: Trial, *, rounds: int, unit: str) -> tuple[float, float]:
    """The medians of both, taken in turns."""
    taken = await all_in_turns(
        {"ours": ours, "baseline": baseline}, rounds=rounds, told=lambda found: f"{found:,.1f} {unit}"
    )
    return statistics.median(taken["ours"]), statistics.median(taken["baseline"])


async def all_in_turns(
    trials: Mapping[str, Callable[[], Awaitable[T]]], *, rounds: int, told: Callable[[T], str]
) -> dict[str, list[T]]:
    """What each trial found in each round, taken in turns, so that whatever else the machine does falls on all alike.

    The first round warms up and does not count. Whoever went first in one round goes last in the next.
    """
    taken: dict[str, list[T]] = {who: [] for who in trials}
    for number in range(rounds + 1):
        turns = list(trials.items())
        for who, trial in turns if number % 2 else reversed(turns):
            found = await trial()
            if number:
                taken[who].append(found)
        if number:
            said = ", ".join(f"{who} {told(results[-1])}" for who, results in taken.items())
            say(f"  round {number} of {rounds}: {said}")
    return taken
