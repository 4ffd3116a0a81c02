"""Event store, relay, consumers: how a fact is recorded, published and applied. The only place that knows Kafka."""

from gardenos_chassis.events.agencies import Agencies, units_of_work
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.repository import Repository
from gardenos_chassis.events.snapshots import Snapshots
from gardenos_chassis.events.store import Changed, Context, EventStore, LostRace, Projection, UnitOfWork, history

__all__ = [
    "Agencies",
    "Changed",
    "Consumer",
    "Context",
    "EventStore",
    "LostRace",
    "Projection",
    "Repository",
    "Snapshots",
    "UnitOfWork",
    "history",
    "units_of_work",
]
