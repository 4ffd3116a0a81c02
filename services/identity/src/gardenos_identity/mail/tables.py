"""Mail that waits to be sent."""

from sqlalchemy import Column, DateTime, LargeBinary, MetaData, Table, Uuid

letters = Table(
    "letters",
    MetaData(),
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False),
)
"""Gone once it is sent."""
