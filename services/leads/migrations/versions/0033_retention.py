"""Leads are kept no longer than their agency wants: its rule, what is announced, and who is kept too long."""

from alembic import op
from gardenos_chassis.migrations import create_retention_table, protect

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    create_retention_table(op)
    op.execute(
        """
        create table lead_disposals (
            agency_id uuid primary key, forget_on date not null, months int not null, closed_before timestamptz not null,
            leads int not null
        )
        """
    )
    protect(op, "lead_disposals")
    op.execute(
        "create index leads_lost_since on leads (agency_id, stage_since)"
        " where stage = 'lost' and removed_at is null and forgotten_at is null"
    )
    op.execute(
        "create index leads_removed_since on leads (agency_id, removed_at)"
        " where removed_at is not null and forgotten_at is null"
    )
    op.execute("create index lead_posts_kept on lead_posts (agency_id, received_at) where sealed is not null")
