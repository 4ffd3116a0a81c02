"""Announcements in, what is announced out."""

from collections.abc import Sequence

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_disposal import LeadDisposalAnnounced, LeadDisposalEnded
from sqlalchemy import delete, insert

from gardenos_leads.retention.tables import lead_disposals


async def project_disposals(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps what is announced until it is done."""
    for fact in facts:
        match fact.data:
            case LeadDisposalAnnounced() as told:
                row = told.model_dump(include={"agency_id", "months", "closed_before", "leads"})
                await session.execute(insert(lead_disposals).values(forget_on=told.on, **row))
            case LeadDisposalEnded():
                await session.execute(delete(lead_disposals).where(lead_disposals.c.agency_id == fact.agency_id))
