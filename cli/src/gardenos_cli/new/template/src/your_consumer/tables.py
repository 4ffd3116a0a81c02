"""The tables as code; how they came to be stands in migrations/."""

from sqlalchemy import Column, DateTime, MetaData, Table, Text, Uuid

leads = Table(
    "leads",
    MetaData(),
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("name", Text),
    Column("captured_at", DateTime(timezone=True)),
)
