"""What this service does when others' events arrive."""

from uuid import UUID

from gardenos_chassis.events import Consumer, UnitOfWork
from gardenos_contracts import Received
from gardenos_contracts.leads import LeadConverted, PersonForgotten

from gardenos_clients.client import Client, evolve, onboard_from

onboarding = Consumer("clients.onboarding", listens_to=[LeadConverted, PersonForgotten])


@onboarding.reacts_to(LeadConverted)
async def converted(event: Received[LeadConverted], work: UnitOfWork) -> None:
    """The client whom the event names is onboarded, once, however often it is told."""
    client_id = event.data.client_id
    if not await work.load(client_id):
        work.record(client_id, 0, onboard_from(event.data))
        if event.forgotten:
            # The sale is counted all the same.
            await _forget(client_id, work)


@onboarding.reacts_to(PersonForgotten)
async def lead_forgotten(event: Received[PersonForgotten], work: UnitOfWork) -> None:
    """Who is forgotten as a lead is forgotten as the client they became."""
    if event.data.client_id is not None:
        await _forget(event.data.client_id, work)


async def _forget(client_id: UUID, work: UnitOfWork) -> None:
    client: Client | None = None
    version = 0
    for fact in await work.load(client_id):
        client, version = evolve(client, fact.data), fact.version
    if client is not None:
        work.record(client_id, version, client.forget())
