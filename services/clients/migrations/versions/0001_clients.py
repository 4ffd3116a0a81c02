"""Clients."""

from alembic import op
from gardenos_chassis.migrations import create_consumer_tables, create_event_tables, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    create_consumer_tables(op)
    op.execute(
        """
        create table clients (
            agency_id uuid not null, id uuid not null, person_id uuid not null, lead_id uuid,
            given_name text not null, family_name text not null, display_name text not null, sort_name text not null,
            email text, phone text, postal_code text, state text, birth_date date, line_of_business text,
            owner_id uuid, team_id uuid, onboarded_at timestamptz not null,
            version integer not null, search text not null,
            primary key (agency_id, id)
        )
        """
    )
    for name, columns in {
        "onboarded": "onboarded_at desc, id desc",
        "owner": "owner_id, onboarded_at desc, id desc",
        "line": "line_of_business, onboarded_at desc, id desc",
        "name": "sort_name, id",
    }.items():
        op.execute(f"create index clients_{name} on clients (agency_id, {columns})")
    op.execute("create index clients_search on clients using gin (agency_id, search gin_trgm_ops)")
    protect(op, "clients")
