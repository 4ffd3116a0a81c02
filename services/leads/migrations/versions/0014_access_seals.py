"""Who looked at what is sealed: a chain of hashes over the rows, a stretch of time a link."""

from alembic import op
from gardenos_chassis.audit.tables import create_access_seals

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    create_access_seals(op)
