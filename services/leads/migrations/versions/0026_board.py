"""What stands in each column of a board is counted from an index: of whose leads, and what line they are of."""

from alembic import op

revision = "0026"
down_revision = "0027"


def upgrade() -> None:
    op.execute(
        """
        create index leads_board on leads (agency_id, pipeline, stage_key)
        include (id, owner_id, team_id, person_id, line_of_business, stage) where removed_at is null
        """
    )
    op.execute(
        """
        create index lead_premiums on lead_x_dates (agency_id, lead_id, line_of_business)
        include (premium_currency, premium_minor) where premium_minor is not null
        """
    )
