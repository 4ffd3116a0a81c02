"""What this service does when others' events arrive."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.events import Consumer, UnitOfWork
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.clients import PersonForgotten
from gardenos_contracts.comms import CallLogged, Disposition, MessageReceived
from gardenos_contracts.values import Direction
from sqlalchemy import func, update

from gardenos_leads.duplicates.commands import record_forgetting
from gardenos_leads.tables import leads

last_contact = Consumer("leads.last-contact", listens_to=[CallLogged, MessageReceived])


@last_contact.on(CallLogged)
async def call_logged(event: Received[CallLogged], db: Session) -> None:
    """A call in either direction is a contact, unless nobody could have noticed it; one to the lead is an attempt anyway.

    Somebody of the agency was on it, so whichever came first is when a person first was in touch.
    """
    call = event.data
    if call.lead_id is None:
        return
    changes: dict[str, Any] = {"first_touched_at": func.least(leads.c.first_touched_at, call.started_at)}
    if call.direction is Direction.OUTBOUND:
        changes["contact_attempts"] = leads.c.contact_attempts + 1
    if call.disposition is Disposition.DO_NOT_CALL:
        changes["do_not_call_at"] = func.least(leads.c.do_not_call_at, call.started_at)
    if call.disposition.is_contact:
        changes |= _contact(call.started_at)
    await _keep(db, event.agency_id, call.lead_id, changes)


@last_contact.on(MessageReceived)
async def message_received(event: Received[MessageReceived], db: Session) -> None:
    """A message from the lead is a contact."""
    if event.data.lead_id is not None:
        await _keep(db, event.agency_id, event.data.lead_id, _contact(event.data.received_at))


def _contact(at: datetime) -> dict[str, Any]:
    # greatest and least pass over nulls, and make the order in which contacts arrive not matter.
    return {
        "first_contacted_at": func.least(leads.c.first_contacted_at, at),
        "last_contacted_at": func.greatest(leads.c.last_contacted_at, at),
    }


async def _keep(db: Session, agency_id: UUID, lead_id: UUID, changes: Mapping[str, Any]) -> None:
    await db.execute(update(leads).where(leads.c.agency_id == agency_id, leads.c.id == lead_id).values(**changes))


forgetting = Consumer("leads.forgetting", listens_to=[PersonForgotten])


@forgetting.reacts_to(PersonForgotten)
async def client_forgotten(event: Received[PersonForgotten], work: UnitOfWork) -> None:
    """Who is forgotten as a client is forgotten as the lead they were."""
    if event.data.lead_id is not None and await work.load(event.data.lead_id):
        await record_forgetting(work, event.data.lead_id)
