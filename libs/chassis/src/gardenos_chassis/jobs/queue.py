"""The queue, as a transaction of one agency sees it: put down, called off, taken up again, forgotten."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import orjson
from gardenos_contracts import Event, Received, person_behind
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from gardenos_chassis.errors import Conflict, NotFound
from gardenos_chassis.events.store import Context
from gardenos_chassis.ids import derived_id, new_id
from gardenos_chassis.tenancy import Session, driver_of, hint_at_commit

Argument: TypeAlias = str | int | bool | UUID | None

HINT = "jobs"
"""What a commit tells the workers of its process."""

jobs = Table(
    "jobs",
    MetaData(),
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("kind", Text),
    Column("key", Text),
    Column("arguments", JSONB),
    Column("person_id", Uuid),
    Column("state", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("lease", Uuid),
    Column("stop_asked", Boolean),
    Column("tries", Integer),
    Column("delays", Integer),
    Column("error", Text),
    Column("correlation_id", Text),
    Column("causation_id", Text),
    Column("traceparent", Text),
    Column("on_behalf_of", Text),
    Column("created_at", DateTime(timezone=True)),
    Column("begun_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
)
"""What is to be done, and what came to nothing; what is done is gone. `tries` counts the last beginning too, and
`delays` those that something away prevented. `due_at`: as `migrations.create_job_tables` says."""

SHOWN_STATE = case(
    ((jobs.c.state != "queued") | (jobs.c.due_at <= func.now()), jobs.c.state),
    (jobs.c.tries + jobs.c.delays > 0, "retrying"),
    else_="scheduled",
)
"""queued, scheduled (its moment is yet to come), retrying (put off after a try), running, failed or cancelled."""

_ENQUEUE = """
insert into jobs (agency_id, id, kind, key, arguments, person_id, due_at, correlation_id, causation_id, traceparent,
    on_behalf_of)
values ($1, $2, $3, $4, $5::text::jsonb, $6, coalesce($7, now()), $8, $9, $10, $11) on conflict (agency_id, id) do """
_ONCE = _ENQUEUE + "nothing"
_AGAIN = (
    _ENQUEUE
    + "update set state = 'queued', due_at = excluded.due_at, tries = 0, delays = 0, error = null, ended_at = null,"
    " created_at = now(), correlation_id = excluded.correlation_id, causation_id = excluded.causation_id,"
    " traceparent = excluded.traceparent, on_behalf_of = excluded.on_behalf_of"
    " where jobs.state in ('failed', 'cancelled')"
)


async def enqueue(
    session: Session,
    kind: str,
    arguments: Mapping[str, Argument] | None = None,
    *,
    because_of: Context | Received[Event],
    key: str | None = None,
    at: datetime | None = None,
    person_id: UUID | None = None,
    again: bool = False,
) -> UUID:
    """Puts a job down in this transaction, to be done once it has committed, or `at` a moment; gives the job's id.

    `arguments` hold ids and the like, never personal data: they are kept, shown and logged. Who does the job reads the
    rest then. `person_id` is the person it concerns, with whom it is forgotten.

    A `key` names the effect, as "welcome:<client>" does: while a job of this kind and key is there, another is not put
    down, and whenever it is, its id, and by that its idempotency key, is the same. With `again`, one that failed or was
    cancelled is taken up once more.
    """
    causation_id = because_of.causation_id if isinstance(because_of, Context) else because_of.id
    id = new_id() if key is None else derived_id("job", because_of.agency_id, kind, key)
    # One more statement in a transaction that records an event: as cheap as the append itself.
    await driver_of(session).execute(
        _AGAIN if again else _ONCE,
        because_of.agency_id,
        id,
        kind,
        key or str(id),
        # The driver's UUIDs are of a class of their own.
        orjson.dumps(arguments or {}, default=str).decode(),
        person_id,
        at,
        because_of.correlation_id,
        causation_id,
        because_of.traceparent,
        person_behind(because_of.actor, because_of.on_behalf_of),
    )
    hint_at_commit(session, HINT)
    return id


async def cancel_job(session: Session, id: UUID) -> None:
    """A job that waits, or failed, is called off; a running one is asked to stop. Raises NotFound, Conflict."""
    runs = jobs.c.state == "running"
    done = await session.execute(
        update(jobs)
        .where(jobs.c.id == id, jobs.c.state != "cancelled")
        .values(
            state=case((runs, jobs.c.state), else_="cancelled"),
            due_at=case((runs, jobs.c.due_at), else_=None),
            ended_at=case((runs, jobs.c.ended_at), else_=func.now()),
            stop_asked=runs,
        )
        .returning(jobs.c.id)
    )
    if done.first() is None:
        await _missing(session, id, "the job is cancelled already")


async def retry_job(session: Session, id: UUID) -> None:
    """A job that failed, was cancelled or is put off is due now, with all its tries. Raises NotFound, Conflict."""
    done = await session.execute(
        update(jobs)
        .where(jobs.c.id == id, jobs.c.state != "running")
        .values(state="queued", due_at=func.now(), tries=0, delays=0, error=None, ended_at=None)
        .returning(jobs.c.id)
    )
    if done.first() is None:
        await _missing(session, id, "the job is running just now; wait for it, or cancel it first")
    hint_at_commit(session, HINT)


async def forget_jobs(session: Session, person_id: UUID) -> int:
    """Removes every job that concerns a person, whatever its state; tells how many. A running one has lost its lease."""
    gone = await session.execute(delete(jobs).where(jobs.c.person_id == person_id).returning(jobs.c.id))
    return len(gone.all())


async def _missing(session: Session, id: UUID, otherwise: str) -> None:
    if (await session.execute(select(jobs.c.id).where(jobs.c.id == id))).first() is None:
        raise NotFound("there is no such job; what is done is kept no longer")
    raise Conflict(otherwise)
