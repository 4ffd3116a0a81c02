"""What is shared with whom."""

from alembic import op
from gardenos_chassis.migrations import create_share_table

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_share_table(op)
