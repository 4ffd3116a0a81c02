"""Who signed in and who was not let in, from where; and of which locks it was told."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(
        """
        create table sign_ins (
            agency_id uuid not null, id uuid not null, user_id uuid not null, at timestamptz not null default now(),
            outcome text not null, address text not null, user_agent text not null, session_id uuid,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index sign_ins_user on sign_ins (agency_id, user_id, at desc, id desc)")
    protect(op, "sign_ins")
    # Of each lock it is recorded once that somebody met it.
    op.execute("alter table sign_in_limits add column told_until timestamptz")
