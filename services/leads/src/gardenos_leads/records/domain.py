"""What is written down about a lead, as its events made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from gardenos_contracts import Event
from gardenos_contracts.lead_records import NoteAdded, NoteChanged, NoteRemoved


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote."""

    text: str
    mentions: tuple[UUID, ...]
    author_id: UUID | None
    """Who may change it."""


@dataclass(frozen=True, slots=True)
class Records:
    """All that is written down about one lead."""

    notes: Mapping[UUID, Note] = field(default_factory=dict)


NOTHING = Records()

OfRecords = NoteAdded | NoteChanged | NoteRemoved


def evolve_records(records: Records, event: Event) -> Records:
    """The records after one more event of theirs."""
    match event:
        case NoteAdded():
            return _with_note(records, event.note_id, Note(event.text or "", event.mentions, event.author_id))
        case NoteChanged():
            before = records.notes[event.note_id]
            return _with_note(records, event.note_id, Note(event.text or "", event.mentions, before.author_id))
        case NoteRemoved():
            return replace(records, notes={id: note for id, note in records.notes.items() if id != event.note_id})
    raise TypeError(f"{event.event_type} is no event of a lead's records")


def _with_note(records: Records, note_id: UUID, note: Note) -> Records:
    return replace(records, notes={**records.notes, note_id: note})
