"""Leads who live together: of which household a lead is, and of whom it was said that they are of two."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0025"
down_revision = "0026"


def upgrade() -> None:
    op.execute("alter table leads add column household_id uuid, add column relationship text")
    op.execute("create index leads_household on leads (agency_id, household_id) where household_id is not null")
    op.execute(
        """
        create table households_apart (
            agency_id uuid not null, lead_id uuid not null, other_id uuid not null,
            primary key (agency_id, lead_id, other_id)
        )
        """
    )
    op.execute("create index households_apart_other on households_apart (agency_id, other_id)")
    protect(op, "households_apart")
