"""Every event GardenOS publishes, the envelope it travels in, and the topics that carry it."""

from gardenos_contracts import (
    ai,
    campaigns,
    clients,
    comms,
    identity,
    lead_assignment,
    lead_bulks,
    lead_duplicates,
    lead_lists,
    lead_records,
    lead_sources,
    leads,
    work,
)
from gardenos_contracts.envelope import Actor, ActorKind, Fact, Message, Received, event_id, person_behind
from gardenos_contracts.event import Data, Event, all_events, event_class, is_newer, topic_of, upcaster
from gardenos_contracts.personal import Personal, personal_fields, without_personal

__all__ = [
    "Actor",
    "ActorKind",
    "Data",
    "Event",
    "Fact",
    "Message",
    "Personal",
    "Received",
    "ai",
    "all_events",
    "campaigns",
    "clients",
    "comms",
    "event_class",
    "event_id",
    "identity",
    "is_newer",
    "lead_assignment",
    "lead_bulks",
    "lead_duplicates",
    "lead_lists",
    "lead_records",
    "lead_sources",
    "leads",
    "person_behind",
    "personal_fields",
    "topic_of",
    "upcaster",
    "without_personal",
    "work",
]
