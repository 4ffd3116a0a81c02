"""Agencies, teams, people, credentials and sessions."""

from alembic import op
from gardenos_chassis.migrations import create_event_tables, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    op.execute(
        """
        create table agencies (
            agency_id uuid primary key, name text not null, time_zone text not null, currency text not null
        )
        """
    )
    op.execute(
        "create table teams (agency_id uuid not null, id uuid not null, name text not null, primary key (agency_id, id))"
    )
    op.execute(
        """
        create table users (
            agency_id uuid not null, id uuid not null, name text not null, email text not null, role text not null,
            team_ids uuid[] not null, primary key (agency_id, id), unique (agency_id, email)
        )
        """
    )
    op.execute(
        """
        create table credentials (
            agency_id uuid not null, user_id uuid not null, email text not null, password_hash text not null,
            failures integer not null default 0, locked_until timestamptz,
            primary key (agency_id, user_id)
        )
        """
    )
    op.execute("create index credentials_email on credentials (email)")
    op.execute(
        """
        create table sessions (
            agency_id uuid not null, id uuid not null, user_id uuid not null, refresh_hash text not null,
            started_at timestamptz not null, used_at timestamptz not null, ended_at timestamptz,
            primary key (agency_id, id)
        )
        """
    )
    protect(op, "agencies", "teams", "users", "credentials", "sessions")
    # At sign-in no agency is known yet. This function alone looks across agencies: it runs as the owner, for whom a
    # policy of its own lets rows through, and tells nothing but what a sign-in needs of one address.
    op.execute(
        """
        do $$ begin
            execute format('create policy credentials_sign_in on credentials for select to %I using (true)', current_user);
        end $$
        """
    )
    op.execute(
        """
        create function credentials_of(address text)
        returns table (agency_id uuid, user_id uuid, password_hash text, failures integer, locked_until timestamptz)
        language sql stable security definer set search_path = pg_catalog, public
        as $$
            select c.agency_id, c.user_id, c.password_hash, c.failures, c.locked_until
            from public.credentials c where c.email = address order by c.agency_id
        $$
        """
    )
