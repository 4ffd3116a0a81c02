"""Campaigns that a lead joined later: by campaign it is counted with the one it came from, else with the first that it is in.

What was joined before this is known after a rebuild of `views`.
"""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute(
        """
        alter table leads add column joined jsonb not null default '[]', add column joined_campaign_id uuid,
            add column counted_campaign_id uuid generated always as (coalesce(campaign_id, joined_campaign_id)) stored
        """
    )
