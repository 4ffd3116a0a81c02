"""Pairs of leads that may be one person, what people said of them, merges, and the search for pairs."""

from sqlalchemy import Boolean, Column, DateTime, Float, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gardenos_leads.tables import metadata

lead_merges = Table(
    "lead_merges",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("lead_id", Uuid),
    Column("merged_lead_id", Uuid),
    Column("merged_at", DateTime(timezone=True)),
    Column("merged_by", Text),
    Column("do_not_call", Boolean),
    Column("unmerged_at", DateTime(timezone=True)),
    Column("unmerged_by", Text),
)
"""Which lead was merged directly into which. `leads.merged_into` is at the end of such a chain."""

told_apart = Table(
    "told_apart",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("other_id", Uuid, primary_key=True),
    Column("verdict", Text),
    Column("told_at", DateTime(timezone=True)),
    Column("told_by", Text),
)
"""The lesser id comes first, as in `duplicate_pairs`."""

duplicate_rules = Table(
    "duplicate_rules",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("rules", JSONB),
    Column("version", Integer),
)

duplicate_pairs = Table(
    "duplicate_pairs",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("other_id", Uuid, primary_key=True),
    Column("score", Float),
    Column("reasons", ARRAY(Text)),
    Column("found_at", DateTime(timezone=True)),
)
"""Found by comparing leads as they are: no events made it, and a search makes it again."""

duplicate_searches = Table(
    "duplicate_searches",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid),
    Column("status", Text),
    Column("leads", Integer),
    Column("leads_done", Integer),
    Column("after", Uuid),
    Column("pairs", Integer),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
)
"""The last search over all of an agency's leads; `after`: the last that was looked at."""
