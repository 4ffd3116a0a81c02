"""The chain of hashes over what is recorded."""

from alembic import op
from gardenos_chassis.migrations import create_chain_tables

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_chain_tables(op)
