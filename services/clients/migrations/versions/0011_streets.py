"""Where somebody lives: the street and the city."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("alter table clients add column street text, add column city text")
