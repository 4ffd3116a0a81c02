"""Of whom it was said that they do not live together. Of which household a lead is stands in its own row."""

from sqlalchemy import Column, Table, Uuid

from gardenos_leads.tables import metadata

households_apart = Table(
    "households_apart",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("other_id", Uuid, primary_key=True),
)
"""The lesser id comes first."""
