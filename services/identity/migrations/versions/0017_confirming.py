"""When the person of each session last proved who they are."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("alter table sessions add column proved_at timestamptz")
