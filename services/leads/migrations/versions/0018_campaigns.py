"""Campaigns: what was planned and what it cost, who is in them, and how far a lead ever came."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute(
        """
        alter table campaigns
            add column kind text not null default 'other',
            add column status text not null default 'running',
            add column currency text not null default 'USD',
            add column budget_minor bigint,
            add column goal text not null default '',
            add column starts_on date,
            add column ends_on date,
            add column utm jsonb not null default '{}',
            add column launched_at timestamptz,
            add column closed_at timestamptz,
            add column closed_note text not null default '',
            add column version integer not null default 1
        """
    )
    op.execute(
        """
        create table campaign_costs (
            agency_id uuid not null, id uuid not null, campaign_id uuid not null, kind text not null,
            amount_minor bigint not null, spent_on date not null, note text not null,
            recorded_at timestamptz not null, recorded_by text not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index campaign_costs_campaign on campaign_costs (agency_id, campaign_id)")
    op.execute(
        """
        create table campaign_members (
            agency_id uuid not null, campaign_id uuid not null, lead_id uuid not null, enrolled_at timestamptz not null,
            enrolled_by text not null,
            primary key (agency_id, campaign_id, lead_id)
        )
        """
    )
    op.execute("create index campaign_members_lead on campaign_members (agency_id, lead_id)")
    op.execute(
        """
        create table lead_milestones (
            agency_id uuid not null, lead_id uuid not null, quoted_at timestamptz not null,
            primary key (agency_id, lead_id)
        )
        """
    )
    op.execute("create index inquiries_campaign on inquiries (agency_id, campaign_id) where campaign_id is not null")
    protect(op, "campaign_costs", "campaign_members", "lead_milestones")
