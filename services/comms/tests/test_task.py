"""What may happen to a task, by itself."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import pytest
from gardenos_chassis.errors import Conflict
from gardenos_chassis.ids import new_id
from gardenos_comms.tasks.task import Due, Task, TaskState, evolve, title
from gardenos_contracts import Event
from gardenos_contracts.tasks import (
    TaskAssigned,
    TaskCancelled,
    TaskChanged,
    TaskCompleted,
    TaskKind,
    TaskPlanned,
    TaskReopened,
    TaskRescheduled,
)

ANN, BEN, PERSON, LEAD = new_id(), new_id(), new_id(), new_id()
MONDAY, TUESDAY = date(2027, 3, 15), date(2027, 3, 16)
PLANNED = TaskPlanned(
    task_id=new_id(), person_id=PERSON, lead_id=LEAD, kind=TaskKind.CALL, title="Call Maria", due_on=MONDAY,
    due_time="14:30", owner_id=ANN,
)  # fmt: skip


def after(*events: Event) -> Task:
    task = evolve(None, PLANNED)
    for event in events:
        task = evolve(task, event)
    return task


def once(events: Iterable[Event]) -> Event:
    (event,) = events
    return event


def test_it_is_done_once_and_says_what_came_of_it() -> None:
    done = once(after().complete("She takes it"))
    assert isinstance(done, TaskCompleted)
    assert (done.person_id, done.lead_id, done.title, done.outcome, done.owner_id) == (
        PERSON, LEAD, "Call Maria", "She takes it", ANN,
    )  # fmt: skip
    task = after(done)
    assert (task.state, task.outcome) == (TaskState.DONE, "She takes it")
    assert list(task.complete("again")) == []


def test_what_is_closed_is_reopened_before_it_changes() -> None:
    done = after(once(after().complete()))
    cancelled = after(once(after().cancel("She called us")))
    for task in (done, cancelled):
        for change in (task.change(title="x"), task.reschedule(Due(TUESDAY)), task.assign(BEN, None)):
            with pytest.raises(Conflict, match="reopen it first"):
                list(change)
        reopened = once(task.reopen())
        assert isinstance(reopened, TaskReopened)
        assert (evolve(task, reopened).state, evolve(task, reopened).outcome) == (TaskState.OPEN, None)
    with pytest.raises(Conflict):
        list(done.cancel())
    with pytest.raises(Conflict):
        list(cancelled.complete())
    assert list(cancelled.cancel()) == list(after().reopen()) == []


def test_only_what_differs_is_told() -> None:
    task = after()
    assert list(task.change(title="Call Maria")) == list(task.reschedule(Due(MONDAY, "14:30"))) == []
    assert list(task.assign(ANN, None)) == []
    changed = once(task.change(notes="after six"))
    assert isinstance(changed, TaskChanged)
    assert (changed.title, changed.notes, changed.kind) == ("Call Maria", "after six", TaskKind.CALL)
    moved = once(task.reschedule(Due(TUESDAY)))
    assert isinstance(moved, TaskRescheduled)
    assert (moved.due_on, moved.due_time, moved.previous_due_on, moved.previous_due_time) == (
        TUESDAY, None, MONDAY, "14:30",
    )  # fmt: skip
    given = once(task.assign(None, None))
    assert isinstance(given, TaskAssigned)
    assert (given.previous_owner_id, title(given)) == (ANN, "Returned to the pool")
    assert after(changed, moved, given).due == Due(TUESDAY)


def test_a_task_is_sealed_for_whom_it_is_about_or_by_itself() -> None:
    alone = TaskPlanned(task_id=new_id(), kind=TaskKind.OTHER, title="Order cards", due_on=MONDAY)
    assert (PLANNED.about(), alone.about()) == (PERSON, alone.task_id)
    cancelled = once(evolve(None, alone).cancel())
    assert isinstance(cancelled, TaskCancelled)
    assert cancelled.about() == alone.task_id


def test_no_other_event_is_a_tasks() -> None:
    with pytest.raises(TypeError):
        evolve(None, TaskReopened(task_id=UUID(int=1)))
