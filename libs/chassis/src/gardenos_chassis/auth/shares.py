"""What is shared with whom: one record with one colleague, by its person.

A person is a lead first and a client then, and what is said with them is theirs all along. So who has a lead shared with them
has all that: conversations, what was read in them, the client they become, with whom the sharing goes on. Each service keeps
a row a share, the services that share by their own events in the same transaction, the others as they hear of it. Each of the
two takes back what it gave, and nothing else, so the order in which news of both comes does not matter.
"""

from collections.abc import Sequence
from uuid import UUID

from gardenos_contracts import Event, Fact, Received
from gardenos_contracts.clients import ClientShared, ClientUnshared
from gardenos_contracts.leads import LeadShared, LeadUnshared

from gardenos_chassis.auth.colleagues import HINT
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.store import Projection
from gardenos_chassis.tenancy import Session, driver_of, hint_at_commit

SHARES = "select user_id, array_agg(person_id) from heard_shares group by user_id"

_EVENTS: tuple[type[Event], ...] = (LeadShared, LeadUnshared, ClientShared, ClientUnshared)
_SHARED = """
insert into heard_shares (agency_id, person_id, service, user_id) values ($1, $2, $3, $4) on conflict do nothing
"""
_UNSHARED = "delete from heard_shares where agency_id = $1 and person_id = $2 and service = $3 and user_id = $4"


def shares_kept_by(service: str) -> Projection:
    """Of a service that shares records: what it records itself."""

    async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
        for fact in facts:
            if fact.data.service == service:
                await _keep(session, fact.agency_id, fact.data)

    return project


def shares_heard_by(service: str) -> Consumer:
    """What others tell of what they share."""
    consumer = Consumer(f"{service}.shares", listens_to=[event for event in _EVENTS if event.service != service])

    async def heard(event: Received[Event], db: Session) -> None:
        await _keep(db, event.agency_id, event.data)

    for event in consumer.listens_to:
        consumer.on(event)(heard)
    return consumer


async def _keep(session: Session, agency_id: UUID, event: Event) -> None:
    driver = driver_of(session)
    match event:
        case LeadShared() | ClientShared():
            await driver.execute(_SHARED, agency_id, event.person_id, event.service, event.user_id)
        case LeadUnshared() | ClientUnshared():
            await driver.execute(_UNSHARED, agency_id, event.person_id, event.service, event.user_id)
        case _:
            return
    hint_at_commit(session, HINT)
