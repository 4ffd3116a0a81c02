"""What the leads of a board are worth is counted from an index."""

from alembic import op

revision = "0026"
down_revision = "0027"


def upgrade() -> None:
    op.execute(
        """
        create index lead_premiums on lead_x_dates (agency_id, lead_id, line_of_business)
        include (premium_currency, premium_minor) where premium_minor is not null
        """
    )
