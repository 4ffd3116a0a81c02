"""A task: what somebody is to do. What may happen to it, as pure functions of state and command."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypedDict
from uuid import UUID

from gardenos_chassis.errors import Conflict
from gardenos_contracts import Event
from gardenos_contracts.tasks import (
    TaskAssigned,
    TaskCancelled,
    TaskChanged,
    TaskCompleted,
    TaskKind,
    TaskPlanned,
    TaskPriority,
    TaskReopened,
    TaskRescheduled,
)


class TaskState(StrEnum):
    """Whether it is to be done still."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Words(TypedDict):
    """What is to be done, as the events say it."""

    kind: TaskKind
    title: str
    notes: str | None
    priority: TaskPriority


class About(TypedDict):
    """Whom it is about; nobody in particular where none is named."""

    person_id: UUID | None
    lead_id: UUID | None
    client_id: UUID | None


@dataclass(frozen=True, slots=True)
class Due:
    """A day, or a time on it by the agency's clock."""

    on: date
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task. State is what its events made it."""

    task_id: UUID
    about: About
    words: Words
    due: Due
    owner_id: UUID | None
    team_id: UUID | None
    state: TaskState = TaskState.OPEN
    outcome: str | None = None
    """What came of it, or why it need not be done."""

    @property
    def person_id(self) -> UUID | None:
        """Whom it is about."""
        return self.about["person_id"]

    def change(self, **words: Any) -> Iterator[Event]:
        """It says something else. Nothing happens where nothing differs."""
        changed = Words(**{**self.words, **words})  # type: ignore[typeddict-item]
        if changed != self.words:
            self._require_open("changed")
            yield TaskChanged(task_id=self.task_id, **self.about, **changed)

    def reschedule(self, due: Due) -> Iterator[Event]:
        """It is due at another time."""
        if due != self.due:
            self._require_open("rescheduled")
            yield TaskRescheduled(
                task_id=self.task_id,
                **self.about,
                due_on=due.on,
                due_time=due.time,
                previous_due_on=self.due.on,
                previous_due_time=self.due.time,
            )

    def assign(self, owner_id: UUID | None, team_id: UUID | None) -> Iterator[Event]:
        """Somebody else is to do it, or whoever takes it from the pool. What is closed stays with whom it was."""
        self._require_open("given to somebody else")
        if (owner_id, team_id) != (self.owner_id, self.team_id):
            yield TaskAssigned(
                task_id=self.task_id,
                **self.about,
                owner_id=owner_id,
                team_id=team_id,
                previous_owner_id=self.owner_id,
            )

    def complete(self, outcome: str | None = None) -> Iterator[Event]:
        """It is done. Nothing happens a second time."""
        if self.state is TaskState.CANCELLED:
            raise Conflict("this task was cancelled: reopen it first")
        if self.state is TaskState.OPEN:
            yield TaskCompleted(
                task_id=self.task_id,
                **self.about,
                kind=self.words["kind"],
                title=self.words["title"],
                outcome=outcome,
                owner_id=self.owner_id,
            )

    def reopen(self) -> Iterator[Event]:
        """It is to be done after all."""
        if self.state is not TaskState.OPEN:
            yield TaskReopened(task_id=self.task_id, **self.about)

    def cancel(self, reason: str | None = None) -> Iterator[Event]:
        """It need not be done. Nothing happens a second time."""
        if self.state is TaskState.DONE:
            raise Conflict("this task is done: reopen it first")
        if self.state is TaskState.OPEN:
            yield TaskCancelled(task_id=self.task_id, **self.about, reason=reason)

    def _require_open(self, what: str) -> None:
        if self.state is not TaskState.OPEN:
            closed = "is done" if self.state is TaskState.DONE else "was cancelled"
            raise Conflict(f"this task {closed} and cannot be {what}: reopen it first")


def evolve(task: Task | None, event: Event) -> Task:
    """The state after one more event. Raises TypeError for an event that is none of a task's."""
    match event:
        case TaskPlanned():
            about = About(person_id=event.person_id, lead_id=event.lead_id, client_id=event.client_id)
            due = Due(event.due_on, event.due_time)
            return Task(event.task_id, about, _words(event), due, event.owner_id, event.team_id)
        case TaskChanged() if task is not None:
            return replace(task, words=_words(event))
        case TaskRescheduled() if task is not None:
            return replace(task, due=Due(event.due_on, event.due_time))
        case TaskAssigned() if task is not None:
            return replace(task, owner_id=event.owner_id, team_id=event.team_id)
        case TaskCompleted() if task is not None:
            return replace(task, state=TaskState.DONE, outcome=event.outcome)
        case TaskReopened() if task is not None:
            return replace(task, state=TaskState.OPEN, outcome=None)
        case TaskCancelled() if task is not None:
            return replace(task, state=TaskState.CANCELLED, outcome=event.reason)
    raise TypeError(f"{event.event_type} is no event of a task")


def shown(task: Task) -> dict[str, Any]:
    """What people know a task by."""
    return {
        **task.words,
        "due_on": task.due.on,
        "due_time": task.due.time,
        "owner_id": task.owner_id,
        "team_id": task.team_id,
        "state": task.state,
        "outcome": task.outcome,
    }


def title(event: Event) -> str:
    """What happened, in a few words."""
    match event:
        case TaskAssigned(owner_id=None):
            return "Returned to the pool"
        case TaskPlanned() | TaskChanged() | TaskRescheduled() | TaskAssigned() | TaskCompleted() | TaskReopened():
            return type(event).__name__.removeprefix("Task")
        case TaskCancelled():
            return "Cancelled"
    return type(event).__name__


def _words(event: TaskPlanned | TaskChanged) -> Words:
    return Words(kind=event.kind, title=event.title, notes=event.notes, priority=event.priority)
