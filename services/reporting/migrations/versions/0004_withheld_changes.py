"""Each log's head says whether changes may be withheld in it: as a rule there are none, and nobody looks for them."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Of the logs that are there, nobody knows: they are looked into once.
    op.execute("alter table change_heads add column withheld boolean not null default true")
