"""What is shared with whom."""

from alembic import op
from gardenos_chassis.migrations import create_share_table

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_share_table(op)
    op.execute("alter table leads add column shared_with uuid[] not null default '{}'")
    # What is shared is looked for by its person, beside what one owns.
    op.execute("create index leads_person on leads (agency_id, person_id)")
