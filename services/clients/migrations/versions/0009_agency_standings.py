"""Where agencies themselves stand, as identity told."""

from alembic import op
from gardenos_chassis.migrations import create_agency_standings_table

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    create_agency_standings_table(op)
