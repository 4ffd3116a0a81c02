"""A task's events in, its row out."""

from collections.abc import Sequence
from typing import Any

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.tasks import (
    TaskAssigned,
    TaskCancelled,
    TaskChanged,
    TaskCompleted,
    TaskPlanned,
    TaskReopened,
    TaskRescheduled,
)
from sqlalchemy import insert, update

from gardenos_comms.tasks.tables import ANY_TIME, tasks
from gardenos_comms.tasks.task import TaskState


async def project_tasks(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps the table of tasks; nothing about people who are forgotten."""
    for fact in facts:
        if fact.forgotten:
            continue
        if isinstance(fact.data, TaskPlanned):
            await session.execute(insert(tasks).values(_planned(fact, fact.data)))
        elif (now := _changes(fact)) is not None:
            this = (tasks.c.agency_id == fact.agency_id, tasks.c.id == fact.stream_id)
            await session.execute(update(tasks).where(*this).values(**now, version=fact.version))


def _planned(fact: Fact[Event], task: TaskPlanned) -> dict[str, Any]:
    return {
        "agency_id": fact.agency_id,
        "id": task.task_id,
        "person_id": task.person_id,
        **_words(task),
        "due_on": task.due_on,
        "due_by": task.due_time or ANY_TIME,
        "owner_id": task.owner_id,
        "team_id": task.team_id,
        "state": TaskState.OPEN.value,
        "planned_by": str(fact.actor),
        "planned_at": fact.occurred_at,
        "version": fact.version,
    }


def _changes(fact: Fact[Event]) -> dict[str, Any] | None:
    closed = {"closed_by": str(fact.actor), "closed_at": fact.occurred_at}
    match event := fact.data:
        case TaskChanged():
            return _words(event)
        case TaskRescheduled():
            return {"due_on": event.due_on, "due_by": event.due_time or ANY_TIME}
        case TaskAssigned():
            return {"owner_id": event.owner_id, "team_id": event.team_id}
        case TaskCompleted():
            return {"state": TaskState.DONE.value, "outcome": event.outcome, **closed}
        case TaskCancelled():
            return {"state": TaskState.CANCELLED.value, "outcome": event.reason, **closed}
        case TaskReopened():
            return {"state": TaskState.OPEN.value, "outcome": None, "closed_by": None, "closed_at": None}
    return None


def _words(task: TaskPlanned | TaskChanged) -> dict[str, Any]:
    return {"kind": task.kind.value, "title": task.title, "notes": task.notes, "priority": task.priority.value}
