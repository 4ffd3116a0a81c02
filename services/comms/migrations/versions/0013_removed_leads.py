"""People whose lead was removed: what was said with them stands in no list until it is restored."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("alter table people add column removed_at timestamptz")
