"""A bulk action: begun, and once it is over, over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import Conflict
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_bulks import BulkOutcome, LeadBulkEnded, LeadBulkStarted


class BulkStatus(StrEnum):
    """How far a bulk action is."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Bulk:
    """State is what its events made it."""

    bulk_id: UUID
    status: BulkStatus

    def end(self, outcome: BulkOutcome, leads: int, counts: Mapping[str, int]) -> Iterator[Event]:
        """It goes on no more."""
        if self.status is not BulkStatus.RUNNING:
            raise Conflict(f"this bulk action is over already: it was {self.status}")
        yield LeadBulkEnded(bulk_id=self.bulk_id, outcome=outcome, leads=leads, **counts)


def evolve(state: Bulk | None, event: Event) -> Bulk:
    """The state after one more event. Raises TypeError for an event that is none of a bulk action's."""
    match event:
        case LeadBulkStarted():
            return Bulk(event.bulk_id, BulkStatus.RUNNING)
        case LeadBulkEnded() if state is not None:
            return replace(state, status=BulkStatus(event.outcome.value))
    raise TypeError(f"{event.event_type} is no event of a bulk action")


def folded(facts: Iterable[Fact[Any]]) -> tuple[Bulk, int]:
    """A bulk action and its version, of its history."""
    state: Bulk | None = None
    version = 0
    for fact in facts:
        state, version = evolve(state, fact.data), fact.version
    assert state is not None
    return state, version
