"""Migrations: the tables every service has, row-level security, and Alembic run as the owner.

What stands here is part of migrations that have run: it is not edited, new needs get new functions.
"""

import asyncio
import importlib.util
from pathlib import Path
from typing import Any, Protocol

import alembic.command
from alembic import context
from alembic.config import Config
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine


class Operations(Protocol):
    """What is needed of Alembic's `op`."""

    def execute(self, sqltext: str) -> Any:
        """Runs one statement."""


def protect(op: Operations, *tables: str) -> None:
    """Lets a transaction see and write only the rows of its agency; without an agency, none."""
    for table in tables:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_agency on {table} using ({_OWN}) with check ({_OWN})")


def protect_writes(op: Operations, *tables: str) -> None:
    """For marks, which hold no personal data: read across agencies, written within one."""
    for table in tables:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_read on {table} for select using (true)")
        op.execute(f"create policy {table}_insert on {table} for insert with check ({_OWN})")
        op.execute(f"create policy {table}_update on {table} for update using ({_OWN}) with check ({_OWN})")
        op.execute(f"create policy {table}_delete on {table} for delete using ({_OWN})")


_OWN = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"


def create_event_tables(op: Operations) -> None:
    """The event store: events, each agency's head, what is published, and the outcome of keyed commands."""
    op.execute(
        """
        create table events (
            agency_id uuid not null,
            sequence bigint not null,
            stream_id uuid not null,
            version integer not null,
            type text not null,
            data jsonb not null,
            metadata jsonb not null,
            occurred_at timestamptz not null,
            recorded_at timestamptz not null default clock_timestamp(),
            primary key (agency_id, sequence),
            constraint events_stream_version unique (agency_id, stream_id, version)
        ) with (autovacuum_vacuum_scale_factor = 0.5, autovacuum_analyze_scale_factor = 0.02)
        """
    )
    op.execute(
        """
        create table agency_heads (agency_id uuid primary key, head bigint not null) with (fillfactor = 50)
        """
    )
    op.execute(
        """
        create table relay_marks (agency_id uuid primary key, published bigint not null) with (fillfactor = 50)
        """
    )
    op.execute(
        """
        create table commands (
            agency_id uuid not null,
            idempotency_key text not null,
            fingerprint text not null,
            stream_id uuid,
            version integer,
            recorded_at timestamptz not null default now(),
            primary key (agency_id, idempotency_key)
        )
        """
    )
    protect(op, "events", "commands")
    protect_writes(op, "agency_heads", "relay_marks")
    # Facts are never edited: not even by the service itself.
    op.execute(
        """
        do $$ begin
            execute (
                select coalesce(string_agg(format('revoke update, delete, truncate on events from %I;', grantee), ' '), '')
                from (select distinct grantee from information_schema.role_table_grants
                      where table_name = 'events' and grantee <> current_user) as granted
            );
        exception when null_value_not_allowed then null; end $$
        """
    )


def create_consumer_tables(op: Operations) -> None:
    """How far each consumer has read each agency's history of each source, and what it set aside."""
    op.execute(
        """
        create table consumer_marks (
            agency_id uuid not null,
            consumer text not null,
            source text not null,
            sequence bigint not null,
            primary key (consumer, source, agency_id)
        ) with (fillfactor = 50)
        """
    )
    op.execute(
        """
        create table parked_events (
            agency_id uuid not null,
            consumer text not null,
            source text not null,
            sequence bigint not null,
            stream_id uuid not null,
            type text not null,
            message jsonb not null,
            error text not null,
            parked_at timestamptz not null default now(),
            primary key (agency_id, consumer, source, sequence)
        )
        """
    )
    op.execute("create index parked_events_stream on parked_events (agency_id, consumer, source, stream_id)")
    protect(op, "parked_events")
    protect_writes(op, "consumer_marks")


def create_snapshot_table(op: Operations) -> None:
    """Folded states of long streams, the latest of each: made anew at any time, by the code that `made_by` stands for."""
    op.execute(
        """
        create table snapshots (
            agency_id uuid not null,
            stream_id uuid not null,
            made_by text not null,
            version integer not null,
            state jsonb not null,
            primary key (agency_id, stream_id)
        )
        """
    )
    protect(op, "snapshots")


def extend_parked_events(op: Operations) -> None:
    """What is known of a parked event besides: how often it was tried, and who put it aside for good.

    The marks say how many each has parked and when it last moved: that much may be read across agencies.
    """
    op.execute(
        """
        alter table parked_events
            add column attempts integer not null default 1,
            add column tried_at timestamptz not null default now(),
            add column discarded_at timestamptz,
            add column discarded_by text,
            add column discarded_because text
        """
    )
    op.execute(
        """
        alter table consumer_marks
            add column parked integer not null default 0,
            add column moved_at timestamptz not null default now()
        """
    )
    # For the moment in which the owner counts what was parked before.
    for table in ("parked_events", "consumer_marks"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        """
        update consumer_marks as marks set parked = (
            select count(*) from parked_events
            where (agency_id, consumer, source) = (marks.agency_id, marks.consumer, marks.source)
        )
        """
    )
    for table in ("parked_events", "consumer_marks"):
        op.execute(f"alter table {table} force row level security")


def create_job_tables(op: Operations) -> None:
    """Durable jobs: work that leaves the database, recorded in the transaction that wants it.

    `due_at` is when a job may be taken: queued, its moment; running, the end of its lease; null, by nobody.
    """
    op.execute(
        """
        create table jobs (
            agency_id uuid not null,
            id uuid not null,
            kind text not null,
            key text not null,
            arguments jsonb not null default '{}',
            person_id uuid,
            state text not null default 'queued' check (state in ('queued', 'running', 'failed', 'cancelled')),
            due_at timestamptz default now() check ((due_at is null) = (state in ('failed', 'cancelled'))),
            lease uuid check ((lease is null) = (state <> 'running')),
            stop_asked boolean not null default false,
            tries integer not null default 0,
            delays integer not null default 0,
            error text,
            correlation_id text not null,
            causation_id text,
            traceparent text,
            created_at timestamptz not null default now(),
            begun_at timestamptz,
            ended_at timestamptz,
            primary key (agency_id, id)
        ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)
        """
    )
    op.execute("create index jobs_due on jobs (agency_id, due_at) where due_at is not null")
    op.execute("create index jobs_person on jobs (agency_id, person_id) where person_id is not null")
    protect(op, "jobs")
    # A worker needs to know whose turn it may be, and operators how much there is: these two answer that, across
    # agencies, and nothing else of the table. They run as the owner, whom this policy lets read.
    op.execute("create policy jobs_owner on jobs for select to current_user using (true)")
    op.execute(
        """
        create function agencies_with_jobs_due(kinds text[]) returns setof uuid
        language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
            -- Leaps from agency to agency along the index: thousands of one agency's jobs cost no more than one.
            with recursive waiting (agency_id) as (
                (select agency_id from jobs where due_at is not null order by agency_id limit 1)
                union all
                select (
                    select jobs.agency_id from jobs
                    where jobs.due_at is not null and jobs.agency_id > waiting.agency_id
                    order by jobs.agency_id limit 1
                )
                from waiting where waiting.agency_id is not null
            )
            select agency_id from waiting where exists (
                select from jobs
                where jobs.agency_id = waiting.agency_id and jobs.due_at <= now() and jobs.kind = any(kinds)
            )
        $$
        """
    )
    op.execute(
        """
        create function job_counts() returns table (kind text, state text, jobs bigint, oldest_seconds float, most_tries int)
        language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
            select kind,
                case when state <> 'queued' or due_at <= now() then state
                     when tries + delays > 0 then 'retrying' else 'scheduled' end,
                count(*),
                extract(epoch from now() - min(case when state = 'queued' and due_at <= now() then due_at else created_at end)),
                max(tries)
            from jobs group by 1, 2
        $$
        """
    )


def create_sealing_tables(op: Operations) -> None:
    """The keys of persons, each wrapped by a master key; a row without a key is of somebody forgotten."""
    op.execute(
        """
        create table person_keys (
            agency_id uuid not null,
            person_id uuid not null,
            key bytea,
            forgotten_at timestamptz check ((forgotten_at is null) = (key is not null)),
            primary key (agency_id, person_id)
        )
        """
    )
    op.execute("create index person_keys_forgotten on person_keys (agency_id, person_id) where key is null")
    protect(op, "person_keys")


def create_platform_tables(op: Operations) -> None:
    """What a database of events and marks has besides: jobs, people's keys, snapshots, and what is known of parked events."""
    create_job_tables(op)
    create_sealing_tables(op)
    create_snapshot_table(op)
    extend_parked_events(op)


def create_standings_table(op: Operations) -> None:
    """Where people stand, as identity told: `auth.standings`."""
    op.execute(
        """
        create table standings (
            agency_id uuid not null,
            user_id uuid not null,
            role text not null,
            team_ids uuid[] not null,
            active boolean not null,
            version integer not null,
            sequence bigint not null,
            primary key (agency_id, user_id)
        )
        """
    )
    protect(op, "standings")


def create_colleague_tables(op: Operations) -> None:
    """Which teams there are and what people are called, as identity told: `auth.colleagues`."""
    op.execute(
        """
        create table heard_teams (
            agency_id uuid not null,
            team_id uuid not null,
            branch_id uuid,
            lead_ids uuid[] not null default '{}',
            primary key (agency_id, team_id)
        )
        """
    )
    op.execute(
        """
        create table heard_names (
            agency_id uuid not null,
            user_id uuid not null,
            name text not null,
            primary key (agency_id, user_id)
        )
        """
    )
    protect(op, "heard_teams")
    protect(op, "heard_names")


def create_share_table(op: Operations) -> None:
    """What is shared with whom: `auth.shares`."""
    op.execute(
        """
        create table heard_shares (
            agency_id uuid not null,
            user_id uuid not null,
            person_id uuid not null,
            service text not null,
            primary key (agency_id, user_id, person_id, service)
        )
        """
    )
    op.execute("create index heard_shares_person on heard_shares (agency_id, person_id)")
    protect(op, "heard_shares")


def create_agency_standings_table(op: Operations) -> None:
    """Where agencies themselves stand, as identity told: `auth.agency_standing`."""
    op.execute(
        """
        create table agency_standings (
            agency_id uuid primary key,
            suspended boolean not null default false,
            reason text,
            turn_to text,
            life text not null default 'active' check (life in ('active', 'closing', 'closed'))
        )
        """
    )
    protect(op, "agency_standings")


def create_retention_table(op: Operations) -> None:
    """For how long agencies keep what is kept of people: `retention`."""
    op.execute(
        """
        create table retention_rules (
            agency_id uuid primary key,
            time_zone text not null,
            closed_leads_months int,
            conversations_months int
        )
        """
    )
    protect(op, "retention_rules")


def create_chain_tables(op: Operations) -> None:
    """The chain of hashes over each agency's events, and its last link: `audit.chain`."""
    op.execute(
        """
        create table event_links (
            agency_id uuid not null,
            sequence bigint not null,
            link bytea not null,
            primary key (agency_id, sequence)
        )
        """
    )
    op.execute(
        """
        create table chain_heads (agency_id uuid primary key, sequence bigint not null, link bytea not null)
        with (fillfactor = 50)
        """
    )
    op.execute(
        "create function chain_link(bytea, bytea) returns bytea language sql immutable strict parallel safe"
        " as 'select pg_catalog.sha256($1 operator(pg_catalog.||) $2)'"
    )
    op.execute("create aggregate chain_of(bytea) (sfunc = chain_link, stype = bytea)")
    protect(op, "event_links")
    protect_writes(op, "chain_heads")
    # As with events: what is linked stays so.
    op.execute(
        """
        do $$ declare role name; begin
            for role in select distinct grantee from information_schema.role_table_grants
                where table_name = 'event_links' and grantee <> current_user
            loop
                execute format('revoke update, delete, truncate on event_links from %I', role);
            end loop;
        end $$
        """
    )


def migrations_of(package: str) -> Path:
    """The folder of a service's migrations: inside the installed package, or beside its sources."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed")
    home = Path(spec.origin).parent
    for folder in (home / "migrations", home.parent.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise FileNotFoundError(f"{package} has no migrations")


async def migrate(package: str, owner_url: str) -> None:
    """Brings a service's database to the newest migration, as its owner."""
    config = Config()
    config.set_main_option("script_location", str(migrations_of(package)))
    config.attributes["url"] = owner_url
    await asyncio.to_thread(alembic.command.upgrade, config, "head")


def run() -> None:
    """What a service's `migrations/env.py` calls."""
    asyncio.run(_run(context.config.attributes["url"]))


async def _run(url: str) -> None:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_upgrade)
    await engine.dispose()


def _upgrade(connection: Connection) -> None:
    # Two that start at once must not migrate at once.
    connection.execute(text("select pg_advisory_lock(hashtext('gardenos-migrations'))"))
    connection.commit()
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("select pg_advisory_unlock(hashtext('gardenos-migrations'))"))
    connection.commit()
