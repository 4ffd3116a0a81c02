"""When a lead's person was forgotten."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("alter table leads add column forgotten_at timestamptz")
    op.execute("create index import_rows_lead on import_rows (agency_id, lead_id) where lead_id is not null")
    op.execute("create index import_rows_twin on import_rows (agency_id, duplicate_of) where duplicate_of is not null")
