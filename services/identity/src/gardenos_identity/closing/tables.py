"""The closures that are."""

from sqlalchemy import Column, DateTime, Table, Text, Uuid

from gardenos_identity.tables import metadata

agency_closures = Table(
    "agency_closures",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("closed_at", DateTime(timezone=True), nullable=False),
    Column("erase_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text),
)
