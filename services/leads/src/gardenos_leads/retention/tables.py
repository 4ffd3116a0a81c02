"""What is announced."""

from sqlalchemy import Column, Date, DateTime, Integer, Table, Uuid

from gardenos_leads.tables import metadata

lead_disposals = Table(
    "lead_disposals",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("forget_on", Date),
    Column("months", Integer),
    Column("closed_before", DateTime(timezone=True)),
    Column("leads", Integer),
)
"""A row while something is announced and not yet done."""
