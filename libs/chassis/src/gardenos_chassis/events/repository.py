"""Aggregates by their id: load, decide, record."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from gardenos_contracts import Event

from gardenos_chassis.auth.names import name_of
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
    scope: Callable[[A], tuple[UUID | None, ...]]
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

        Raises NotFound, PreconditionFailed (the caller's `If-Match` is stale), Conflict where the caller must claim it
        first, and whatever `decide` raises.
        """

        async def next(work: UnitOfWork) -> Changed:
            state, version, folded = await self._state(work, id)
            caller = self.context.caller
            if caller is not None and not caller.writes(*self.scope(state)):
                raise Conflict(f"nobody has this {self.noun} yet: claim it, then it is yours to change")
            return await self._recorded(work, id, version, folded, decide(state))

        return await self._run(next)

    async def claim(self, id: UUID, decide: Callable[[A], Iterable[Event]]) -> Changed:
        """As `change`, of what nobody has yet: `decide` makes it the caller's.

        Raises Conflict where somebody has it already, and names them to whoever sees it, or saw it in the pool that it was
        taken from.
        """

        async def next(work: UnitOfWork) -> Changed:
            state, version, folded = await self._folded(work, id)
            await self._require_free(work, id, state)
            self._require_seen(state)
            return await self._recorded(work, id, version, folded, decide(state))

        return await self._run(next)

    async def give(self, id: UUID, owner_id: UUID | None, decide: Callable[[A], Iterable[Event]]) -> Changed:
        """As `change`, where `decide` makes it this person's: who takes what they must claim, claims it."""
        caller = self.context.caller
        claims = caller is not None and caller.must_claim and owner_id == caller.user_id
        return await (self.claim if claims else self.change)(id, decide)

    async def get(self, id: UUID) -> tuple[A, int]:
        """The present state and version. Raises NotFound."""
        async with self.store.unit_of_work(self.context) as work:
            state, version, _ = await self._state(work, id)
            return state, version

    async def _recorded(
        self, work: UnitOfWork, id: UUID, version: int, folded: int, events: Iterable[Event]
    ) -> Changed:
        if self.snapshots is not None:
            await self.snapshots.take_if_due(work.session, self.context.agency_id, id, folded)
        if self.context.if_match not in (None, version):
            raise PreconditionFailed(f"this {self.noun} was changed meanwhile; read it again and repeat your change")
        return Changed(id, work.record(id, version, events))

    async def _state(self, work: UnitOfWork, id: UUID) -> tuple[A, int, int]:
        """The state, its version, and how many events were folded to know it. Raises NotFound out of the caller's scope."""
        state, version, folded = await self._folded(work, id)
        self._require_seen(state)
        return state, version, folded

    def _require_seen(self, state: A) -> None:
        caller = self.context.caller
        if caller is not None and not caller.sees(*self.scope(state)):
            raise NotFound(f"there is no such {self.noun}")

    async def _require_free(self, work: UnitOfWork, id: UUID, state: A) -> None:
        caller, scope = self.context.caller, self.scope(state)
        owner_id = scope[0]
        if caller is None or owner_id is None or owner_id == caller.user_id:
            return
        if caller.sees(*scope) or caller.sees(*await self._scope_before(work, id)):
            has_it = await name_of(work.session, owner_id) or "somebody else"
            raise Conflict(f"{has_it} has this {self.noun} already")

    async def _scope_before(self, work: UnitOfWork, id: UUID) -> tuple[UUID | None, ...]:
        """Whose it was before it was whose it is now."""
        state: A | None = None
        scopes = []
        for fact in await work.load(id):
            state = self.evolve(state, fact.data)
            scopes.append(self.scope(state))
        return next((scope for scope in reversed(scopes) if scope != scopes[-1]), scopes[-1])

    async def _folded(self, work: UnitOfWork, id: UUID) -> tuple[A, int, int]:
        state, version = (None, 0) if self.snapshots is None else await self.snapshots.latest(work.session, id)
        facts = await work.load(id, after_version=version)
        for fact in facts:
            state, version = self.evolve(state, fact.data), fact.version
        if state is None:
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
