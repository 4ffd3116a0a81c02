"""What a service says of its jobs: their kinds, what is done for each, and how often it is tried."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from gardenos_chassis.events.store import Context, EventStore
from gardenos_chassis.jobs.queue import jobs as table
from gardenos_chassis.tenancy import Session


@dataclass(frozen=True, slots=True)
class Job:
    """One job, while it is held. `tries` counts this one; `delays` those that something away prevented."""

    id: UUID
    kind: str
    key: str
    arguments: Mapping[str, Any]
    tries: int
    delays: int
    created_at: datetime
    due_at: datetime
    """When it was to be begun."""
    lease: UUID
    context: Context
    """Of the agency whose job this is, as part of what wanted it."""
    store: EventStore

    @property
    def agency_id(self) -> UUID:
        """Whose job this is; it acts for no other."""
        return self.context.agency_id

    @property
    def idempotency_key(self) -> str:
        """What every external effect of it is to be named by: the same at each try, so that it happens once."""
        return str(self.id)

    async def finish(self, session: Session) -> bool:
        """Takes the job off the queue in the transaction of its effect; False if another worker has taken it over.

        Who gets False has been followed by another, and must leave the effect to that one. A job that does not call
        this is taken off when it returns.
        """
        return (await session.execute(delete(table).where(*self._own).returning(table.c.id))).first() is not None

    async def holds(self, session: Session) -> bool:
        """Whether it is still this worker's, and stays so for the time of the transaction: for effects that do not end it."""
        return (await session.execute(select(table.c.id).where(*self._own).with_for_update())).first() is not None

    @property
    def _own(self) -> tuple[ColumnElement[bool], ...]:
        return table.c.agency_id == self.agency_id, table.c.id == self.id, table.c.lease == self.lease


Work: TypeAlias = Callable[[Job], Awaitable[None]]
GivenUp: TypeAlias = Callable[[Job, Exception], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done for one kind of job."""

    work: Work
    tries: int
    given_up: GivenUp | None
    outward: bool


class Jobs:
    """Kinds of jobs that one worker of each process does, `at_once` of them at the same time.

    A worker that shows no sign of life for `lease` is followed by another. `opened` is awaited before the first.
    """

    def __init__(
        self, *, at_once: int = 4, lease: timedelta = timedelta(seconds=30), opened: asyncio.Event | None = None
    ) -> None:
        self.at_once = at_once
        self.lease = lease
        self.opened = opened
        self.kinds: dict[str, Kind] = {}

    def on(
        self, kind: str, *, tries: int = 8, given_up: GivenUp | None = None, outward: bool = False
    ) -> Callable[[Work], Work]:
        """The decorated function does jobs of this kind, `<service>.<verb>-<thing>`.

        It may be begun again at any moment, so each external effect goes by `job.idempotency_key`. What it raises
        because something is away is tried again for ever, with back-off, and counts as no try. After `tries` of
        anything else, or of processes that ended over it, the job has failed: `given_up` is told, and it stays to be
        seen, retried or cancelled. What acts `outward`, on others than the agency's own people, waits while its agency
        is suspended, and is done after that.
        """
        if kind in self.kinds:
            raise ValueError(f"there are two functions for {kind}")

        def register(work: Work) -> Work:
            self.kinds[kind] = Kind(work, tries, given_up, outward)
            return work

        return register
