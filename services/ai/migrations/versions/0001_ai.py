"""People, communications to be read, chunks and insights."""

from alembic import op
from gardenos_chassis.migrations import create_consumer_tables, create_event_tables, protect, protect_writes

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    create_consumer_tables(op)
    op.execute(
        """
        create table people (
            agency_id uuid not null, person_id uuid not null,
            lead_id uuid, lead_name text, lead_owner_id uuid, lead_team_id uuid,
            client_id uuid, client_name text, client_owner_id uuid, client_team_id uuid,
            onboarded boolean not null default false,
            name text generated always as (coalesce(nullif(client_name, ''), lead_name, '')) stored,
            owner_id uuid generated always as (case when onboarded then client_owner_id else lead_owner_id end) stored,
            team_id uuid generated always as (case when onboarded then client_team_id else lead_team_id end) stored,
            primary key (agency_id, person_id)
        )
        """
    )
    op.execute("create index people_lead on people (agency_id, lead_id)")
    op.execute("create index people_client on people (agency_id, client_id)")
    op.execute(
        """
        create table addresses (
            agency_id uuid not null, email text not null, person_id uuid not null, primary key (agency_id, email, person_id)
        )
        """
    )
    op.execute("create table agencies (agency_id uuid primary key, time_zone text not null)")
    op.execute(
        """
        create table communications (
            agency_id uuid not null, source_kind text not null, source_id uuid not null,
            told_person_id uuid, person_id uuid, lead_id uuid, client_id uuid, sender text,
            texts jsonb not null, said_at timestamptz not null,
            event_id text not null, correlation_id text not null, traceparent text,
            status text not null check (status in ('pending', 'read', 'partial', 'failed')), error text,
            engine text, engine_version text, received_at timestamptz not null default now(), read_at timestamptz,
            primary key (agency_id, source_kind, source_id)
        )
        """
    )
    op.execute("create index communications_unknown on communications (agency_id, sender) where told_person_id is null")
    op.execute("create index communications_lead on communications (agency_id, lead_id)")
    op.execute("create index communications_client on communications (agency_id, client_id)")
    op.execute(
        "create index communications_unread on communications (agency_id, said_at) where status in ('partial', 'failed')"
    )
    op.execute(
        """
        create table reading_queue (
            agency_id uuid not null, source_kind text not null, source_id uuid not null,
            due_at timestamptz not null default now(), queued_at timestamptz not null default now(),
            tries integer not null default 0, delays integer not null default 0, lease uuid,
            primary key (agency_id, source_kind, source_id)
        ) with (fillfactor = 70)
        """
    )
    op.execute("create index reading_queue_due on reading_queue (agency_id, due_at)")
    op.execute(
        """
        create table chunks (
            agency_id uuid not null, id uuid not null,
            source_kind text not null, source_id uuid not null, source_field text not null,
            start integer not null, "end" integer not null, text text not null,
            said_at timestamptz not null, person_id uuid,
            primary key (agency_id, id),
            foreign key (agency_id, source_kind, source_id) references communications (agency_id, source_kind, source_id)
        )
        """
    )
    op.execute("create index chunks_source on chunks (agency_id, source_kind, source_id)")
    op.execute(
        """
        create table insights (
            agency_id uuid not null, id uuid not null, person_id uuid, lead_id uuid, client_id uuid,
            kind text not null, value text not null, quote text not null,
            source_kind text not null, source_id uuid not null, source_field text not null,
            start integer not null, "end" integer not null, confidence double precision not null,
            engine text not null, engine_version text not null, said_at timestamptz not null,
            primary key (agency_id, id)
        )
        """
    )
    for name, columns in {
        "said": "said_at desc, id desc",
        "person": "person_id, said_at desc, id desc",
        "kind": "kind, said_at desc, id desc",
        "source": "source_kind, source_id",
    }.items():
        op.execute(f"create index insights_{name} on insights (agency_id, {columns})")
    protect(op, "people", "addresses", "agencies", "communications", "chunks", "insights")
    protect_writes(op, "reading_queue")
