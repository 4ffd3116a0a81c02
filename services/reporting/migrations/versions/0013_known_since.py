"""Since when a lead is known may change: it was the same person as another, or is no longer."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("alter table leads add column captured_sequence bigint not null default 0")
