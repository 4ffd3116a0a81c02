"""Until when each address was somebody's, so that whose a thread is hangs on no order.

Whom a thread was with before stays as it is until the read model is rebuilt: `gardenos rebuild comms conversations`.
"""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        create table addresses (
            agency_id uuid not null, email text not null, person_id uuid not null, kind text not null, until timestamptz,
            primary key (agency_id, email, person_id, kind)
        )
        """
    )
    op.execute("create index addresses_person on addresses (agency_id, person_id) where until is null")
    op.execute("alter table threads add column told_person_id uuid, add column begun_at timestamptz")
    # For the moment in which the owner fills what is new.
    for table in ("people", "threads"):
        op.execute(f"alter table {table} no force row level security")
    for kind in ("lead", "client"):
        op.execute(
            f"""
            insert into addresses (agency_id, email, person_id, kind)
            select agency_id, {kind}_details ->> 'email', person_id, '{kind}' from people
            where {kind}_details ->> 'email' is not null
            """  # noqa: S608 - constants
        )
    op.execute("update threads set told_person_id = person_id, begun_at = last_at")
    op.execute("alter table threads alter column begun_at set not null")
    for table in ("people", "threads"):
        op.execute(f"alter table {table} force row level security")
    protect(op, "addresses")
