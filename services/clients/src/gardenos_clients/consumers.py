"""What this service does when others' events arrive."""

from gardenos_chassis.events import Consumer, UnitOfWork
from gardenos_contracts import Received
from gardenos_contracts.leads import LeadConverted

from gardenos_clients.client import onboard_from

onboarding = Consumer("clients.onboarding", listens_to=[LeadConverted])


@onboarding.reacts_to(LeadConverted)
async def converted(event: Received[LeadConverted], work: UnitOfWork) -> None:
    """The client whom the event names is onboarded, once, however often it is told."""
    client_id = event.data.client_id
    if not await work.load(client_id):
        work.record(client_id, 0, onboard_from(event.data))
