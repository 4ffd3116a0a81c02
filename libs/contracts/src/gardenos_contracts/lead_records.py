"""What the leads service publishes of what people write down about a lead: notes."""

from typing import TypeAlias
from uuid import UUID

from gardenos_contracts.event import Event
from gardenos_contracts.values import LeadId, PersonalText, PersonId, UserId

NoteId: TypeAlias = UUID


class NoteAdded(Event, service="leads", version=1):
    """Somebody wrote a note about a lead."""

    lead_id: LeadId
    person_id: PersonId
    note_id: NoteId
    text: PersonalText
    mentions: tuple[UserId, ...] = ()
    """Colleagues who are to read it."""
    author_id: UserId | None = None
    """Who may change it; None where no person wrote it."""


class NoteChanged(Event, service="leads", version=1):
    """A note says something else. Carries it as it is now, whole."""

    lead_id: LeadId
    person_id: PersonId
    note_id: NoteId
    text: PersonalText
    mentions: tuple[UserId, ...] = ()


class NoteRemoved(Event, service="leads", version=1):
    """A note is shown no more."""

    lead_id: LeadId
    person_id: PersonId
    note_id: NoteId


__all__ = ["NoteAdded", "NoteChanged", "NoteId", "NoteRemoved"]
