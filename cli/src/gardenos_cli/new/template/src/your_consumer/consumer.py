"""What happens here when an event arrives: one function for each."""

from gardenos_chassis.events import Consumer
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.leads import LeadCaptured, PersonForgotten
from sqlalchemy import delete, insert

from your_consumer.tables import leads

consumer = Consumer("your-consumer", listens_to=[LeadCaptured, PersonForgotten])


@consumer.on(LeadCaptured)
async def captured(event: Received[LeadCaptured], db: Session) -> None:
    """The effect commits together with "read up to here": an event that is delivered twice never gets here twice."""
    lead = event.data
    await db.execute(
        insert(leads).values(
            agency_id=event.agency_id,
            lead_id=lead.lead_id,
            person_id=lead.person_id,
            name=str(lead.name),
            captured_at=lead.captured_at,
        )
    )


@consumer.on(PersonForgotten)
async def forgotten(event: Received[PersonForgotten], db: Session) -> None:
    """Who is forgotten there is forgotten here: whoever keeps names, addresses or words of people listens to this."""
    theirs = (leads.c.agency_id == event.agency_id, leads.c.person_id == event.data.person_id)
    await db.execute(delete(leads).where(*theirs))
