"""Fields of an agency's own and what is known under them, tags, words, and saved views."""

from sqlalchemy import ARRAY, Boolean, Column, Date, Double, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gardenos_leads.tables import metadata

lead_fields = Table(
    "lead_fields",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid),
    Column("key", Text, primary_key=True),
    Column("label", Text),
    Column("kind", Text),
    Column("options", ARRAY(Text)),
    Column("line_of_business", Text),
    Column("retired", Boolean),
    Column("version", Integer),
)

lead_values = Table(
    "lead_values",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("text", Text),
    Column("number", Double),
    Column("day", Date),
)
"""One of the three is set, by the field's kind: a choice is a text, an amount its minor units, yes 1 and no 0."""

lead_tags = Table(
    "lead_tags",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
)

lead_words = Table(
    "lead_words",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("word", Text, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
)
"""What a lead is found by: see `lead_words_of` in the migrations."""

lead_views = Table(
    "lead_views",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("audience", Text),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("filter", JSONB),
    Column("sort", Text),
    Column("columns", ARRAY(Text)),
    Column("version", Integer),
)

agency_zones = Table(
    "agency_zones",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("time_zone", Text),
    Column("business_hours", JSONB),
)
"""`business_hours` as identity tells them, by weekday; null until an agency said something of them."""

LIST_TABLES = (lead_fields, lead_values, lead_tags, lead_words, lead_views)
