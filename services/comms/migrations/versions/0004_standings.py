"""Where people stand, as identity told."""

from alembic import op
from gardenos_chassis.migrations import create_standings_table

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_standings_table(op)
