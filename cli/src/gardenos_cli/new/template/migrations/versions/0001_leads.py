"""What every consumer keeps, and a table of our own."""

from alembic import op
from gardenos_chassis.audit.tables import create_access_seals, create_access_table, extend_jobs
from gardenos_chassis.migrations import (
    create_consumer_tables,
    create_job_tables,
    create_sealing_tables,
    extend_parked_events,
    protect,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_consumer_tables(op)
    extend_parked_events(op)
    create_job_tables(op)
    extend_jobs(op)
    create_access_table(op)
    create_access_seals(op)
    create_sealing_tables(op)
    op.execute(
        """
        create table leads (
            agency_id uuid not null, lead_id uuid not null, person_id uuid not null, name text not null,
            captured_at timestamptz not null,
            primary key (agency_id, lead_id)
        )
        """
    )
    # Row-level security: a transaction sees one agency's rows, whatever a query forgets to say.
    protect(op, "leads")
