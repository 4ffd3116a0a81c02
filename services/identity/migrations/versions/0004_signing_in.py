"""Limits to tries, second factors, password resets, and what is told of sessions."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Before somebody is signed in no agency is known: these rows are of agency 0, and row-level security keeps to that.
    op.execute(
        """
        create table sign_in_limits (
            agency_id uuid not null, key text not null, tries integer not null, locked_until timestamptz,
            forget_at timestamptz not null,
            primary key (agency_id, key)
        ) with (fillfactor = 70)
        """
    )
    op.execute("create index sign_in_limits_forget on sign_in_limits (agency_id, forget_at)")
    op.execute(
        """
        create table second_factors (
            agency_id uuid not null, user_id uuid not null, secret bytea not null, confirmed_at timestamptz,
            last_step bigint not null default 0,
            primary key (agency_id, user_id)
        )
        """
    )
    op.execute(
        """
        create table recovery_codes (
            agency_id uuid not null, user_id uuid not null, code_hash text not null,
            primary key (agency_id, user_id, code_hash)
        )
        """
    )
    for table in ("sign_in_challenges", "password_resets"):
        op.execute(
            f"""
            create table {table} (
                agency_id uuid not null, id uuid not null, user_id uuid not null, secret_hash text not null,
                expires_at timestamptz not null,
                primary key (agency_id, id)
            )
            """
        )
        op.execute(f"create index {table}_user on {table} (agency_id, user_id)")
    op.execute(
        """
        alter table sessions
            add column previous_hash text,
            add column successor_salt bytea,
            add column rotated_at timestamptz,
            add column address text not null default '',
            add column user_agent text not null default ''
        """
    )
    op.execute("create index sessions_user on sessions (agency_id, user_id)")
    protect(op, "sign_in_limits", "second_factors", "recovery_codes", "sign_in_challenges", "password_resets")
