"""Work that changes hands by what befell a person or a team: in batches, each record once, whoever dies in between.

A service of records that have an owner and a team says what of them is open and how one is assigned; `handing_over` gives
the consumer and the jobs that do the rest:

    handed_over, handing = handing_over("leads", Held(leads, open, evolve, scope, Lead.assign))

What identity tells becomes a job in the transaction that marks it as read. Each batch of it commits by itself, and takes
what it moves out of what is left, so that a job which is begun again goes on where it was. Its events have the cause that
identity's has, and are done on behalf of whoever gave the work away. What was on its way to that person or team meanwhile,
from another service or in a long import, is looked for once more a little later.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from gardenos_contracts import Event, Received
from gardenos_contracts.identity import TeamDissolved, WorkHandedOver
from sqlalchemy import ColumnElement, Table, select

from gardenos_chassis.errors import Conflict
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.store import LostRace, UnitOfWork
from gardenos_chassis.jobs.kinds import Job, Jobs
from gardenos_chassis.jobs.queue import enqueue
from gardenos_chassis.tenancy import Session, driver_of

log = logging.getLogger(__name__)

A = TypeVar("A")

Whose: TypeAlias = tuple[UUID | None, UUID | None]
"""Owner and team."""

_BATCH = 100
_RACES = 20
_ONCE_MORE_AFTER = timedelta(minutes=10)

_IS_AWAY = "select exists (select from standings where agency_id = $1 and user_id = $2 and not active)"


@dataclass(frozen=True, slots=True)
class Held(Generic[A]):
    """Records that somebody has."""

    table: Table
    """With the columns agency_id, id, owner_id and team_id."""
    open: ColumnElement[bool]
    """Of its rows those that are handed on: what is closed or forgotten stays with whom it was."""
    evolve: Callable[[A | None, Event], A]
    scope: Callable[[A], Whose]
    assign: Callable[[A, UUID | None, UUID | None], Iterable[Event]]


def handing_over(service: str, held: Held[A]) -> tuple[Consumer, Jobs]:
    """What listens to identity, and what does the work."""
    kind = f"{service}.hand-over"
    consumer = Consumer(f"{service}.handing-over", listens_to=[WorkHandedOver, TeamDissolved])
    jobs = Jobs(at_once=2)

    async def put_down(event: Received[Any], what: _What, db: Session) -> None:
        told = {"what": what.name, **{name: str(id) if id else None for name, id in what.ids.items()}}
        await enqueue(db, kind, told | {"again": False}, because_of=event, key=str(event.id))
        later = datetime.now(UTC) + _ONCE_MORE_AFTER
        await enqueue(db, kind, told | {"again": True}, because_of=event, key=f"{event.id} once more", at=later)

    @consumer.on(WorkHandedOver)
    async def work_handed_over(event: Received[WorkHandedOver], db: Session) -> None:
        work = event.data
        ids = {"from_id": work.user_id, "to_id": work.to_id, "pool_id": work.team_id}
        await put_down(event, _What("person", ids), db)

    @consumer.on(TeamDissolved)
    async def team_dissolved(event: Received[TeamDissolved], db: Session) -> None:
        ids = {"from_id": event.data.team_id, "to_id": event.data.pool_to_id, "pool_id": None}
        await put_down(event, _What("team", ids), db)

    @jobs.on(kind)
    async def hand_over(job: Job) -> None:
        await _hand_over(job, held)

    return consumer, jobs


@dataclass(frozen=True, slots=True)
class _What:
    """What a job moves: what `from_id` holds, a person or a team, to `to_id`."""

    name: str
    ids: dict[str, UUID | None]

    def theirs(self, table: Table) -> ColumnElement[bool]:
        column: ColumnElement[bool] = table.c["owner_id" if self.name == "person" else "team_id"] == self.ids["from_id"]
        return column

    def after(self, owner_id: UUID | None, team_id: UUID | None) -> Whose | None:
        """Whose a record is to be that is somebody's now; None if it is not theirs any more."""
        from_id, to_id = self.ids["from_id"], self.ids["to_id"]
        if self.name == "team":
            return (owner_id, to_id) if team_id == from_id else None
        if owner_id != from_id:
            return None
        return to_id, team_id if to_id is not None else team_id or self.ids["pool_id"]


async def _hand_over(job: Job, held: Held[A]) -> None:
    told = {name: job.arguments[name] for name in ("from_id", "to_id", "pool_id")}
    ids = {name: UUID(id) if id is not None else None for name, id in told.items()}
    what = _What(job.arguments["what"], ids)
    last, races, moved = UUID(int=0), 0, 0
    while True:
        try:
            async with job.store.unit_of_work(job.context) as work:
                if not await job.holds(work.session) or not await _is_due(job, what, work.session):
                    return
                batch = await _batch(work.session, job.agency_id, what, held, last)
                assigned = sum([await _assign(work, id, what, held) for id in batch])
        except LostRace:
            # Somebody worked on one of them at this moment; what they left is read anew.
            races += 1
            if races > _RACES:
                raise
            continue
        moved += assigned
        if len(batch) < _BATCH:
            log.info("work was handed over", extra={"job_id": str(job.id), "records": moved})
            return
        last, races = batch[-1], 0


async def _is_due(job: Job, what: _What, session: Session) -> bool:
    """The second look is for whoever is away still: one who is back may have been given work of their own."""
    if not job.arguments["again"] or what.name == "team":
        return True
    return bool(await driver_of(session).fetchval(_IS_AWAY, job.agency_id, what.ids["from_id"]))


async def _batch(session: Session, agency_id: UUID, what: _What, held: Held[A], last: UUID) -> Sequence[UUID]:
    table = held.table
    wanted = (table.c.agency_id == agency_id, what.theirs(table), held.open, table.c.id > last)
    return (await session.execute(select(table.c.id).where(*wanted).order_by(table.c.id).limit(_BATCH))).scalars().all()


async def _assign(work: UnitOfWork, id: UUID, what: _What, held: Held[A]) -> bool:
    state: A | None = None
    version = 0
    for fact in await work.load(id):
        state, version = held.evolve(state, fact.data), fact.version
    whose = None if state is None else what.after(*held.scope(state))
    if state is None or whose is None:
        return False
    try:
        events = list(held.assign(state, *whose))
    except Conflict:
        # Closed or forgotten since the table was read.
        return False
    work.record(id, version, events)
    return bool(events)
