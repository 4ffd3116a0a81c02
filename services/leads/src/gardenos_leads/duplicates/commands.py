"""What is asked of two leads: to become one, to be two again, to be told apart; and that a person be forgotten."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Conflict, NotFound, PreconditionFailed
from gardenos_chassis.events import Changed, Context, EventStore, UnitOfWork
from gardenos_chassis.events.store import LostRace
from gardenos_chassis.ids import derived_id, new_id
from gardenos_contracts import Fact
from gardenos_contracts.lead_duplicates import DuplicateRulesChanged, LeadsToldApart, Verdict
from sqlalchemy import delete, select

from gardenos_leads.duplicates import merging
from gardenos_leads.duplicates.finding import begin_search
from gardenos_leads.duplicates.merging import Merge, Side
from gardenos_leads.duplicates.rules import Rules
from gardenos_leads.duplicates.tables import duplicate_pairs, lead_merges
from gardenos_leads.lead import Lead, evolve
from gardenos_leads.pipelines.stays import in_stage_since
from gardenos_leads.tables import leads

_ATTEMPTS = 5


async def in_one(store: EventStore, context: Context, command: Callable[[UnitOfWork], Awaitable[Changed]]) -> Changed:
    """A command on several leads in one transaction: decided anew where somebody else changed one of them at that moment."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with store.unit_of_work(context) as work:
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


async def merge(
    store: EventStore, context: Context, lead_id: UUID, other_id: UUID, chosen: Mapping[str, Side]
) -> Changed:
    """The other lead is this one from now on. Raises NotFound, Forbidden, Conflict, Invalid."""

    async def command(work: UnitOfWork) -> Changed:
        lead, version = await to_change(work, lead_id)
        other, other_version = await to_change(work, other_id)
        if context.if_match not in (None, version):
            raise PreconditionFailed("this lead was changed meanwhile; look at both again and repeat your choice")
        asked_not_to = await do_not_call(work, lead_id, other_id)
        since = in_stage_since(await work.load(other_id))
        decided = merging.merge(lead, other, chosen, merge_id=new_id(), do_not_call=asked_not_to, since=since)
        now = _record(work, decided, (lead_id, version), (other_id, other_version))
        await work.session.execute(delete(duplicate_pairs).where(*_pair(work, lead_id, other_id)))
        return Changed(lead_id, now)

    return await in_one(store, context, command)


async def unmerge(store: EventStore, context: Context, lead_id: UUID, merge_id: UUID) -> Changed:
    """The two are two again. Raises NotFound, Conflict."""

    async def command(work: UnitOfWork) -> Changed:
        lead, version = await to_change(work, lead_id)
        other_id = await merged_lead_of(work, lead_id, merge_id)
        other, other_version, _ = await folded(work, other_id)
        plan = merging.unmerge(await work.load(lead_id), merge_id)
        decided = merging.unmerged(plan, lead, other, merge_id)
        return Changed(lead_id, _record(work, decided, (lead_id, version), (other_id, other_version)))

    return await in_one(store, context, command)


async def tell_apart(store: EventStore, context: Context, lead_id: UUID, other_id: UUID, verdict: Verdict) -> Changed:
    """They are not one person, for good. Raises NotFound, Conflict."""
    one, other = sorted((lead_id, other_id))

    async def command(work: UnitOfWork) -> Changed:
        for id in (one, other):
            await to_change(work, id)
        return await record_told_apart(work, one, other, verdict)

    return await in_one(store, context, command)


async def record_told_apart(work: UnitOfWork, lead_id: UUID, other_id: UUID, verdict: Verdict) -> Changed:
    """As `tell_apart`, of two that the caller may change, in a transaction that is going on."""
    one, other = sorted((lead_id, other_id))
    stream_id = derived_id("told apart", one, other)
    facts = await work.load(stream_id)
    if not facts or facts[-1].data.verdict != verdict:  # type: ignore[attr-defined]
        told = LeadsToldApart(lead_id=one, other_lead_id=other, verdict=verdict)
        work.record(stream_id, len(facts), [told])
    await work.session.execute(delete(duplicate_pairs).where(*_pair(work, one, other)))
    return Changed(stream_id, len(facts) + 1)


async def pair_waits(work: UnitOfWork, one: UUID, other: UUID) -> bool:
    """Whether two leads are among those that may be one person."""
    asked = select(duplicate_pairs.c.lead_id).where(*_pair(work, one, other))
    return (await work.session.execute(asked)).first() is not None


async def change_rules(store: EventStore, context: Context, rules: Rules) -> Changed:
    """An agency knows people again by these from now on; where leads are compared otherwise, all are looked at once more.

    Raises PreconditionFailed.
    """

    async def command(work: UnitOfWork) -> Changed:
        stream_id = derived_id("duplicate rules", context.agency_id)
        facts = await work.load(stream_id)
        if context.if_match not in (None, len(facts)):
            raise PreconditionFailed("these rules were changed meanwhile; look at them again and repeat your change")
        before = Rules.of(facts[-1].data.model_dump()) if facts else Rules()
        if rules == before:
            return Changed(stream_id, len(facts))
        version = work.record(stream_id, len(facts), [DuplicateRulesChanged(**rules.told())])
        if rules.compared != before.compared:
            await begin_search(work.session, context.agency_id, new_id(), context)
        return Changed(stream_id, version)

    return await in_one(store, context, command)


async def search(store: EventStore, context: Context) -> Changed:
    """All of an agency's leads are looked at once more."""

    async def command(work: UnitOfWork) -> Changed:
        search_id = new_id()
        await begin_search(work.session, context.agency_id, search_id, context)
        return Changed(search_id, 1)

    return await in_one(store, context, command)


async def forget(store: EventStore, context: Context, lead_id: UUID) -> Changed:
    """The person is forgotten, with every lead that they were. Raises NotFound."""

    async def command(work: UnitOfWork) -> Changed:
        await to_change(work, lead_id)
        return Changed(lead_id, await record_forgetting(work, lead_id))

    return await in_one(store, context, command)


async def record_forgetting(work: UnitOfWork, lead_id: UUID) -> int:
    """Forgets all that the person of a lead was kept as: what it was merged into, and what was merged into that.

    Gives the version of the lead named.
    """
    top, named = lead_id, 0
    while (into := (await folded(work, top))[0].merged_into) is not None:
        top = into
    left, seen = [top], set()
    while left:
        each = left.pop()
        if each in seen:
            continue
        seen.add(each)
        lead, version, _ = await folded(work, each)
        version = work.record(each, version, lead.forget())
        named = version if each == lead_id else named
        left += sorted(lead.merged)
    return named


async def folded(work: UnitOfWork, lead_id: UUID) -> tuple[Lead, int, list[Fact[Any]]]:
    """A lead, its version and its history. Raises NotFound."""
    lead: Lead | None = None
    version = 0
    history: list[Fact[Any]] = [*await work.load(lead_id)]
    for fact in history:
        lead, version = evolve(lead, fact.data), fact.version
    if lead is None:
        raise NotFound("there is no such lead")
    return lead, version, history


async def to_change(work: UnitOfWork, lead_id: UUID) -> tuple[Lead, int]:
    """A lead that the caller may change, and its version. Raises NotFound, and Conflict where they must claim it first."""
    lead, version, _ = await folded(work, lead_id)
    caller = work.context.caller
    if caller is not None:
        require_seen(caller, lead)
        if not caller.writes(lead.owner_id, lead.team_id, lead.person_id):
            raise Conflict("nobody has this lead yet: claim it, then it is yours to change")
    return lead, version


def require_seen(caller: Caller, lead: Lead) -> None:
    """Raises NotFound for a lead out of the caller's scope."""
    if not caller.sees(lead.owner_id, lead.team_id, lead.person_id):
        raise NotFound("there is no such lead")


async def merged_lead_of(work: UnitOfWork, lead_id: UUID, merge_id: UUID) -> UUID:
    """The lead that a merge brought into this one. Raises NotFound."""
    this = (
        lead_merges.c.agency_id == work.context.agency_id,
        lead_merges.c.id == merge_id,
        lead_merges.c.lead_id == lead_id,
    )
    found: UUID | None = (
        await work.session.execute(select(lead_merges.c.merged_lead_id).where(*this))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("this lead knows of no such merge")
    return found


async def do_not_call(work: UnitOfWork, *lead_ids: UUID) -> bool:
    """Whether the person of any of these asked not to be called, as whichever lead."""
    theirs = leads.c.id.in_(lead_ids) | leads.c.merged_into.in_(lead_ids)
    asked = select(leads.c.id).where(
        leads.c.agency_id == work.context.agency_id, theirs, leads.c.do_not_call_at.is_not(None)
    )
    return (await work.session.execute(asked.limit(1))).first() is not None


def _record(work: UnitOfWork, decided: Merge, lead: tuple[UUID, int], other: tuple[UUID, int]) -> int:
    now = work.record(*lead, decided.of_lead)
    work.record(*other, decided.of_other)
    return now


def _pair(work: UnitOfWork, one: UUID, other: UUID) -> tuple[Any, ...]:
    lesser, greater = sorted((one, other))
    return (
        duplicate_pairs.c.agency_id == work.context.agency_id,
        duplicate_pairs.c.lead_id == lesser,
        duplicate_pairs.c.other_id == greater,
    )
