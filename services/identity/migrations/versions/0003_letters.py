"""Letters that wait to be sent."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        create table letters (
            agency_id uuid not null, id uuid not null, sealed bytea not null, posted_at timestamptz not null,
            primary key (agency_id, id)
        )
        """
    )
    protect(op, "letters")
