"""Tasks: read tables in, answers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.agency_zones import zone_of
from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.auth.permissions import READ_RECORDS, Scope
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Actor, ActorKind
from sqlalchemy import (
    Column,
    ColumnElement,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gardenos_comms.same_people import is_same, of_either, one_with, shown_as
from gardenos_comms.tables import people, same_people, users
from gardenos_comms.tasks.tables import ANY_TIME, agency_zones, tasks
from gardenos_comms.tasks.task import TaskState

COUNTED = 1000
"""As far as tasks are counted; beyond it there are more."""

DueWhen: TypeAlias = Literal["overdue", "today", "upcoming"]
Sort: TypeAlias = Literal["due", "-due", "-closed_at"]

_standings = Table(
    "standings",
    MetaData(),
    Column("agency_id", Uuid),
    Column("user_id", Uuid),
    Column("team_ids", ARRAY(Uuid)),
)
"""Who is in which teams, as the chassis keeps it."""

_SHOWN_AS = shown_as(tasks.c.person_id)
_WITH_PEOPLE = tasks.outerjoin(same_people, is_same(tasks.c.agency_id, tasks.c.person_id)).outerjoin(
    people, and_(people.c.agency_id == tasks.c.agency_id, people.c.person_id == _SHOWN_AS)
)
_when = tuple_(tasks.c.due_on, tasks.c.due_by)
_OPEN = tasks.c.state == TaskState.OPEN.value
_ORDERS: dict[Sort, tuple[Key, ...]] = {
    "due": (Key(tasks.c.due_on, "due_on"), Key(tasks.c.due_by, "due_by"), Key(tasks.c.id, "id")),
    "-due": (Key(tasks.c.due_on, "due_on", "desc"), Key(tasks.c.due_by, "due_by", "desc"), Key(tasks.c.id, "id", "desc")),
    "-closed_at": (Key(tasks.c.closed_at, "closed_at", "desc"), Key(tasks.c.id, "id", "desc")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are wanted. What is not said narrows nothing."""

    states: Sequence[TaskState] = ()
    due: DueWhen | None = None
    owner_ids: Sequence[UUID] = ()
    pool: bool = False
    """Those of nobody, beside those of the owners named."""
    lead_id: UUID | None = None
    client_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A task that a caller sees."""

    whose: tuple[UUID | None, UUID | None]
    """Of the record it is about, where it is about one."""
    person_id: UUID | None
    """Of that record, too."""
    owner_id: UUID | None
    team_id: UUID | None

    def written_by(self, caller: Caller) -> bool:
        """Whether it is theirs to change: because it is theirs, or because the record it is about is."""
        if caller.writes(self.owner_id, self.team_id) or not caller.must_claim:
            return True
        return self.person_id is not None and caller.writes(*self.whose, self.person_id)


async def task_page(
    session: Session, caller: Caller, wanted: TaskFilter, sort: Sort, limit: int, cursor: str | None
) -> dict[str, Any]:
    """The tasks that a caller sees, by cursor."""
    now = await now_in(session, caller.agency_id)
    narrowed = await _narrowed(session, caller, wanted, now, _tasks(caller, now))
    if sort == "-closed_at":
        # What is open was not closed.
        narrowed = narrowed.where(tasks.c.closed_at.is_not(None))
    page = page_of(await fetch(session, keyset(narrowed, _ORDERS[sort], cursor, limit)), _ORDERS[sort], limit)
    await _fill(session, caller.agency_id, page["items"])
    return page


async def counts(session: Session, caller: Caller, wanted: TaskFilter) -> dict[str, Any]:
    """How many open tasks are overdue, due today and later; each as far as `COUNTED`."""
    now = await now_in(session, caller.agency_id)
    sought: tuple[DueWhen, ...] = ("overdue", "today", "upcoming")
    each = []
    for due in sought:
        statement = select(literal(1).label("one")).select_from(_WITH_PEOPLE).where(_OPEN, _due(due, now))
        found = (await _narrowed(session, caller, wanted, now, statement)).limit(COUNTED).subquery()
        each.append(select(func.count()).select_from(found).scalar_subquery().label(due))
    row = (await session.execute(select(*each))).mappings().one()
    return {**row, "up_to": COUNTED, "today_is": now.date()}


async def task(session: Session, caller: Caller, task_id: UUID) -> dict[str, Any]:
    """One task. Raises NotFound."""
    return await _one(session, caller, tasks.c.id == task_id, *_seen(caller))


async def task_for_its_writer(session: Session, caller: Caller, task_id: UUID) -> dict[str, Any]:
    """A task to whoever just changed it, even if it has passed out of their sight by that."""
    return await _one(session, caller, tasks.c.id == task_id)


async def seen(session: Session, caller: Caller, task_id: UUID) -> Seen:
    """A task with what decides whether it is the caller's to change. Raises NotFound."""
    columns = (people.c.owner_id, people.c.team_id, people.c.person_id, tasks.c.owner_id, tasks.c.team_id)
    statement = select(*columns).select_from(_WITH_PEOPLE).where(tasks.c.id == task_id, *_seen(caller))
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound("there is no such task")
    return Seen((row[0], row[1]), row[2], row[3], row[4])


async def now_in(session: Session, agency_id: UUID) -> datetime:
    """What the agency's clock shows, by which its tasks are due."""
    return datetime.now(await zone_of(session, agency_zones, agency_id))


async def _one(session: Session, caller: Caller, *wanted: ColumnElement[bool]) -> dict[str, Any]:
    now = await now_in(session, caller.agency_id)
    found = await fetch(session, _tasks(caller, now).where(*wanted))
    if not found:
        raise NotFound("there is no such task")
    await _fill(session, caller.agency_id, found)
    return found[0]


def _tasks(caller: Caller, now: datetime) -> Select[Any]:
    # Whoever has a task about somebody whom they do not see any more is told what is to be done, not who that is.
    theirs = _sees_record(caller)
    of_person = {
        "person_id": _SHOWN_AS,
        "lead_id": people.c.lead_id,
        "client_id": people.c.client_id,
        "person_name": people.c.name,
    }
    told = (case((theirs, column), else_=None).label(name) for name, column in of_person.items())
    own = (column for column in tasks.c if column.name not in ("agency_id", "person_id"))
    overdue = and_(_OPEN, _due("overdue", now)).label("overdue")
    return select(*own, *told, overdue).select_from(_WITH_PEOPLE).where(tasks.c.agency_id == caller.agency_id)


def _sees_record(caller: Caller) -> ColumnElement[bool]:
    record = visible_to(caller, people.c.owner_id, people.c.team_id, people.c.person_id)
    return and_(people.c.person_id.is_not(None), record)


def _seen(caller: Caller) -> list[ColumnElement[bool]]:
    """Whose it is, who leads them, and whoever sees the record that it is about."""
    scope = caller.scope_of(READ_RECORDS)
    if scope in (Scope.AGENCY, Scope.NOTHING):
        return [] if scope is Scope.AGENCY else [false()]
    found = [visible_to(caller, tasks.c.owner_id, tasks.c.team_id), _sees_record(caller)]
    if scope is Scope.TEAMS and caller.team_ids:
        of_teams = _standings.c.team_ids.overlap(sorted(caller.team_ids))
        members = select(_standings.c.user_id).where(_standings.c.agency_id == caller.agency_id, of_teams)
        found.append(tasks.c.owner_id.in_(members))
    return [or_(*found)]


def _due(when: DueWhen, now: datetime) -> ColumnElement[bool]:
    moment = tuple_(literal(now.date()), literal(now.strftime("%H:%M"), Text))
    match when:
        case "overdue":
            return _when < moment
        case "today":
            return and_(_when >= moment, tasks.c.due_on == now.date())
        case "upcoming":
            return tasks.c.due_on > now.date()


async def _narrowed(
    session: Session, caller: Caller, wanted: TaskFilter, now: datetime, statement: Select[Any]
) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [tasks.c.agency_id == caller.agency_id, *_seen(caller)]
    ids = {people.c.lead_id: wanted.lead_id, people.c.client_id: wanted.client_id, people.c.person_id: wanted.person_id}
    if whose := [column == id for column, id in ids.items() if id is not None]:
        persons = await one_with(session, caller.agency_id, *whose)
        conditions.append(of_either(tasks.c.person_id, persons) if persons else false())
    else:
        # Of a removed lead whoever asks for it is told, and nobody else.
        conditions.append(people.c.removed_at.is_(None))
    if wanted.states:
        conditions.append(or_(*(tasks.c.state == state.value for state in wanted.states)))
    if wanted.due is not None:
        conditions += [_OPEN, _due(wanted.due, now)]
    owners = [tasks.c.owner_id == id for id in wanted.owner_ids]
    if wanted.pool:
        owners.append(tasks.c.owner_id.is_(None))
    if owners:
        conditions.append(or_(*owners))
    return statement.where(*conditions)


async def _fill(session: Session, agency_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """Gives names to whoever planned and closed each, and says a time of the day where one was said."""
    for row in rows:
        due_by = row.pop("due_by")
        row["due_time"] = None if due_by == ANY_TIME else due_by
    ids = {actor.id for row in rows for actor in _actors(row) if actor.kind is ActorKind.PERSON}
    named: dict[str, str] = {}
    if ids:
        wanted = (users.c.agency_id == agency_id, users.c.id.in_([UUID(id) for id in ids]))
        named = {
            str(row.id): row.name for row in await session.execute(select(users.c.id, users.c.name).where(*wanted))
        }
    for row in rows:
        for by in ("planned_by", "closed_by"):
            actor = Actor.parse(row[by]) if row[by] else None
            row[by] = actor and {"kind": actor.kind, "id": actor.id, "name": named.get(actor.id)}


def _actors(row: dict[str, Any]) -> list[Actor]:
    return [Actor.parse(row[by]) for by in ("planned_by", "closed_by") if row[by]]
