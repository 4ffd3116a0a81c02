"""How much is behind, and for how long."""

from collections.abc import Callable, Mapping
from time import monotonic
from uuid import UUID


class Waiting:
    """Remembers since when what is behind a head waits.

    Its seconds count from the look that first found it: so no more than the time between two looks too few.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since: dict[UUID, tuple[int, float]] = {}

    def look(self, heads: Mapping[UUID, int], marks: Mapping[UUID, int]) -> tuple[int, float]:
        """How many are between the marks and the heads of all agencies, and how many seconds the oldest has waited."""
        behind = {agency_id: head - marks.get(agency_id, 0) for agency_id, head in heads.items()}
        behind = {agency_id: events for agency_id, events in behind.items() if events > 0}
        now = self._clock()
        for agency_id in self._since.keys() - behind.keys():
            del self._since[agency_id]
        for agency_id in behind:
            upto, _ = self._since.get(agency_id, (0, now))
            if marks.get(agency_id, 0) >= upto:
                self._since[agency_id] = (heads[agency_id], now)
        return sum(behind.values()), max((now - since for _, since in self._since.values()), default=0.0)
