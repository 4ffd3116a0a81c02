"""Events in, read tables out."""

from collections.abc import Sequence
from typing import Any

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.leads import (
    CampaignLaunched,
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadStageChanged,
    Stage,
)
from sqlalchemy import insert, update

from gardenos_leads.tables import campaigns, leads


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps leads and campaigns. What is new goes in as sets, for an import brings many, and a rebuild everything."""
    launched = [_launched(fact, fact.data) for fact in facts if isinstance(fact.data, CampaignLaunched)]
    if launched:
        await session.execute(insert(campaigns), launched)
    captured = [_captured(fact, fact.data) for fact in facts if isinstance(fact.data, LeadCaptured)]
    if captured:
        await session.execute(insert(leads), captured)
    for fact in facts:
        changes = _changes(fact.data)
        if changes:
            of_this = (leads.c.agency_id == fact.agency_id, leads.c.id == fact.stream_id)
            await session.execute(update(leads).where(*of_this).values(**changes, version=fact.version))


def _launched(fact: Fact[Event], campaign: CampaignLaunched) -> dict[str, Any]:
    return {
        "agency_id": fact.agency_id,
        "id": campaign.campaign_id,
        "name": campaign.name,
        "source": campaign.source,
    }


def _captured(fact: Fact[Event], lead: LeadCaptured) -> dict[str, Any]:
    return {
        "agency_id": fact.agency_id,
        "id": lead.lead_id,
        "person_id": lead.person_id,
        **_details(lead),
        "stage": Stage.NEW.value,
        "source": lead.source,
        "campaign_id": lead.campaign_id,
        "owner_id": lead.owner_id,
        "team_id": lead.team_id,
        "external_id": lead.external_id,
        "import_id": lead.import_id,
        "captured_at": lead.captured_at,
        "version": fact.version,
    }


def _changes(event: Event) -> dict[str, Any]:
    match event:
        case LeadDetailsChanged():
            return _details(event)
        case LeadAssigned():
            return {"owner_id": event.owner_id, "team_id": event.team_id}
        case LeadStageChanged():
            return {"stage": event.stage.value}
        case LeadConverted():
            return {"stage": Stage.WON.value, "client_id": event.client_id, "converted_at": event.converted_at}
    return {}


def _details(lead: LeadCaptured | LeadDetailsChanged) -> dict[str, Any]:
    display_name = str(lead.name) or lead.email or lead.phone or ""
    return {
        "given_name": lead.name.given,
        "family_name": lead.name.family,
        "display_name": display_name,
        "sort_name": f"{lead.name.family} {lead.name.given}".strip().lower() or display_name.lower(),
        "email": lead.email,
        "phone": lead.phone,
        "postal_code": lead.postal_code,
        "state": lead.state,
        "birth_date": lead.birth_date,
        "line_of_business": lead.line_of_business.value if lead.line_of_business else None,
        "current_carrier": lead.current_carrier,
        "x_date": lead.x_date,
        "notes": lead.notes,
        # The number without its country code too, so that it is found as it is dialled.
        "search": " ".join(filter(None, (display_name.lower(), lead.email, lead.phone))),
    }
