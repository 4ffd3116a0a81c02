"""Events of campaigns, of who is in them, and of quotes in; read tables out."""

from collections.abc import Sequence
from typing import Any

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.campaigns import (
    CampaignChanged,
    CampaignClosed,
    CampaignCostCorrected,
    CampaignCostRecorded,
    CampaignCostRemoved,
    CampaignPaused,
    CampaignPlanned,
    CampaignReopened,
    CampaignResumed,
    LeadEnrolled,
    LeadWithdrawn,
)
from gardenos_contracts.leads import CampaignLaunched, LeadConverted, LeadStageChanged, Stage
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_leads.campaigns.campaign import Status
from gardenos_leads.campaigns.tables import campaign_costs, campaign_members, lead_milestones
from gardenos_leads.tables import campaigns


async def project_campaigns(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps campaigns and their costs. Leads refer to campaigns, so this comes before they are put in."""
    for fact in facts:
        match event := fact.data:
            case CampaignPlanned():
                row = {"agency_id": fact.agency_id, "id": event.campaign_id, "status": Status.DRAFT.value}
                await session.execute(insert(campaigns).values(**row, **_plan(event), version=fact.version))
            case CampaignLaunched():
                row = {"name": event.name, "source": event.source, **_running(fact), "version": fact.version}
                launched = upsert(campaigns).values(agency_id=fact.agency_id, id=event.campaign_id, **row)
                await session.execute(launched.on_conflict_do_update(index_elements=["agency_id", "id"], set_=row))
            case CampaignChanged():
                await _change(session, fact, _plan(event))
            case CampaignPaused():
                await _change(session, fact, {"status": Status.PAUSED.value})
            case CampaignResumed() | CampaignReopened():
                await _change(session, fact, {"status": Status.RUNNING.value, "closed_at": None, "closed_note": ""})
            case CampaignClosed():
                closed = {"closed_at": fact.occurred_at, "closed_note": event.note}
                await _change(session, fact, {"status": Status.CLOSED.value, **closed})
            case CampaignCostRecorded() | CampaignCostCorrected():
                await _keep_cost(session, fact, event)
            case CampaignCostRemoved():
                gone = (campaign_costs.c.agency_id == fact.agency_id, campaign_costs.c.id == event.cost_id)
                await session.execute(delete(campaign_costs).where(*gone))
                await _change(session, fact, {})


async def project_members(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps who is in campaigns, and who was quoted when."""
    for fact in facts:
        match event := fact.data:
            case LeadEnrolled() | LeadWithdrawn():
                await _keep_member(session, fact, event)
            case LeadConverted():
                await _quoted(session, fact)
            case LeadStageChanged() if event.stage == Stage.QUOTED:
                await _quoted(session, fact)


def _running(fact: Fact[Event]) -> dict[str, Any]:
    return {"status": Status.RUNNING.value, "launched_at": fact.occurred_at}


def _plan(event: CampaignPlanned | CampaignChanged) -> dict[str, Any]:
    names = ("name", "source", "currency", "budget_minor", "goal", "starts_on", "ends_on")
    told = {name: getattr(event, name) for name in names}
    return {**told, "kind": event.kind.value, "utm": event.utm.model_dump()}


async def _change(session: Session, fact: Fact[Event], now: dict[str, Any]) -> None:
    this = (campaigns.c.agency_id == fact.agency_id, campaigns.c.id == fact.stream_id)
    await session.execute(update(campaigns).where(*this).values(**now, version=fact.version))


async def _keep_cost(session: Session, fact: Fact[Event], cost: CampaignCostRecorded | CampaignCostCorrected) -> None:
    now = {
        "kind": cost.kind.value,
        "amount_minor": cost.amount.minor,
        "spent_on": cost.on,
        "note": cost.note,
        "recorded_at": fact.occurred_at,
        "recorded_by": str(fact.actor),
    }
    kept = upsert(campaign_costs).values(agency_id=fact.agency_id, id=cost.cost_id, campaign_id=cost.campaign_id, **now)
    await session.execute(kept.on_conflict_do_update(index_elements=["agency_id", "id"], set_=now))
    await _change(session, fact, {})


async def _keep_member(session: Session, fact: Fact[Event], event: LeadEnrolled | LeadWithdrawn) -> None:
    this = {"agency_id": fact.agency_id, "campaign_id": event.campaign_id, "lead_id": event.lead_id}
    if isinstance(event, LeadEnrolled):
        row = {**this, "enrolled_at": fact.occurred_at, "enrolled_by": str(fact.actor)}
        await session.execute(insert(campaign_members).values(row))
    else:
        gone = [campaign_members.c[name] == value for name, value in this.items()]
        await session.execute(delete(campaign_members).where(*gone))


async def _quoted(session: Session, fact: Fact[Event]) -> None:
    """The first quote counts. Who was won was quoted, whatever stages they were seen in."""
    first = upsert(lead_milestones).values(agency_id=fact.agency_id, lead_id=fact.stream_id, quoted_at=fact.occurred_at)
    await session.execute(first.on_conflict_do_nothing())
