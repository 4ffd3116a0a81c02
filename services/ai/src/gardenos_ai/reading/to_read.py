"""What is to be read: one job for each communication, put down with it, and again for what was not read in full."""

from collections.abc import Sequence
from typing import Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.events import Context
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Received
from gardenos_contracts.ai import SourceKind
from sqlalchemy import ColumnElement, select, tuple_, update

from gardenos_ai.tables import communications

READ = "ai.read-communication"
"""The kind of job."""

Unread: TypeAlias = Literal["partial", "failed"]

_AT_ONCE = 1000


async def put_down(
    db: Session,
    because_of: Context | Received[Event],
    kind: SourceKind,
    source_id: UUID,
    person_id: UUID | None,
    *,
    again: bool = False,
) -> None:
    """A communication is to be read, once this transaction has committed."""
    await enqueue(
        db,
        READ,
        {"source_kind": kind.value, "source_id": source_id},
        because_of=because_of,
        key=key_of(kind, source_id),
        person_id=person_id,
        again=again,
    )


def key_of(kind: str, source_id: UUID) -> str:
    """By which the job that reads a communication is known."""
    return f"{kind}:{source_id}"


async def read_again(db: Session, because_of: Context, statuses: Sequence[Unread]) -> int:
    """Puts down once more what was not read, or not in full, the oldest first; tells how many, a thousand at most."""
    key = (communications.c.agency_id, communications.c.source_kind, communications.c.source_id)
    unread = (
        select(*key)
        .where(communications.c.agency_id == because_of.agency_id, communications.c.status.in_(statuses))
        .order_by(communications.c.said_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
        .cte("unread")
    )
    found = await db.execute(
        update(communications)
        .where(tuple_(*key).in_(select(unread)))
        .values(status="pending", error=None)
        .returning(communications.c.source_kind, communications.c.source_id, communications.c.person_id)
    )
    rows = found.all()
    for row in rows:
        await put_down(db, because_of, SourceKind(row.source_kind), row.source_id, row.person_id, again=True)
    return len(rows)


def of_source(agency_id: UUID, kind: SourceKind, source_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """One communication, in `communications`."""
    return (
        communications.c.agency_id == agency_id,
        communications.c.source_kind == kind.value,
        communications.c.source_id == source_id,
    )
