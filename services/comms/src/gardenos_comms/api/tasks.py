"""`/api/v1/tasks`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from gardenos_chassis import reading
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import lists, opens
from gardenos_chassis.errors import Conflict, Invalid, NotFound
from gardenos_chassis.events import Changed, Repository
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.http.dependencies import Reading
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.history import history_routes
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_contracts import Event
from gardenos_contracts.tasks import DayTime, TaskKind, TaskPlanned, TaskPriority
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from sqlalchemy import func, select

from gardenos_comms.api import task_shapes as shapes
from gardenos_comms.directory import find_person
from gardenos_comms.tasks import commands, queries
from gardenos_comms.tasks.held import OPEN
from gardenos_comms.tasks.tables import tasks as table
from gardenos_comms.tasks.task import Due, Task, TaskState, evolve, shown, title

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])

DueDay = Annotated[date, BeforeValidator(lambda given: reading.day(given) if isinstance(given, str) else given)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul]
Notes = Annotated[str, StringConstraints(max_length=10_000), WithoutNul]
Outcome = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), WithoutNul]


class PlanTask(BaseModel):
    """Something that is to be done; about a lead, a client, or nobody in particular."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    lead_id: UUID | None = None
    client_id: UUID | None = None
    kind: TaskKind = TaskKind.OTHER
    title: Title
    notes: Notes | None = None
    priority: TaskPriority = TaskPriority.NORMAL
    due_on: DueDay
    due_time: DayTime | None = None
    """By the agency's clock; null: at any time of the day."""
    owner_id: UUID | None = None
    """Who is to do it; null: whoever takes it from the pool. Left out: the caller."""


class ChangeTask(BaseModel):
    """What is sent is changed, what is not sent stays; null empties notes and the time."""

    model_config = ConfigDict(extra="forbid")

    kind: TaskKind = TaskKind.OTHER
    title: Title = ""
    notes: Notes | None = None
    priority: TaskPriority = TaskPriority.NORMAL
    due_on: DueDay = date.min
    due_time: DayTime | None = None


class AssignTask(BaseModel):
    """Who is to do it, or null for the pool. Without `team_id` it stays with its team."""

    model_config = ConfigDict(extra="forbid")

    owner_id: UUID | None
    team_id: UUID | None = None


class CompleteTask(BaseModel):
    """What came of it, where there is something to say."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome | None = None


class CancelTask(BaseModel):
    """Why it need not be done, where there is something to say."""

    model_config = ConfigDict(extra="forbid")

    reason: Outcome | None = None


class ChangeTasks(BaseModel):
    """The same done to several tasks."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    act: Literal["complete", "reopen", "cancel", "reschedule"]
    due_on: DueDay | None = None
    """To when they are rescheduled; each keeps its time of the day."""


async def _of_caller(task_id: Annotated[UUID, Path()], writing: Writer) -> Repository[Task]:
    return await commands.of_caller(writing, task_id)


Tasks = Annotated[Repository[Task], Depends(_of_caller)]


def task_filter(
    reading: Reader,
    state: Annotated[list[TaskState], Query()] = [],  # noqa: B006
    due: Annotated[queries.DueWhen | None, Query(description="Open ones that are overdue, due today or later")] = None,
    mine: Annotated[bool, Query(description="The caller's own")] = False,
    owner_id: Annotated[list[str], Query(max_length=100, description="A person's id, or `none` for the pool")] = [],  # noqa: B006
    lead_id: UUID | None = None,
    client_id: UUID | None = None,
    person_id: UUID | None = None,
) -> queries.TaskFilter:
    """The filters of a list of tasks."""
    try:
        owners = [UUID(owner) for owner in owner_id if owner != "none"]
    except ValueError as error:
        raise Invalid("an owner is a person's id, or `none` for the pool", pointer="query:owner_id") from error
    if mine:
        owners.append(reading.caller.user_id)
    return queries.TaskFilter(state, due, owners, "none" in owner_id, lead_id, client_id, person_id)


Wanted = Annotated[queries.TaskFilter, Depends(task_filter)]


@router.get(
    "",
    responses={200: {"model": Page[shapes.Task]}},
    openapi_extra=lists("tasks", "person_id", "client_id", "lead_id"),
)
async def list_tasks(
    reading: Reader, wanted: Wanted, sort: queries.Sort = "due", limit: Limit = 50, cursor: CursorParam = None
) -> Response:
    """The tasks that the caller sees: their own, those of whom they lead, and those about records they see."""
    return json_response(await queries.task_page(reading.session, reading.caller, wanted, sort, limit, cursor))


@router.get("/counts", responses={200: {"model": shapes.TaskCounts}})
async def count_tasks(reading: Reader, wanted: Wanted) -> Response:
    """How many open tasks are overdue, due today and later, of those that the list would show."""
    return json_response(await queries.counts(reading.session, reading.caller, wanted))


@router.get("/held", responses={200: {"model": shapes.HeldTasks}})
async def count_held_tasks(reading: Reader, owner_id: UUID | None = None, team_id: UUID | None = None) -> Response:
    """How many open tasks a person has, or are with a team: what is handed over. For owners and admins."""
    reading.caller.require_administer()
    given = {table.c.owner_id: owner_id, table.c.team_id: team_id}
    theirs = [column == id for column, id in given.items() if id is not None]
    counted = select(func.count()).where(table.c.agency_id == reading.caller.agency_id, OPEN, *theirs)
    return json_response({"count": (await reading.session.execute(counted)).scalar_one()})


@router.post("", status_code=201, responses={201: {"model": shapes.Task}})
async def plan_task(request: Request, body: PlanTask, writing: Writer) -> Response:
    """Something is to be done. What it is about must be the caller's to change, and whoever is to do it must see it."""
    if body.lead_id is not None and body.client_id is not None:
        raise Invalid("a task is about a lead, a client or nobody; name one of the two", pointer="/lead_id")
    person = None
    if body.lead_id is not None or body.client_id is not None:
        service: Service = request.app.state.service
        token = request.headers["authorization"].partition(" ")[2].strip()
        ids = {"lead_id": body.lead_id, "client_id": body.client_id}
        person = await find_person(service, writing.caller, token, **ids, to_do="plan tasks about")
    owner_id = body.owner_id if "owner_id" in body.model_fields_set else writing.caller.user_id
    event = TaskPlanned(
        task_id=new_id(), owner_id=owner_id, **body.model_dump(exclude={"lead_id", "client_id", "owner_id"})
    )
    return await _answer(request, writing, await commands.plan(writing, event, person), 201)


@router.post("/bulk", responses={200: {"model": shapes.TaskFates}})
async def change_tasks(body: ChangeTasks, writing: Writer) -> Response:
    """The same done to several tasks, each by itself; the answer says what became of each."""
    if (body.act == "reschedule") != (body.due_on is not None):
        raise Invalid("say to when they are rescheduled, and only then", pointer="/due_on")
    fates = [await _fate(writing, id, _decision(body)) for id in dict.fromkeys(body.ids)]
    return json_response({"fates": fates})


def _decision(body: ChangeTasks) -> Callable[[Task], Iterator[Event]]:
    match body.act:
        case "complete":
            return lambda task: task.complete()
        case "reopen":
            return lambda task: task.reopen()
        case "cancel":
            return lambda task: task.cancel()
    on = body.due_on
    assert on is not None
    return lambda task: task.reschedule(replace(task.due, on=on))


async def _fate(writing: Writing, id: UUID, decide: Callable[[Task], Iterator[Event]]) -> dict[str, Any]:
    """One of several. What was done already is done by the second time, so that one key needs not be many."""
    each = replace(writing, context=replace(writing.context, idempotency_key=None, if_match=None))
    recorded: Sequence[Event] = ()

    def decided(task: Task) -> Sequence[Event]:
        nonlocal recorded
        recorded = list(decide(task))
        return recorded

    try:
        changed = await (await commands.of_caller(each, id)).change(id, decided)
    except NotFound:
        return {"id": id, "fate": "gone", "detail": "there is no such task", "version": None}
    except Conflict as conflict:
        return {"id": id, "fate": "conflict", "detail": conflict.detail, "version": None}
    return {"id": id, "fate": "done" if recorded else "nothing", "detail": None, "version": changed.version}


@router.get("/{task_id}", responses={200: {"model": shapes.Task}}, openapi_extra=opens("task", "task_id"))
async def show_task(task_id: UUID, reading: Reader) -> Response:
    """One task."""
    found = await queries.task(reading.session, reading.caller, task_id)
    shows(person_id=found["person_id"])
    return json_response(found, etag=found["version"])


@router.patch("/{task_id}", responses={200: {"model": shapes.Task}})
async def change_task(task_id: UUID, request: Request, body: ChangeTask, tasks: Tasks, writing: Writer) -> Response:
    """What is sent is changed; when it is due as well."""
    sent = body.model_dump(include=body.model_fields_set)
    words = {name: value for name, value in sent.items() if not name.startswith("due_")}

    def decide(task: Task) -> Iterator[Event]:
        yield from task.change(**words)
        yield from task.reschedule(Due(sent.get("due_on", task.due.on), sent.get("due_time", task.due.time)))

    return await _answer(request, writing, await tasks.change(task_id, decide))


@router.put("/{task_id}/owner", responses={200: {"model": shapes.Task}})
async def assign_task(task_id: UUID, request: Request, body: AssignTask, writing: Writer) -> Response:
    """Somebody else is to do it, or whoever takes it from the pool."""
    keeps_team = "team_id" not in body.model_fields_set
    changed = await commands.assign(writing, task_id, body.owner_id, body.team_id, keeps_team=keeps_team)
    return await _answer(request, writing, changed)


@router.post("/{task_id}/complete", responses={200: {"model": shapes.Task}})
async def complete_task(
    task_id: UUID, request: Request, tasks: Tasks, writing: Writer, body: CompleteTask | None = None
) -> Response:
    """It is done; the same again changes nothing."""
    outcome = (body.outcome if body else None) or None
    return await _answer(request, writing, await tasks.change(task_id, lambda task: task.complete(outcome)))


@router.post("/{task_id}/reopen", responses={200: {"model": shapes.Task}})
async def reopen_task(task_id: UUID, request: Request, tasks: Tasks, writing: Writer) -> Response:
    """What was done or cancelled is to be done after all."""
    return await _answer(request, writing, await tasks.change(task_id, lambda task: task.reopen()))


@router.post("/{task_id}/cancel", responses={200: {"model": shapes.Task}})
async def cancel_task(
    task_id: UUID, request: Request, tasks: Tasks, writing: Writer, body: CancelTask | None = None
) -> Response:
    """It need not be done any more; its history stays."""
    reason = (body.reason if body else None) or None
    return await _answer(request, writing, await tasks.change(task_id, lambda task: task.cancel(reason)))


async def _sees(reading: Reading, task: Task) -> bool:
    try:
        await queries.seen(reading.session, reading.caller, task.task_id)
    except NotFound:
        return False
    return True


def _scope(task: Task) -> tuple[UUID | None, ...]:
    return task.owner_id, task.team_id


router.include_router(history_routes(evolve, _scope, "task", sees=_sees, shown=shown, title=title))


async def _answer(request: Request, writing: Writing, changed: Changed, status: int = 200) -> Response:
    """The task as it is now."""
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        found = await queries.task_for_its_writer(session, writing.caller, changed.id)
    location = f"/api/v1/tasks/{changed.id}" if status == 201 else None
    return json_response(found, status, etag=found["version"], location=location)
