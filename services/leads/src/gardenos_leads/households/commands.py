"""What is asked of leads who live together: that they be of one household, of none, or of two for good."""

from collections.abc import Sequence
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid, PreconditionFailed
from gardenos_chassis.events import Changed, Context, EventStore, UnitOfWork
from gardenos_chassis.ids import derived_id, new_id
from gardenos_contracts.lead_duplicates import Verdict
from gardenos_contracts.lead_households import LeadHouseholdsToldApart, Relationship
from sqlalchemy import select

from gardenos_leads.duplicates.commands import in_one, pair_waits, record_told_apart, to_change
from gardenos_leads.households.domain import MOST_MEMBERS, join
from gardenos_leads.lead import Lead
from gardenos_leads.tables import leads


async def same_household(
    store: EventStore,
    context: Context,
    lead_id: UUID,
    other_ids: Sequence[UUID],
    relationship: Relationship | None = None,
    *,
    verdict: bool = False,
) -> Changed:
    """The others are of the lead's household from now on; `relationship`: what they are in it.

    With a `verdict` they were looked at as possible duplicates: they are two people. Raises NotFound, Conflict, Invalid.
    """

    async def command(work: UnitOfWork) -> Changed:
        if lead_id in other_ids:
            raise Invalid("this is the lead itself: choose another", pointer="/other_ids")
        # First the one that was named: to whom it is not there, nothing is said of the others.
        named = await to_change(work, lead_id)
        others = [await to_change(work, other_id) for other_id in other_ids]
        version = await record_joined(work, named, others, relationship)
        for other_id in other_ids:
            if verdict or await pair_waits(work, lead_id, other_id):
                await record_told_apart(work, lead_id, other_id, Verdict.SAME_HOUSEHOLD)
        return Changed(lead_id, version)

    return await in_one(store, context, command)


async def record_joined(
    work: UnitOfWork,
    named: tuple[Lead, int],
    others: Sequence[tuple[Lead, int]],
    relationship: Relationship | None = None,
) -> int:
    """As `same_household`, of leads with their versions, in a transaction that is going on; gives the new version of `named`."""
    lead, version = named
    if work.context.if_match not in (None, version):
        raise PreconditionFailed("this lead was changed meanwhile; look at it again and repeat your choice")
    known = (each.household.household_id for each in (lead, *(other for other, _ in others)) if each.household)
    household_id = next(known, None) or new_id()
    newcomers = sum(each.household is None or each.household.household_id != household_id for each, _ in others)
    if len(await _members(work, household_id)) + newcomers > MOST_MEMBERS:
        raise Conflict(f"a household has at most {MOST_MEMBERS} leads")
    version = work.record(lead.lead_id, version, join(lead, household_id))
    for other, other_version in others:
        work.record(other.lead_id, other_version, join(other, household_id, relationship))
    return version


async def tell_households_apart(store: EventStore, context: Context, lead_id: UUID, other_id: UUID) -> Changed:
    """They do not live together, and it is not suggested again. Raises NotFound, Conflict, Invalid."""
    if lead_id == other_id:
        raise Invalid("this is the lead itself: choose another", pointer="/other_id")
    one, other = sorted((lead_id, other_id))

    async def command(work: UnitOfWork) -> Changed:
        for id in (lead_id, other_id):
            await to_change(work, id)
        stream_id = derived_id("households apart", one, other)
        told = await work.load(stream_id)
        if not told:
            work.record(stream_id, 0, [LeadHouseholdsToldApart(lead_id=one, other_lead_id=other)])
        return Changed(stream_id, 1)

    return await in_one(store, context, command)


async def who_lives_with(work: UnitOfWork, lead_id: UUID) -> set[UUID]:
    """A lead and all of its household, whoever sees them. Raises NotFound for a lead out of the caller's scope."""
    lead, _ = await to_change(work, lead_id)
    return {lead_id} | (set() if lead.household is None else await _members(work, lead.household.household_id))


async def _members(work: UnitOfWork, household_id: UUID) -> set[UUID]:
    """In anybody's scope: a household is no larger for whom it hides."""
    of_it = (leads.c.agency_id == work.context.agency_id, leads.c.household_id == household_id)
    return set((await work.session.execute(select(leads.c.id).where(*of_it))).scalars())
