"""Snapshots, jobs, sealed persons, and what is known of parked events."""

from alembic import op
from gardenos_chassis.migrations import create_platform_tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_platform_tables(op)
