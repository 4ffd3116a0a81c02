"""What is asked of campaigns: planned, launched, closed; their costs; who is in them."""

from collections.abc import Callable, Iterable
from uuid import UUID

from gardenos_chassis.errors import NotFound, PreconditionFailed
from gardenos_chassis.events import Changed, Context, EventStore, UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_contracts import Event

from gardenos_leads.campaigns import campaign as aggregate
from gardenos_leads.campaigns.campaign import Campaign, Cost, Plan
from gardenos_leads.campaigns.enrolling import require_open
from gardenos_leads.duplicates.commands import in_one, to_change

_FIRST = ("leads.CampaignPlanned.v1", "leads.CampaignLaunched.v1")


async def begin(store: EventStore, context: Context, plan: Plan, *, runs: bool) -> Changed:
    """A new campaign, running or a draft. Raises Invalid."""

    async def command(work: UnitOfWork) -> Changed:
        id = new_id()
        first = aggregate.launch(id, plan) if runs else aggregate.plan(id, plan)
        return Changed(id, work.record(id, 0, first))

    return await in_one(store, context, command)


async def change(
    store: EventStore, context: Context, campaign_id: UUID, decide: Callable[[Campaign], Iterable[Event]]
) -> Changed:
    """What follows for a campaign. Raises NotFound, PreconditionFailed, and what `decide` raises."""

    async def command(work: UnitOfWork) -> Changed:
        there, version = await _present(work, campaign_id)
        if context.if_match not in (None, version):
            raise PreconditionFailed("this campaign was changed meanwhile; read it again and repeat your change")
        return Changed(campaign_id, work.record(campaign_id, version, decide(there)))

    return await in_one(store, context, command)


async def record_cost(store: EventStore, context: Context, campaign_id: UUID, cost: Cost) -> Changed:
    """Money was spent on a campaign, or came back; gives the cost's id, with the campaign's version."""

    async def command(work: UnitOfWork) -> Changed:
        there, version = await _present(work, campaign_id)
        cost_id = new_id()
        return Changed(cost_id, work.record(campaign_id, version, there.record_cost(cost_id, cost)))

    return await in_one(store, context, command)


async def enrol(store: EventStore, context: Context, campaign_id: UUID, lead_id: UUID) -> Changed:
    """A lead into a campaign, once. Raises NotFound; Conflict where it is closed, or the lead is not the caller's."""

    async def command(work: UnitOfWork) -> Changed:
        await _present(work, campaign_id)
        await require_open(work.session, work.context.agency_id, campaign_id)
        lead, version = await to_change(work, lead_id)
        return Changed(lead_id, work.record(lead_id, version, lead.enrol(campaign_id)))

    return await in_one(store, context, command)


async def withdraw(store: EventStore, context: Context, campaign_id: UUID, lead_id: UUID) -> Changed:
    """A lead out of a campaign, also of a closed one. Raises NotFound and Conflict."""

    async def command(work: UnitOfWork) -> Changed:
        await _present(work, campaign_id)
        lead, version = await to_change(work, lead_id)
        return Changed(lead_id, work.record(lead_id, version, lead.withdraw(campaign_id)))

    return await in_one(store, context, command)


async def _present(work: UnitOfWork, campaign_id: UUID) -> tuple[Campaign, int]:
    there: Campaign | None = None
    version = 0
    for fact in await work.load(campaign_id):
        if there is None and fact.type not in _FIRST:
            break
        there, version = aggregate.evolve(there, fact.data), fact.version
    if there is None:
        raise NotFound("there is no such campaign")
    return there, version
