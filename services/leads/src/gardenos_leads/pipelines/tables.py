"""An agency's pipelines, and how far its leads have followed their last change. Where in them a lead is stands with the lead."""

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gardenos_leads.tables import metadata

pipelines = Table(
    "pipelines",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("own", JSONB),
    Column("version", Integer),
)
"""There is a row as soon as there is a lead: who places one holds it, so that no change of the pipelines passes them by."""

lead_placings = Table(
    "lead_placings",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("version", Integer),
    Column("status", Text),
    Column("after", Uuid),
    Column("leads", Integer),
    Column("moved", Integer),
    Column("begun_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
)
"""How far leads have followed the pipelines of a version, a job's own notes: kept, not rebuilt. `after`: the last that was
looked at; `leads`: how many are to move in all, null until they were counted."""

DEFAULT = "default"
"""What stands for all lines that have no pipeline of their own."""
