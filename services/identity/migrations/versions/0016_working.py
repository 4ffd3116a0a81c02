"""How people work, and when they are away."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute(
        """
        create table work_profiles (
            agency_id uuid not null, user_id uuid not null, licences jsonb not null, languages text[] not null,
            working_hours jsonb not null, time_zone text, version integer not null,
            primary key (agency_id, user_id)
        )
        """
    )
    op.execute(
        """
        create table absences (
            agency_id uuid not null, id uuid not null, user_id uuid not null, starts_at timestamptz not null,
            ends_at timestamptz not null, covered_by uuid, note text, cancelled boolean not null, version integer not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index absences_to_come on absences (agency_id, starts_at, id) where not cancelled")
    protect(op, "work_profiles", "absences")
