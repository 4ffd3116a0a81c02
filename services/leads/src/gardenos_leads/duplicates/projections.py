"""Events of merges and verdicts in, read tables out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_duplicates import (
    DuplicateRulesChanged,
    LeadMergedInto,
    LeadsMerged,
    LeadsToldApart,
    LeadsUnmerged,
    LeadUnmerged,
)
from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_leads.contacts import add_up
from gardenos_leads.duplicates.tables import duplicate_rules, lead_merges, told_apart
from gardenos_leads.planned import add_up_tasks


def merge_changes(event: Event) -> dict[str, Any]:
    """What an event of a merge changes in the lead's own row."""
    match event:
        case LeadsMerged() | LeadsUnmerged():
            return {"captured_at": event.captured_at}
        case LeadMergedInto():
            return {"merged_into": event.into_lead_id}
        case LeadUnmerged():
            return {"merged_into": None}
    return {}


# Whoever was merged into one of two before goes on where that one does.
_ROOT = """
with recursive under (id) as (
    select merged_lead_id from lead_merges where agency_id = $1 and lead_id = $2 and unmerged_at is null
    union select m.merged_lead_id from lead_merges m join under on m.lead_id = under.id
    where m.agency_id = $1 and m.unmerged_at is null
)
update leads set merged_into = $3 where agency_id = $1 and id in (select id from under)
"""


async def project_merges(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps which lead was merged into which, of each where its person goes on now, and there when they were in touch."""
    touched: set[UUID] = set()
    for fact in facts:
        match event := fact.data:
            case LeadsMerged():
                row = {
                    "agency_id": fact.agency_id,
                    "id": event.merge_id,
                    "lead_id": event.lead_id,
                    "merged_lead_id": event.merged_lead_id,
                    "merged_at": fact.occurred_at,
                    "merged_by": str(fact.actor),
                    "do_not_call": event.do_not_call,
                }
                await session.execute(insert(lead_merges).values(row))
                await driver_of(session).execute(_ROOT, fact.agency_id, event.merged_lead_id, event.lead_id)
                touched |= {event.lead_id, event.merged_lead_id}
            case LeadsUnmerged():
                this = (lead_merges.c.agency_id == fact.agency_id, lead_merges.c.id == event.merge_id)
                back = {"unmerged_at": fact.occurred_at, "unmerged_by": str(fact.actor)}
                await session.execute(update(lead_merges).where(*this).values(back))
                await driver_of(session).execute(_ROOT, fact.agency_id, event.merged_lead_id, event.merged_lead_id)
                touched |= {event.lead_id, event.merged_lead_id}
            case LeadMergedInto():
                touched |= {event.lead_id, event.into_lead_id}
            case LeadUnmerged():
                touched |= {event.lead_id, event.from_lead_id}
    if touched:
        await add_up(session, facts[0].agency_id, touched)
        await add_up_tasks(session, facts[0].agency_id, touched)


async def project_verdicts(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps what people said of pairs, and by what an agency's leads are compared."""
    for fact in facts:
        match event := fact.data:
            case LeadsToldApart():
                told = {"verdict": event.verdict.value, "told_at": fact.occurred_at, "told_by": str(fact.actor)}
                row = upsert(told_apart).values(
                    agency_id=fact.agency_id, lead_id=event.lead_id, other_id=event.other_lead_id, **told
                )
                key = ["agency_id", "lead_id", "other_id"]
                await session.execute(row.on_conflict_do_update(index_elements=key, set_=told))
            case DuplicateRulesChanged():
                now = {"rules": event.model_dump(mode="json"), "version": fact.version}
                ours = upsert(duplicate_rules).values(agency_id=fact.agency_id, **now)
                await session.execute(ours.on_conflict_do_update(index_elements=["agency_id"], set_=now))
