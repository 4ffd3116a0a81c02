"""Agencies that their owners closed, and when they are erased."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute(
        """
        create table agency_closures (
            agency_id uuid primary key, closed_at timestamptz not null, erase_at timestamptz not null, reason text
        )
        """
    )
    protect(op, "agency_closures")
