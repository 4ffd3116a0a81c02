"""Aggregates by their id: load, decide, record."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from gardenos_contracts import Event

from gardenos_chassis.errors import Conflict, NotFound, PreconditionFailed
from gardenos_chassis.events.snapshots import Snapshots
from gardenos_chassis.events.store import Changed, Context, EventStore, LostRace, UnitOfWork

A = TypeVar("A")

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Repository(Generic[A]):
    """Commands on one kind of aggregate, by one caller.

    `evolve` folds an event into the state (None before the first); `scope` tells the owner and team by which the
    caller's rights are judged. Outside the scope an aggregate does not exist.
    """

    store: EventStore
    context: Context
    evolve: Callable[[A | None, Event], A]
    scope: Callable[[A], tuple[UUID | None, UUID | None]]
    noun: str = "record"
    snapshots: Snapshots[A] | None = None
    """For aggregates whose streams grow long."""

    async def create(self, id: UUID, decide: Callable[[], Iterable[Event]]) -> Changed:
        """Records a new aggregate's first events. Raises Conflict if it is there already."""
        tried = False

        async def first(work: UnitOfWork) -> Changed:
            # New ids are new: whether this one is, is asked only once the store has refused it.
            nonlocal tried
            if tried and await work.load(id):
                raise Conflict(f"this {self.noun} exists already")
            tried = True
            return Changed(id, work.record(id, 0, decide()))

        return await self._run(first)

    async def change(self, id: UUID, decide: Callable[[A], Iterable[Event]]) -> Changed:
        """Records what follows from a decision on the present state; nothing, if it yields no events.

        Raises NotFound, PreconditionFailed (the caller's `If-Match` is stale), and whatever `decide` raises.
        """

        async def next(work: UnitOfWork) -> Changed:
            state, version, folded = await self._state(work, id)
            if self.snapshots is not None:
                await self.snapshots.take_if_due(work.session, self.context.agency_id, id, folded)
            if self.context.if_match not in (None, version):
                raise PreconditionFailed(
                    f"this {self.noun} was changed meanwhile; read it again and repeat your change"
                )
            return Changed(id, work.record(id, version, decide(state)))

        return await self._run(next)

    async def get(self, id: UUID) -> tuple[A, int]:
        """The present state and version. Raises NotFound."""
        async with self.store.unit_of_work(self.context) as work:
            state, version, _ = await self._state(work, id)
            return state, version

    async def _state(self, work: UnitOfWork, id: UUID) -> tuple[A, int, int]:
        """The state, its version, and how many events were folded to know it."""
        state, version = (None, 0) if self.snapshots is None else await self.snapshots.latest(work.session, id)
        facts = await work.load(id, after_version=version)
        for fact in facts:
            state, version = self.evolve(state, fact.data), fact.version
        caller = self.context.caller
        if state is None or (caller is not None and not caller.sees(*self.scope(state))):
            raise NotFound(f"there is no such {self.noun}")
        return state, version, len(facts)

    async def _run(self, command: Callable[[UnitOfWork], Awaitable[Changed]]) -> Changed:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self.store.unit_of_work(self.context) as work:
                    earlier = await work.earlier_outcome()
                    if earlier is not None:
                        return earlier
                    changed = await command(work)
                    await work.settle(changed)
                    return changed
            except LostRace:
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable")
