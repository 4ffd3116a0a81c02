"""How often a lead was called, and when somebody first was in touch."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        "alter table leads add column contact_attempts integer not null default 0, add column first_touched_at timestamptz"
    )
