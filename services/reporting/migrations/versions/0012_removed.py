"""Leads that were removed, which no report counts."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(
        "alter table leads add column removed boolean not null default false,"
        " add column removed_sequence bigint not null default 0"
    )
