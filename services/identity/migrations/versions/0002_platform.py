"""Snapshots, jobs, sealed persons."""

from alembic import op
from gardenos_chassis.migrations import create_consumer_tables, create_platform_tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_consumer_tables(op)
    create_platform_tables(op)
