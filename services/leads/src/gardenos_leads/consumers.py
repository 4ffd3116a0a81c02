"""What this service does when others' events arrive."""

from datetime import datetime
from uuid import UUID

from gardenos_chassis.events import Consumer, UnitOfWork
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.clients import PersonForgotten
from gardenos_contracts.comms import CallLogged, MessageReceived
from sqlalchemy import func, update

from gardenos_leads.lead import Lead, evolve
from gardenos_leads.tables import leads

last_contact = Consumer("leads.last-contact", listens_to=[CallLogged, MessageReceived])


@last_contact.on(CallLogged)
async def call_logged(event: Received[CallLogged], db: Session) -> None:
    """A call in either direction is a contact, unless nobody could have noticed it."""
    call = event.data
    if call.lead_id is not None and call.disposition.is_contact:
        await _contacted(db, event.agency_id, call.lead_id, call.started_at)


@last_contact.on(MessageReceived)
async def message_received(event: Received[MessageReceived], db: Session) -> None:
    """A message from the lead is a contact."""
    if event.data.lead_id is not None:
        await _contacted(db, event.agency_id, event.data.lead_id, event.data.received_at)


async def _contacted(db: Session, agency_id: UUID, lead_id: UUID, at: datetime) -> None:
    # greatest and least pass over nulls, and make the order in which contacts arrive not matter.
    await db.execute(
        update(leads)
        .where(leads.c.agency_id == agency_id, leads.c.id == lead_id)
        .values(
            first_contacted_at=func.least(leads.c.first_contacted_at, at),
            last_contacted_at=func.greatest(leads.c.last_contacted_at, at),
        )
    )


forgetting = Consumer("leads.forgetting", listens_to=[PersonForgotten])


@forgetting.reacts_to(PersonForgotten)
async def client_forgotten(event: Received[PersonForgotten], work: UnitOfWork) -> None:
    """Who is forgotten as a client is forgotten as the lead they were."""
    lead: Lead | None = None
    version = 0
    if event.data.lead_id is not None:
        for fact in await work.load(event.data.lead_id):
            lead, version = evolve(lead, fact.data), fact.version
    if lead is not None:
        work.record(lead.lead_id, version, lead.forget())
