"""Events of a lead's records in, read tables out."""

from collections.abc import Sequence

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_records import NoteAdded, NoteChanged, NoteRemoved
from gardenos_contracts.leads import PersonForgotten
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_leads.records.tables import lead_notes, note_mentions


async def project_records(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps what is written down about leads."""
    for fact in facts:
        match event := fact.data:
            case NoteAdded():
                row = {
                    "agency_id": fact.agency_id,
                    "id": event.note_id,
                    "lead_id": event.lead_id,
                    "text": event.text or "",
                    "mentions": list(event.mentions),
                    "author_id": event.author_id,
                    "written_at": fact.occurred_at,
                }
                await session.execute(insert(lead_notes).values(row))
                await _mention(session, fact, event)
            case NoteChanged():
                this = (lead_notes.c.agency_id == fact.agency_id, lead_notes.c.id == event.note_id)
                now = {"text": event.text or "", "mentions": list(event.mentions), "changed_at": fact.occurred_at}
                await session.execute(update(lead_notes).where(*this).values(now))
                await _mention(session, fact, event)
            case NoteRemoved():
                this = (lead_notes.c.agency_id == fact.agency_id, lead_notes.c.id == event.note_id)
                await session.execute(delete(lead_notes).where(*this))
                of_it = (note_mentions.c.agency_id == fact.agency_id, note_mentions.c.note_id == event.note_id)
                await session.execute(delete(note_mentions).where(*of_it))
            case PersonForgotten():
                theirs = (lead_notes.c.agency_id == fact.agency_id, lead_notes.c.lead_id == fact.stream_id)
                await session.execute(update(lead_notes).where(*theirs).values(text="", mentions=[]))
                of_them = (note_mentions.c.agency_id == fact.agency_id, note_mentions.c.lead_id == fact.stream_id)
                await session.execute(delete(note_mentions).where(*of_them))


async def _mention(session: Session, fact: Fact[Event], note: NoteAdded | NoteChanged) -> None:
    """Who was mentioned already is not told again."""
    of_it = (note_mentions.c.agency_id == fact.agency_id, note_mentions.c.note_id == note.note_id)
    await session.execute(delete(note_mentions).where(*of_it, note_mentions.c.user_id.not_in(note.mentions)))
    rows = [
        {
            "agency_id": fact.agency_id,
            "user_id": user_id,
            "note_id": note.note_id,
            "lead_id": note.lead_id,
            "mentioned_at": fact.occurred_at,
        }
        for user_id in note.mentions
        # Nobody tells themselves.
        if user_id != getattr(note, "author_id", None)
    ]
    if rows:
        await session.execute(upsert(note_mentions).values(rows).on_conflict_do_nothing())
