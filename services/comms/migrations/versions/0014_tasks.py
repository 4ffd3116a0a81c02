"""Tasks, and in which time zone they are due."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute(
        """
        create table tasks (
            agency_id uuid not null, id uuid not null, person_id uuid, kind text not null, title text not null,
            notes text, priority text not null, due_on date not null, due_by text not null, owner_id uuid, team_id uuid,
            state text not null, outcome text, planned_by text not null, planned_at timestamptz not null,
            closed_by text, closed_at timestamptz, version integer not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index tasks_due on tasks (agency_id, state, due_on, due_by, id)")
    op.execute("create index tasks_owner_due on tasks (agency_id, owner_id, state, due_on, due_by, id)")
    op.execute("create index tasks_closed on tasks (agency_id, closed_at, id) where closed_at is not null")
    op.execute(
        "create index tasks_owner_closed on tasks (agency_id, owner_id, closed_at, id) where closed_at is not null"
    )
    op.execute("create index tasks_person on tasks (agency_id, person_id) where person_id is not null")
    op.execute("create table agency_zones (agency_id uuid primary key, time_zone text not null)")
    protect(op, "tasks", "agency_zones")
