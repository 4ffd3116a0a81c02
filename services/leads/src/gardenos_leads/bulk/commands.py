"""What is asked of bulk actions: that one begin, that it stop, that it be taken back."""

from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.events import Changed, Context, EventStore, UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_contracts.lead_bulks import BulkOutcome, LeadBulkStarted
from sqlalchemy import func, insert, select, update

from gardenos_leads import queries as lists
from gardenos_leads.bulk import queries, running
from gardenos_leads.bulk.actions import AnyAction, Enrol, Remove, Undo, action_of
from gardenos_leads.bulk.aggregate import BulkStatus
from gardenos_leads.bulk.selecting import Selection, require_sense, resolved
from gardenos_leads.bulk.tables import bulks
from gardenos_leads.campaigns.enrolling import require_open

RUN = "leads.run-bulk"
EXACTLY = 2**31 - 1
"""As far as leads are counted that are about to be removed."""


def bulk_jobs(standings: Standings) -> Jobs:
    """Who does them, by what is known at that moment of whoever asked."""
    jobs = Jobs(at_once=2)

    @jobs.on(RUN, given_up=running.given_up)
    async def run(job: Job) -> None:
        await running.run(job, standings)

    return jobs


async def count(work: UnitOfWork, selection: Selection) -> int:
    """How many leads are meant, to the last. Raises Invalid, Forbidden, NotFound."""
    caller = _caller(work.context)
    require_sense(selection)
    if selection.matching is None:
        wanted = lists.LeadFilter(ids=selection.ids or ())
    else:
        wanted = await resolved(work.session, caller, selection.matching)
    return await lists.lead_count(work.session, caller, wanted, EXACTLY)


async def start(
    store: EventStore, context: Context, action: AnyAction, selection: Selection, confirmed: int | None
) -> UUID:
    """Has it done. `confirmed` is to how many leads, for what takes something away.

    Raises Invalid, Forbidden, NotFound, and Conflict where it is another number than the one that was confirmed.
    """
    async with store.unit_of_work(context) as work:
        earlier = await work.earlier_outcome()
        if earlier is not None:
            return earlier.id
        require_sense(selection)
        if isinstance(action, Enrol):
            await require_open(work.session, context.agency_id, action.campaign_id)
        if isinstance(action, Remove):
            await _require_confirmed(work, selection, confirmed)
        elif selection.matching is not None:
            await resolved(work.session, _caller(context), selection.matching)
        bulk_id = await _begun(work, action, selection.model_dump(mode="json", exclude_none=True))
        await work.settle(Changed(bulk_id, 1))
    return bulk_id


async def _require_confirmed(work: UnitOfWork, selection: Selection, confirmed: int | None) -> None:
    there = await count(work, selection)
    if confirmed is None:
        raise Invalid(f"say by `confirmed` how many leads are to be removed: they are {there:,}", pointer="/confirmed")
    if confirmed != there:
        raise Conflict(f"these are {there:,} leads now, not {confirmed:,}: look at them again")


async def undo(
    store: EventStore, context: Context, bulk_id: UUID, ids: list[UUID] | None, *, over_changes: bool
) -> UUID:
    """Has one taken back, or of it these leads. Raises NotFound, Conflict."""
    async with store.unit_of_work(context) as work:
        earlier = await work.earlier_outcome()
        if earlier is not None:
            return earlier.id
        # Held to the commit: of two who take it back the second is told of the first.
        found = await queries.bulk(work.session, _caller(context), bulk_id, to_change=True)
        if found["action"]["kind"] == "undo":
            raise Conflict("this is itself the taking back of something; have that done again instead")
        if found["status"] == BulkStatus.RUNNING:
            raise Conflict("it is at work still: stop it first")
        running_now = bulks.c.of_bulk == bulk_id, bulks.c.status == BulkStatus.RUNNING
        ours = bulks.c.agency_id == context.agency_id
        if (await work.session.execute(select(func.count()).where(ours, *running_now))).scalar_one():
            raise Conflict("it is being taken back already")
        action = Undo(kind="undo", over_changes=over_changes)
        selection: dict[str, Any] = {} if ids is None else {"ids": [str(id) for id in ids]}
        undoing = await _begun(work, action, selection, of_bulk=bulk_id)
        await work.session.execute(update(bulks).where(ours, bulks.c.id == bulk_id).values(undone_by=undoing))
        await work.settle(Changed(undoing, 1))
    return undoing


async def stop(store: EventStore, context: Context, bulk_id: UUID) -> None:
    """It goes no further; what was done stays. Waits for the leads it is at. Raises NotFound, Conflict."""
    async with store.unit_of_work(context) as work:
        if await work.earlier_outcome() is None:
            await queries.bulk(work.session, _caller(context), bulk_id, to_change=True)
            await running.ended(work, bulk_id, BulkOutcome.STOPPED)
            await work.settle(Changed(bulk_id, 2))


async def _begun(
    work: UnitOfWork, action: AnyAction, selection: dict[str, Any], *, of_bulk: UUID | None = None
) -> UUID:
    bulk_id, context = new_id(), work.context
    caller = _caller(context)
    kept = action.model_dump(mode="json", exclude_unset=True)
    assert action_of(kept) == action
    row = {
        "agency_id": context.agency_id,
        "id": bulk_id,
        "action": kept,
        "selection": selection,
        "status": BulkStatus.RUNNING,
        "of_bulk": of_bulk,
        "created_by": caller.user_id,
        "actor": str(context.actor),
        "role": caller.role,
        "team_ids": sorted(caller.team_ids),
        "person_version": caller.version,
        "key_scopes": None if caller.key is None else sorted(caller.key.scopes),
        "counts": running.NOTHING,
        "created_at": func.now(),
    }
    await work.session.execute(insert(bulks).values(**row))
    work.record(bulk_id, 0, [LeadBulkStarted(bulk_id=bulk_id, action=action.kind, undoes=of_bulk)])
    await enqueue(work.session, RUN, {"bulk_id": bulk_id}, because_of=context, key=str(bulk_id))
    return bulk_id


def _caller(context: Context) -> Caller:
    assert context.caller is not None, "bulk actions are asked for by people and their keys"
    return context.caller
