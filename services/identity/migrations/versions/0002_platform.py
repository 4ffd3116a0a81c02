"""Snapshots, jobs, sealed persons."""

from alembic import op
from gardenos_chassis.migrations import (
    create_consumer_tables,
    create_job_tables,
    create_sealing_tables,
    create_snapshot_table,
    extend_parked_events,
)

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_consumer_tables(op)
    create_job_tables(op)
    create_sealing_tables(op)
    create_snapshot_table(op)
    extend_parked_events(op)
