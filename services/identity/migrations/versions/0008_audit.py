"""Who looked at what, and on whose behalf things are done."""

from alembic import op
from gardenos_chassis.audit.tables import create_audit_tables

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_audit_tables(op)
