"""Notes, who is mentioned in them, and what of that they have seen; risks at interest and X-dates by line."""

from sqlalchemy import ARRAY, BigInteger, Column, Date, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

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

lead_risks = Table(
    "lead_risks",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("lead_id", Uuid),
    Column("kind", Text),
    Column("facts", JSONB),
    Column("roof_year", Integer),
    Column("added_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True)),
)
"""`roof_year` is that of the facts, to narrow lists by."""

lead_x_dates = Table(
    "lead_x_dates",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("line_of_business", Text, primary_key=True),
    Column("x_date", Date),
    Column("carrier", Text),
    Column("premium_minor", BigInteger),
    Column("premium_currency", Text),
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

RECORD_TABLES = (lead_notes, note_mentions, lead_risks, lead_x_dates)
