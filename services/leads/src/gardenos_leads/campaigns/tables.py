"""What campaigns cost, who is in them, and how far leads ever came."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Table, Text, Uuid

from gardenos_leads.tables import campaigns, metadata

campaign_costs = Table(
    "campaign_costs",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid),
    Column("kind", Text),
    Column("amount_minor", BigInteger),
    Column("spent_on", Date),
    Column("note", Text),
    Column("recorded_at", DateTime(timezone=True)),
    Column("recorded_by", Text),
)
"""In the currency of their campaign. What is paid for single leads is with their inquiries."""

campaign_members = Table(
    "campaign_members",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("enrolled_at", DateTime(timezone=True)),
    Column("enrolled_by", Text),
)
"""Leads that are in a campaign beside the one that they came from."""

lead_milestones = Table(
    "lead_milestones",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("quoted_at", DateTime(timezone=True)),
)
"""When a lead was first quoted: who is lost after a quote was quoted all the same."""

CAMPAIGN_TABLES = [campaigns, campaign_costs, campaign_members, lead_milestones]
