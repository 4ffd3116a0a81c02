"""Single sign-on by OpenID Connect: what an agency settled, whom its provider's people are, and who is on the way."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        """
        create table single_sign_on (
            agency_id uuid primary key, id uuid not null, issuer text not null, client text not null,
            secret bytea not null, domains text[] not null, required boolean not null, joins_as text,
            tested_at timestamptz, version integer not null
        )
        """
    )
    op.execute(
        """
        create table single_sign_on_links (
            agency_id uuid not null, issuer text not null, subject text not null, user_id uuid not null,
            proven boolean not null, linked_at timestamptz not null,
            primary key (agency_id, issuer, subject), unique (agency_id, issuer, user_id)
        )
        """
    )
    op.execute(
        """
        create table single_sign_on_attempts (
            agency_id uuid not null, id uuid not null, state_hash text not null, proof_hash text not null,
            version integer not null, tested_by uuid, counted_as text not null, expires_at timestamptz not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index single_sign_on_attempts_expiry on single_sign_on_attempts (agency_id, expires_at)")
    # By what each session was begun: whom a provider vouches for is somebody in its agency alone.
    op.execute("alter table sessions add column begun_by text not null default 'password'")
    protect(op, "single_sign_on", "single_sign_on_links", "single_sign_on_attempts")
    # Before somebody is signed in no agency is known. From an address's domain to agencies, and nothing more.
    op.execute(
        """
        do $$ begin
            execute format('create policy single_sign_on_begin on single_sign_on for select to %I using (true)', current_user);
        end $$
        """
    )
    op.execute(
        """
        create function single_sign_on_for(domain text) returns table (agency_id uuid)
        language sql stable security definer set search_path = pg_catalog, public
        as $$
            select s.agency_id from public.single_sign_on s
            where domain = any(s.domains) and s.tested_at is not null order by s.agency_id limit 2
        $$
        """
    )
