"""What is planned to be done about leads, and when an automation was first in touch with them."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0028"
down_revision = "0024"


def upgrade() -> None:
    op.execute(
        """
        create table lead_tasks (
            agency_id uuid not null, task_id uuid not null, lead_id uuid not null, due_on date not null, open boolean not null,
            primary key (agency_id, task_id)
        )
        """
    )
    op.execute("create index lead_tasks_lead on lead_tasks (agency_id, lead_id, due_on) where open")
    protect(op, "lead_tasks")
    op.execute(
        "alter table leads add column next_task_on date, add column open_tasks integer not null default 0,"
        " add column first_automated_at timestamptz"
    )
    op.execute("alter table lead_contacts add column first_automated_at timestamptz")
    op.execute("create index leads_next_task on leads (agency_id, next_task_on, id)")
