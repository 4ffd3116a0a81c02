"""Who looked at what is sealed."""

from alembic import op
from gardenos_chassis.audit.tables import create_access_seals

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_access_seals(op)
