"""Who works here and in which teams, as identity told."""

from alembic import op
from gardenos_chassis.migrations import create_colleague_tables

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_colleague_tables(op)
