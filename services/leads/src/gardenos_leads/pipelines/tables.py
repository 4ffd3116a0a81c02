"""An agency's pipelines. Where in them a lead is stands with the lead."""

from sqlalchemy import Column, Integer, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gardenos_leads.tables import metadata

pipelines = Table(
    "pipelines",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("own", JSONB),
    Column("version", Integer),
)

DEFAULT = "default"
"""What stands for all lines that have no pipeline of their own."""
