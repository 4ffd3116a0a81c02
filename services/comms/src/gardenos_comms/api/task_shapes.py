"""The shapes of what is told of tasks."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from gardenos_chassis.http.shapes import Shape
from gardenos_contracts.tasks import TaskKind, TaskPriority

from gardenos_comms.api.shapes import TimelineActor
from gardenos_comms.tasks.task import TaskState


class Task(Shape):
    """Something that is to be done, or was."""

    id: UUID
    kind: TaskKind
    title: str
    notes: str | None
    priority: TaskPriority
    due_on: date
    due_time: str | None
    """`14:30`, by the agency's clock; null: at any time of the day."""
    overdue: bool
    """Whether it is open past its time."""
    owner_id: UUID | None
    """Who is to do it; null: whoever takes it from the pool."""
    team_id: UUID | None
    state: TaskState
    outcome: str | None
    """What came of it, or why it was cancelled."""
    person_id: UUID | None
    """Whom it is about; null for nobody in particular, and for somebody whom you do not see."""
    lead_id: UUID | None
    client_id: UUID | None
    person_name: str | None
    planned_by: TimelineActor
    planned_at: datetime
    closed_by: TimelineActor | None
    closed_at: datetime | None
    version: int


class TaskCounts(Shape):
    """How many open tasks there are."""

    overdue: int
    today: int
    """Due today, and not overdue yet."""
    upcoming: int
    up_to: int
    """As far as each is counted; that many are as many or more."""
    today_is: date
    """By the agency's clock."""


class HeldTasks(Shape):
    """What a person or a team has of tasks."""

    count: int
    """The open ones."""


class TaskFate(Shape):
    """What became of one of several tasks."""

    id: UUID
    fate: Literal["done", "nothing", "conflict", "gone"]
    detail: str | None
    """Why not."""
    version: int | None


class TaskFates(Shape):
    """What became of each."""

    fates: list[TaskFate]
