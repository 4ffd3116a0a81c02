"""Bulk actions, and what became of each lead. They are a job's own notes, made of no events: kept, not rebuilt."""

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gardenos_leads.tables import metadata

bulks = Table(
    "bulks",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("action", JSONB),
    Column("selection", JSONB),
    Column("status", Text),
    Column("of_bulk", Uuid),
    Column("undone_by", Uuid),
    Column("created_by", Uuid),
    Column("actor", Text),
    Column("role", Text),
    Column("team_ids", ARRAY(Uuid)),
    Column("person_version", Integer),
    Column("key_scopes", ARRAY(Text)),
    Column("counts", JSONB),
    Column("leads", Integer),
    Column("problem", Text),
    Column("created_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
)
"""`leads` is null until they were selected; `undone_by` the last that takes this one back, `of_bulk` in that one what it takes
back. `actor`, `role`, `team_ids`, `person_version` and `key_scopes` are the asker's as they were when it was asked for."""

bulk_rows = Table(
    "bulk_rows",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("bulk_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("version", Integer),
    Column("fate", Text),
    Column("reason", Text),
    Column("conflicts", JSONB(none_as_null=True)),
)
"""`version` is the lead's when it was selected, null where the asker had no such lead; `fate` null until it was its turn.
Of each conflict: the field, what it is now (of tags not, they are looked up), who made it so, and when."""
