"""Leads that are left alone until a day; and when an agency opens."""

from alembic import op

revision = "0024"
down_revision = "0029"


def upgrade() -> None:
    op.execute(
        "alter table leads add column comes_back_on date, add column recycled jsonb, add column came_back_at timestamptz"
    )
    op.execute("create index leads_come_back on leads (agency_id, comes_back_on) where comes_back_on is not null")
    op.execute("create index leads_came_back on leads (agency_id, came_back_at) where came_back_at is not null")
    op.execute("alter table agency_zones add column business_hours jsonb")
    # What stands in each column of a board is counted from this alone, without those that come back later. It is of all leads:
    # one of some would seem the cheapest for whatever leaves out the removed, while nothing is known of the table.
    op.execute(
        """
        create index leads_board on leads (agency_id, pipeline, stage_key)
        include (id, owner_id, team_id, person_id, line_of_business, stage, removed_at, comes_back_on)
        """
    )
