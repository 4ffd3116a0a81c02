"""Operators of the platform, and where agencies stand."""

from alembic import op
from gardenos_chassis.migrations import create_agency_standings_table

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    create_agency_standings_table(op)
