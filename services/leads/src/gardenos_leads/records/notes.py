"""Notes about a lead: who may write, change and remove them, and whom they may mention."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import CHANGE_AGENCY
from gardenos_chassis.errors import Conflict, Forbidden, Invalid, NotFound
from gardenos_contracts import Event
from gardenos_contracts.lead_records import NoteAdded, NoteChanged, NoteRemoved

from gardenos_leads.lead import Lead
from gardenos_leads.records.domain import Note

MOST_NOTES = 1_000
"""Of a lead."""


def add_note(
    lead: Lead, note_id: UUID, text: str, mentions: Sequence[UUID], colleagues: Mapping[UUID, Caller], by: Caller
) -> Iterator[Event]:
    """A new note. `colleagues`: who is mentioned, as they would ask. Raises Invalid where one of them does not see the lead."""
    lead.require_known()
    _require_seen_by(lead, mentions, colleagues)
    if len(lead.records.notes) >= MOST_NOTES:
        raise Conflict(f"a lead has at most {MOST_NOTES} notes; remove some first")
    yield NoteAdded(
        lead_id=lead.lead_id,
        person_id=lead.person_id,
        note_id=note_id,
        text=text,
        mentions=tuple(mentions),
        author_id=by.user_id,
    )


def change_note(
    lead: Lead, note_id: UUID, text: str, mentions: Sequence[UUID], colleagues: Mapping[UUID, Caller], by: Caller
) -> Iterator[Event]:
    """It says something else, by whoever wrote it. Raises NotFound, Forbidden, Invalid."""
    lead.require_known()
    note = _note(lead, note_id)
    if note.author_id != by.user_id:
        raise Forbidden("a note is changed by whoever wrote it alone; write one of your own")
    # Who was mentioned before has been told, and may have left, or see the lead no longer.
    _require_seen_by(lead, mentions, colleagues, but=note.mentions)
    if (text, tuple(mentions)) != (note.text, note.mentions):
        yield NoteChanged(
            lead_id=lead.lead_id, person_id=lead.person_id, note_id=note_id, text=text, mentions=tuple(mentions)
        )


def remove_note(lead: Lead, note_id: UUID, by: Caller) -> Iterator[Event]:
    """It is shown no more: for whoever wrote it, owners and admins. Raises NotFound, Forbidden."""
    lead.require_known()
    note = _note(lead, note_id)
    if note.author_id != by.user_id and not by.may(CHANGE_AGENCY):
        raise Forbidden("a note is removed by whoever wrote it, an owner or an admin")
    yield NoteRemoved(lead_id=lead.lead_id, person_id=lead.person_id, note_id=note_id)


def _note(lead: Lead, note_id: UUID) -> Note:
    if (found := lead.records.notes.get(note_id)) is None:
        raise NotFound("this lead has no such note")
    return found


def _require_seen_by(
    lead: Lead, mentions: Sequence[UUID], colleagues: Mapping[UUID, Caller], but: Sequence[UUID] = ()
) -> None:
    blind = [
        (f"/mentions/{place}", "this colleague does not see this lead: share it with them first")
        for place, user_id in enumerate(mentions)
        if user_id not in but
        and not (
            (each := colleagues.get(user_id)) is not None and each.sees(lead.owner_id, lead.team_id, lead.person_id)
        )
    ]
    if blind:
        raise Invalid.many(blind)
