"""Clients change hands: which event said so last."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("alter table clients add column scope_sequence bigint not null default 0")
