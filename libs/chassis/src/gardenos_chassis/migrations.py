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
    """Folded states of long streams, made anew at any time."""


def extend_parked_events(op: Operations) -> None:
    """What is known of a parked event besides: how often it was tried, and who put it aside for good."""


def create_job_tables(op: Operations) -> None:
    """Durable jobs: work that leaves the database, recorded in the transaction that wants it."""


def create_sealing_tables(op: Operations) -> None:
    """The keys of persons, and who is forgotten."""


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
