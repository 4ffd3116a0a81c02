"""One transaction over several agencies, each of which sees its own rows alone."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from gardenos_chassis.events.store import Context, EventStore, UnitOfWork, telling_lost_races
from gardenos_chassis.tenancy import Session, act_for


class Agencies:
    """The units of work of several agencies in one transaction.

    async with units_of_work(store, [context_of_one, context_of_other]) as agencies:
        async with agencies.within(one) as work:
            state = fold(await work.load(lead_id))
        async with agencies.within(other) as work:
            work.record(lead_id, 0, [state.taken_over()])

    Between them no agency's rows are there. What is recorded is appended at the end, agency by agency in the order of their
    ids, so that no two such transactions wait for each other; do not flush before it.
    """

    def __init__(self, session: Session, works: Sequence[UnitOfWork]) -> None:
        self._session = session
        self._works = {work.context.agency_id: work for work in works}
        self._within: UUID | None = None

    @asynccontextmanager
    async def within(self, agency_id: UUID) -> AsyncIterator[UnitOfWork]:
        """The agency's unit of work, while only its rows are there. Raises KeyError for an agency without a context."""
        work = self._works[agency_id]
        if self._within is not None:
            raise RuntimeError(f"this transaction is at work in agency {self._within}; leave it first")
        self._within = agency_id
        await act_for(self._session, agency_id)
        yield work
        await act_for(self._session, None)
        self._within = None

    async def flush(self) -> None:
        """Projects and appends what was recorded, under each agency; the store does so before the commit."""
        for agency_id in sorted(self._works):
            async with self.within(agency_id) as work:
                await work.flush()


@asynccontextmanager
async def units_of_work(store: EventStore, contexts: Iterable[Context]) -> AsyncIterator[Agencies]:
    """A transaction that stores for all of the agencies what was recorded, or for none. Raises LostRace."""
    with telling_lost_races():
        async with store.database.across() as session:
            works = [store.work_in(session, context) for context in contexts]
            agencies = Agencies(session, works)
            yield agencies
            await agencies.flush()
    for work in works:
        if work.appended:
            store.tell_listeners(work.context.agency_id)
