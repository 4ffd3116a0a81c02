"""What is planned to be done about a lead: the day of the next open task, and how many there are.

Comms tells of tasks; of a lead they are added up with those of the leads that are one person with it.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import Event, Fact, Received
from gardenos_contracts.leads import PersonForgotten
from gardenos_contracts.tasks import TaskCancelled, TaskCompleted, TaskPlanned, TaskReopened, TaskRescheduled
from sqlalchemy import Boolean, Column, Date, Table, Uuid, delete

from gardenos_leads.contacts import hold
from gardenos_leads.tables import metadata

lead_tasks = Table(
    "lead_tasks",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("task_id", Uuid, primary_key=True),
    Column("lead_id", Uuid),
    Column("due_on", Date),
    Column("open", Boolean),
)
"""Each task about a lead. In `leads` stands what lists go by: `next_task_on` and `open_tasks`."""

planned_tasks = Consumer(
    "leads.tasks",
    listens_to=[TaskPlanned, TaskRescheduled, TaskCompleted, TaskReopened, TaskCancelled],
    skips_forgotten=True,
)

_PLANNED = """
insert into lead_tasks (agency_id, task_id, lead_id, due_on, open) values ($1, $2, $3, $4, true) on conflict do nothing
"""
_RESCHEDULED = "update lead_tasks set due_on = $3 where agency_id = $1 and task_id = $2"
_OPEN = "update lead_tasks set open = $3 where agency_id = $1 and task_id = $2"
_ADD_UP = """
with parts (id, part) as (
    select id, id from unnest($2::uuid[]) as asked (id)
    union select merged_into, id from leads where agency_id = $1 and merged_into = any($2::uuid[])
), sums as (
    select parts.id, min(tasks.due_on) as next, count(tasks.task_id) as open
    from parts left join lead_tasks tasks on tasks.agency_id = $1 and tasks.lead_id = parts.part and tasks.open
    group by parts.id
)
update leads set next_task_on = sums.next, open_tasks = sums.open
from sums where leads.agency_id = $1 and leads.id = sums.id
"""


@planned_tasks.on(TaskPlanned)
async def planned(event: Received[TaskPlanned], db: Session) -> None:
    """One more is to be done."""
    await _keep(
        db, event.agency_id, event.data.lead_id, _PLANNED, event.data.task_id, event.data.lead_id, event.data.due_on
    )


@planned_tasks.on(TaskRescheduled)
async def rescheduled(event: Received[TaskRescheduled], db: Session) -> None:
    """It is due on another day."""
    await _keep(db, event.agency_id, event.data.lead_id, _RESCHEDULED, event.data.task_id, event.data.due_on)


@planned_tasks.on(TaskCompleted)
async def completed(event: Received[TaskCompleted], db: Session) -> None:
    """It is done."""
    await _keep(db, event.agency_id, event.data.lead_id, _OPEN, event.data.task_id, False)


@planned_tasks.on(TaskCancelled)
async def cancelled(event: Received[TaskCancelled], db: Session) -> None:
    """It need not be done."""
    await _keep(db, event.agency_id, event.data.lead_id, _OPEN, event.data.task_id, False)


@planned_tasks.on(TaskReopened)
async def reopened(event: Received[TaskReopened], db: Session) -> None:
    """It is to be done after all."""
    await _keep(db, event.agency_id, event.data.lead_id, _OPEN, event.data.task_id, True)


async def _keep(db: Session, agency_id: UUID, lead_id: UUID | None, statement: str, *values: object) -> None:
    if lead_id is None:
        return
    if held := await hold(db, agency_id, lead_id):
        await driver_of(db).execute(statement, agency_id, *values)
        await add_up_tasks(db, agency_id, held)


async def add_up_tasks(db: Session, agency_id: UUID, lead_ids: Collection[UUID]) -> None:
    """What lists show of these leads, anew: of each with those that go on as it."""
    if lead_ids:
        await driver_of(db).execute(_ADD_UP, agency_id, sorted(lead_ids))


async def forget_tasks(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Of somebody forgotten nothing is planned any more."""
    for fact in facts:
        if isinstance(fact.data, PersonForgotten):
            theirs = (lead_tasks.c.agency_id == fact.agency_id, lead_tasks.c.lead_id == fact.stream_id)
            await session.execute(delete(lead_tasks).where(*theirs))
            await add_up_tasks(session, fact.agency_id, [fact.stream_id])
