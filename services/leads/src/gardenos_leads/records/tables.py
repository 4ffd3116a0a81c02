"""Notes, who is mentioned in them, and what of that they have seen."""

from sqlalchemy import ARRAY, Column, DateTime, Table, Text, Uuid

from gardenos_leads.tables import metadata

lead_notes = Table(
    "lead_notes",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("lead_id", Uuid),
    Column("text", Text),
    Column("mentions", ARRAY(Uuid)),
    Column("author_id", Uuid),
    Column("written_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True)),
)
"""Of somebody forgotten the texts are empty."""

note_mentions = Table(
    "note_mentions",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("note_id", Uuid, primary_key=True),
    Column("lead_id", Uuid),
    Column("mentioned_at", DateTime(timezone=True)),
)

seen_notes = Table(
    "seen_notes",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("seen_at", DateTime(timezone=True)),
)
"""Until when somebody has read the notes of a lead: what they looked at is no event, and is kept, not rebuilt."""

RECORD_TABLES = (lead_notes, note_mentions)
