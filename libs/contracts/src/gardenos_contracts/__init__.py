"""Every event GardenOS publishes, the envelope it travels in, and the topics that carry it."""

from gardenos_contracts import ai, clients, comms, identity, leads
from gardenos_contracts.envelope import Actor, ActorKind, Fact, Message, Received, event_id
from gardenos_contracts.event import Event, all_events, event_class, topic_of

__all__ = [
    "Actor",
    "ActorKind",
    "Event",
    "Fact",
    "Message",
    "Received",
    "ai",
    "all_events",
    "clients",
    "comms",
    "event_class",
    "event_id",
    "identity",
    "leads",
    "topic_of",
]
