"""Bulk actions: what is done to many leads at once, and what became of each."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute(
        """
        create table bulks (
            agency_id uuid not null, id uuid not null, action jsonb not null, selection jsonb not null, status text not null,
            of_bulk uuid, undone_by uuid, created_by uuid not null, actor text not null, role text not null,
            team_ids uuid[] not null, person_version integer not null, key_scopes text[], counts jsonb not null,
            leads integer, problem text, created_at timestamptz not null, finished_at timestamptz,
            primary key (agency_id, id)
        )
        """
    )
    op.execute(
        """
        create table bulk_rows (
            agency_id uuid not null, bulk_id uuid not null, lead_id uuid not null, version integer, fate text, reason text,
            conflicts jsonb,
            primary key (agency_id, bulk_id, lead_id),
            foreign key (agency_id, bulk_id) references bulks (agency_id, id)
        )
        """
    )
    # What is still to be done of one, and the rows of one fate, are read in the order of their leads.
    op.execute("create index bulk_rows_left on bulk_rows (agency_id, bulk_id, lead_id) where fate is null")
    op.execute("create index bulk_rows_fate on bulk_rows (agency_id, bulk_id, fate, lead_id)")
    op.execute("create index bulk_rows_lead on bulk_rows (agency_id, lead_id)")
    op.execute("create index bulks_of on bulks (agency_id, of_bulk) where of_bulk is not null")
    protect(op, "bulks", "bulk_rows")
