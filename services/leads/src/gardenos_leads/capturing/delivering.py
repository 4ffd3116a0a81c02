"""A mail is taken in: by SMTP or by HTTP, in the same way, and answered once it is kept."""

from functools import cache

from gardenos_chassis.service import Service

from gardenos_leads.capturing.address import Address
from gardenos_leads.capturing.arrived import Arrived
from gardenos_leads.capturing.mailbox import Mailbox
from gardenos_leads.capturing.pace import Pace
from gardenos_leads.capturing.posts import Taken, context_of, run, take_mail
from gardenos_leads.capturing.sources import Open, found_by_mailbox
from gardenos_leads.settings import LeadsSettings


async def addressed(service: Service, mailbox: Mailbox) -> Open:
    """Whose mailbox it is. Raises NotFound."""
    async with service.database.transaction(mailbox.agency_id) as session:
        return await found_by_mailbox(session, mailbox)


async def deliver(service: Service, mailbox: Mailbox, arrived: Arrived, correlation_id: str) -> Taken:
    """Keeps it; when this returns it is recorded. Raises NotFound, TooManyRequests."""
    assert isinstance(service.settings, LeadsSettings)
    source = await addressed(service, mailbox)
    pace_of(service.settings.posts_per_minute).count(source.id)
    context = context_of(Address(source.agency_id, source.id), correlation_id)
    return await run(service.store, context, lambda work: take_mail(work, mailbox, arrived))


@cache
def pace_of(most: int) -> Pace:
    """How much each source takes in this process, a minute."""
    return Pace(most, 60)
