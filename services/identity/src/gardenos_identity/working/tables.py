"""How people work, and when they are away."""

from sqlalchemy import ARRAY, Boolean, Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gardenos_identity.tables import metadata

work_profiles = Table(
    "work_profiles",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("licences", JSONB, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("working_hours", JSONB, nullable=False),
    Column("time_zone", Text),
    Column("version", Integer, nullable=False),
)

absences = Table(
    "absences",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("covered_by", Uuid),
    Column("note", Text),
    Column("cancelled", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
