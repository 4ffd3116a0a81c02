"""Where somebody lives: the street and the city."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("alter table leads add column street text, add column city text")
