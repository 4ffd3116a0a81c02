"""Conversations are kept no longer than their agency wants: its rule, and mail of which the original is gone."""

from alembic import op
from gardenos_chassis.migrations import create_retention_table

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    create_retention_table(op)
    op.execute("alter table emails alter column raw drop not null")
    op.execute("create index emails_kept on emails (agency_id, message_id) where raw is not null")
    op.execute("create index threads_of_strangers on threads (agency_id, id) where person_id is null")
