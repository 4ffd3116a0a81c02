"""What the leads service publishes of what is done to many leads at once.

The events of each lead have `LeadBulkStarted` as their cause.
"""

from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from gardenos_contracts.event import Event

BulkId: TypeAlias = UUID


class BulkOutcome(StrEnum):
    """How a bulk action ended."""

    DONE = "done"
    """It came to its last lead."""
    STOPPED = "stopped"
    """Somebody stopped it; what was done stays."""
    FAILED = "failed"
    """It could not go on; what was done stays."""


class LeadBulkStarted(Event, service="leads", version=1):
    """Somebody has the same done to many leads."""

    bulk_id: BulkId
    action: str
    """`assign`, `stage`, `tags`, `enrol`, `remove` or `undo`."""
    undoes: BulkId | None = None
    """The bulk action that this one takes back."""


class LeadBulkEnded(Event, service="leads", version=1):
    """It is over, and what became of the leads is counted."""

    bulk_id: BulkId
    outcome: BulkOutcome
    leads: int
    """How many were selected when it began."""
    done: int = 0
    nothing: int = 0
    """Those of which it was so already."""
    not_allowed: int = 0
    changed: int = 0
    """Those that somebody changed after they were selected."""
    gone: int = 0
    conflict: int = 0
    """When it takes another back: those of which something was changed since, and stays."""


__all__ = ["BulkId", "BulkOutcome", "LeadBulkEnded", "LeadBulkStarted"]
