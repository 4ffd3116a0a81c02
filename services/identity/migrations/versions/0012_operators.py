"""Operators of the platform, the agencies as they see them, and where agencies stand."""

from alembic import op
from gardenos_chassis.migrations import create_agency_standings_table, protect, protect_writes

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    create_agency_standings_table(op)
    # Operators are of no agency: these rows are of agency 0, and row-level security keeps to that.
    op.execute(
        """
        create table operators (
            agency_id uuid not null, id uuid not null, email text not null, password_hash text not null,
            added_at timestamptz not null, removed_at timestamptz,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create unique index operators_email on operators (agency_id, email) where removed_at is null")
    op.execute(
        """
        create table operator_sessions (
            agency_id uuid not null, id uuid not null, operator_id uuid not null, secret_hash text not null,
            address text not null, user_agent text not null, started_at timestamptz not null, used_at timestamptz not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index operator_sessions_operator on operator_sessions (agency_id, operator_id)")
    protect(op, "operators", "operator_sessions")
    _register()


def _register() -> None:
    """What operators see of agencies, and nothing of anybody in them: so it is read across agencies, as marks are."""
    op.execute(
        """
        create table agency_register (
            agency_id uuid primary key, name text not null, registered_at timestamptz not null,
            people integer not null default 0, suspended_at timestamptz, reason text, turn_to text,
            life text not null default 'active'
        ) with (fillfactor = 80)
        """
    )
    op.execute("create index agency_register_registered on agency_register (registered_at, agency_id)")
    # For the moment in which the owner fills it, of all agencies.
    for table in ("agencies", "users", "events"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        """
        insert into agency_register (agency_id, name, registered_at, people)
        select a.agency_id, a.name, e.occurred_at,
            (select count(*) from users u where u.agency_id = a.agency_id and u.active)
        from agencies a join events e on e.agency_id = a.agency_id and e.stream_id = a.agency_id and e.version = 1
        """
    )
    for table in ("agencies", "users", "events"):
        op.execute(f"alter table {table} force row level security")
    protect_writes(op, "agency_register")
