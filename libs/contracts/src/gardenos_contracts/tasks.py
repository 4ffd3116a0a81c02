"""What the comms service publishes of tasks: what somebody is to do, by when, and about whom."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field

from gardenos_contracts.event import Event
from gardenos_contracts.personal import Personal
from gardenos_contracts.values import ClientId, LeadId, PersonalText, PersonId, TeamId, UserId

TaskId: TypeAlias = UUID
DayTime: TypeAlias = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Hours and minutes, by the agency's clock."""
TaskTitle: TypeAlias = Annotated[str, Personal("")]

_WHOSE = ("person_id", "task_id")
"""Whoever it is about; what is about nobody is sealed by itself."""


class TaskKind(StrEnum):
    """What is to be done."""

    CALL = "call"
    EMAIL = "email"
    TEXT = "text"
    MEETING = "meeting"
    QUOTE = "quote"
    OTHER = "other"


class TaskPriority(StrEnum):
    """How much it matters."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class TaskPlanned(Event, service="comms", version=1):
    """Something is to be done, by a day or by a time on it."""

    whose: ClassVar[tuple[str, ...]] = _WHOSE

    task_id: TaskId
    person_id: PersonId | None = None
    """Whom it is about; None where that is nobody in particular."""
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    kind: TaskKind
    title: TaskTitle
    notes: PersonalText = None
    priority: TaskPriority = TaskPriority.NORMAL
    due_on: date
    due_time: DayTime | None = None
    """None: at any time of the day."""
    owner_id: UserId | None = None
    """Who is to do it; None: whoever of the pool takes it."""
    team_id: TeamId | None = None


class TaskChanged(Event, service="comms", version=1):
    """A task says something else. Carries what it is now, whole; when it is due is told apart."""

    whose: ClassVar[tuple[str, ...]] = _WHOSE

    task_id: TaskId
    person_id: PersonId | None = None
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    kind: TaskKind
    title: TaskTitle
    notes: PersonalText = None
    priority: TaskPriority


class TaskRescheduled(Event, service="comms", version=1):
    """A task is due at another time."""

    whose: ClassVar[tuple[str, ...]] = _WHOSE

    task_id: TaskId
    person_id: PersonId | None = None
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    due_on: date
    due_time: DayTime | None = None
    previous_due_on: date
    previous_due_time: DayTime | None = None


class TaskAssigned(Event, service="comms", version=1):
    """Somebody else is to do a task, or whoever of the pool takes it."""

    whose: ClassVar[tuple[str, ...]] = _WHOSE

    task_id: TaskId
    person_id: PersonId | None = None
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    owner_id: UserId | None
    team_id: TeamId | None
    previous_owner_id: UserId | None


class TaskCompleted(Event, service="comms", version=1):
    """A task is done."""

    whose: ClassVar[tuple[str, ...]] = _WHOSE

    task_id: TaskId
    person_id: PersonId | None = None
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    kind: TaskKind
    title: TaskTitle
    outcome: PersonalText = None
    """What came of it."""
    owner_id: UserId | None = None
    """Whose it was."""


class TaskReopened(Event, service="comms", version=1):
    """A task that was done or cancelled is to be done after all."""

    whose: ClassVar[tuple[str, ...]] = _WHOSE

    task_id: TaskId
    person_id: PersonId | None = None
    lead_id: LeadId | None = None
    client_id: ClientId | None = None


class TaskCancelled(Event, service="comms", version=1):
    """A task need not be done any more."""

    whose: ClassVar[tuple[str, ...]] = _WHOSE

    task_id: TaskId
    person_id: PersonId | None = None
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    reason: PersonalText = None


__all__ = [
    "DayTime",
    "TaskAssigned",
    "TaskCancelled",
    "TaskChanged",
    "TaskCompleted",
    "TaskId",
    "TaskKind",
    "TaskPlanned",
    "TaskPriority",
    "TaskReopened",
    "TaskRescheduled",
    "TaskTitle",
]
