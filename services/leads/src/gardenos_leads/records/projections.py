"""Events of a lead's records in, read tables out."""

from collections.abc import Sequence

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_records import (
    NoteAdded,
    NoteChanged,
    NoteRemoved,
    RiskAdded,
    RiskChanged,
    RiskRemoved,
    XDateCleared,
    XDateSet,
)
from gardenos_contracts.leads import PersonForgotten
from sqlalchemy import Executable, delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_leads.records.domain import facts_of
from gardenos_leads.records.tables import lead_notes, lead_risks, lead_x_dates, note_mentions


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
                for table in (lead_risks, lead_x_dates):
                    of_them = (table.c.agency_id == fact.agency_id, table.c.lead_id == fact.stream_id)
                    await session.execute(delete(table).where(*of_them))
            case RiskAdded() | RiskChanged():
                await session.execute(_risk(fact, event))
            case RiskRemoved():
                this = (lead_risks.c.agency_id == fact.agency_id, lead_risks.c.id == event.risk_id)
                await session.execute(delete(lead_risks).where(*this))
            case XDateSet() if event.x_date is not None:
                key = {
                    "agency_id": fact.agency_id,
                    "lead_id": event.lead_id,
                    "line_of_business": event.line_of_business,
                }
                said = {
                    "x_date": event.x_date,
                    "carrier": event.carrier,
                    "premium_minor": event.premium and event.premium.minor,
                    "premium_currency": event.premium and event.premium.currency,
                }
                kept = upsert(lead_x_dates).values(**key, **said)
                await session.execute(kept.on_conflict_do_update(index_elements=list(key), set_=said))
            case XDateCleared():
                of_line = (
                    lead_x_dates.c.agency_id == fact.agency_id,
                    lead_x_dates.c.lead_id == event.lead_id,
                    lead_x_dates.c.line_of_business == event.line_of_business,
                )
                await session.execute(delete(lead_x_dates).where(*of_line))


def _risk(fact: Fact[Event], event: RiskAdded | RiskChanged) -> Executable:
    facts = facts_of(event)
    now = {"facts": facts.model_dump(mode="json"), "roof_year": getattr(facts, "roof_year", None)}
    this = (lead_risks.c.agency_id == fact.agency_id, lead_risks.c.id == event.risk_id)
    if isinstance(event, RiskChanged):
        return update(lead_risks).where(*this).values(**now, changed_at=fact.occurred_at)
    key = {"agency_id": fact.agency_id, "id": event.risk_id, "lead_id": event.lead_id, "kind": event.kind.value}
    return insert(lead_risks).values(**key, **now, added_at=fact.occurred_at)


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
