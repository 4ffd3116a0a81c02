"""When a client was forgotten."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("alter table clients add column forgotten_at timestamptz")
