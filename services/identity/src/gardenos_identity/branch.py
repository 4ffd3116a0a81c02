"""A branch of an agency, to which teams belong."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from gardenos_chassis.errors import Conflict
from gardenos_contracts import Event
from gardenos_contracts.identity import BranchClosed, BranchOpened, BranchRenamed

BranchId: TypeAlias = UUID


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch as its events made it."""

    id: BranchId
    name: str
    closed: bool = False

    def rename(self, name: str) -> Iterator[Event]:
        """Another name."""
        if name.strip() != self.name:
            yield BranchRenamed(branch_id=self.id, name=name.strip())

    def close(self, *, teams: int) -> Iterator[Event]:
        """It is no more. Raises Conflict while teams belong to it."""
        if teams:
            raise Conflict(f"{teams} of your teams belong to this branch; move them to another first")
        yield BranchClosed(branch_id=self.id)


def evolve(branch: Branch | None, event: Event) -> Branch | None:
    """The branch after an event."""
    match event:
        case BranchOpened():
            return Branch(event.branch_id, event.name)
        case BranchRenamed() if branch:
            return replace(branch, name=event.name)
        case BranchClosed() if branch:
            return replace(branch, closed=True)
    return branch


def open_(branch_id: BranchId, *, name: str) -> Iterator[Event]:
    """A new branch."""
    yield BranchOpened(branch_id=branch_id, name=name.strip())
