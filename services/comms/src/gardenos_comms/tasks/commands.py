"""Commands on tasks: whose they may be, and who may give them."""

from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import WRITE_RECORDS
from gardenos_chassis.errors import Conflict, Invalid, NotFound
from gardenos_chassis.events import Changed, Repository
from gardenos_chassis.http import Writing
from gardenos_contracts.tasks import TaskPlanned
from sqlalchemy import select

from gardenos_comms.people import Person
from gardenos_comms.tables import people
from gardenos_comms.tasks import queries
from gardenos_comms.tasks.task import Task, evolve

NOUN = "task"


async def plan(writing: Writing, event: TaskPlanned, person: Person | None) -> Changed:
    """A new task. Raises Invalid where whoever is to do it is no colleague, only reads, or does not see whom it is about."""
    record = await _record_of(writing, person) if person else None
    owner = await _owner(writing, event.owner_id, record)
    about = {"person_id": person.person_id, "lead_id": person.lead_id, "client_id": person.client_id} if person else {}
    planned = event.model_copy(update={**about, "team_id": _team_of(record, owner)})
    tasks = Repository(writing.store, writing.context, evolve, lambda task: (task.owner_id, task.team_id), NOUN)
    return await tasks.create(event.task_id, lambda: [planned])


async def assign(
    writing: Writing, task_id: UUID, owner_id: UUID | None, team_id: UUID | None, *, keeps_team: bool
) -> Changed:
    """Somebody else is to do it, or whoever takes it from the pool. Raises as `plan` does."""
    found = await _found(writing, task_id)
    tasks = _as_seen(writing, found)
    await writing.refuse_strangers(team_id=team_id)
    await _owner(
        writing, owner_id, None if found is None or found.person_id is None else (*found.whose, found.person_id)
    )
    return await tasks.give(
        task_id, owner_id, lambda task: task.assign(owner_id, task.team_id if keeps_team else team_id)
    )


async def of_caller(writing: Writing, task_id: UUID) -> Repository[Task]:
    """Commands on one task by one caller, to whom it is there if they see the record it is about. Raises Conflict."""
    return _as_seen(writing, await _found(writing, task_id))


async def _found(writing: Writing, task_id: UUID) -> queries.Seen | None:
    """The task as its caller sees it; None to whom it is not there.

    Then the same command once more still gets its outcome, whosever the task is by now.
    """
    async with writing.store.database.transaction(writing.caller.agency_id) as session:
        try:
            return await queries.seen(session, writing.caller, task_id)
        except NotFound:
            return None


def _as_seen(writing: Writing, found: queries.Seen | None) -> Repository[Task]:
    caller = writing.caller

    def scope(task: Task) -> tuple[UUID | None, ...]:
        if found is None:
            return task.owner_id, task.team_id, task.person_id
        return (caller.user_id, None, None) if found.written_by(caller) else (None, None, None)

    if found is not None and not found.written_by(caller) and found.owner_id is not None:
        raise Conflict("a colleague has this task, about somebody whom nobody has yet: claim the lead or client first")
    return Repository(writing.store, writing.context, evolve, scope, NOUN)


Record = tuple[UUID | None, UUID | None, UUID | None]
"""Whose the record of a person is, and the person."""


async def _record_of(writing: Writing, person: Person) -> Record:
    async with writing.store.database.transaction(writing.caller.agency_id) as session:
        of_person = (people.c.agency_id == writing.caller.agency_id, people.c.person_id == person.person_id)
        row = (await session.execute(select(people.c.owner_id, people.c.team_id).where(*of_person))).one()
    return row.owner_id, row.team_id, person.person_id


async def _owner(writing: Writing, owner_id: UUID | None, record: Record | None) -> Caller | None:
    """Whoever is to do it, as they would ask."""
    if owner_id is None or owner_id == writing.caller.user_id:
        return writing.caller if owner_id is not None else None
    await writing.refuse_strangers(owner_id=owner_id)
    owner = (await writing.colleagues([owner_id], pointer="/owner_id")).get(owner_id)
    if owner is None:
        return None
    if not owner.may(WRITE_RECORDS):
        raise Invalid("this colleague reads and changes nothing: choose somebody who may do it", pointer="/owner_id")
    if record is not None and not owner.sees(*record):
        raise Invalid(
            "this colleague does not see whom the task is about: share the record with them first", pointer="/owner_id"
        )
    return owner


def _team_of(record: Record | None, owner: Caller | None) -> UUID | None:
    """In whose pool it is if nobody has it: the record's team's, else the owner's, where they are in one alone."""
    if record is not None:
        return record[1]
    return next(iter(owner.team_ids)) if owner is not None and len(owner.team_ids) == 1 else None
