"""People, threads, calls, messages and the timeline."""

from alembic import op
from gardenos_chassis.migrations import create_consumer_tables, create_event_tables, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    create_consumer_tables(op)
    op.execute(
        """
        create table people (
            agency_id uuid not null, person_id uuid not null,
            lead_id uuid, lead_version integer not null default 0, lead_details jsonb,
            client_id uuid, client_version integer not null default 0, client_details jsonb,
            name text not null default '', email text, phone text, owner_id uuid, team_id uuid,
            primary key (agency_id, person_id)
        )
        """
    )
    for column in ("lead_id", "client_id", "email"):
        op.execute(f"create index people_{column} on people (agency_id, {column})")
    op.execute(
        "create table users (agency_id uuid not null, id uuid not null, name text not null, primary key (agency_id, id))"
    )
    op.execute(
        """
        create table threads (
            agency_id uuid not null, id uuid not null, channel text not null, subject text not null,
            subject_key text not null, person_id uuid, sender text, sender_name text,
            last_at timestamptz not null, last_snippet text not null, entries_count integer not null,
            primary key (agency_id, id)
        ) with (fillfactor = 80)
        """
    )
    op.execute("create index threads_last on threads (agency_id, last_at desc, id desc)")
    op.execute("create index threads_person on threads (agency_id, person_id, last_at desc, id desc)")
    op.execute("create index threads_sender on threads (agency_id, sender) where sender is not null")
    op.execute(
        """
        create table calls (
            agency_id uuid not null, id uuid not null, thread_id uuid not null, user_id uuid not null,
            direction text not null, started_at timestamptz not null, duration_seconds integer not null,
            disposition text not null, transcript text, notes text,
            primary key (agency_id, id), foreign key (agency_id, thread_id) references threads (agency_id, id)
        )
        """
    )
    op.execute(
        """
        create table messages (
            agency_id uuid not null, id uuid not null, thread_id uuid not null, channel text not null,
            sender text, sender_name text, recipients jsonb not null, subject text not null, text text not null,
            attachments jsonb not null, received_at timestamptz not null,
            primary key (agency_id, id), foreign key (agency_id, thread_id) references threads (agency_id, id)
        )
        """
    )
    op.execute("create index calls_thread on calls (agency_id, thread_id, started_at)")
    op.execute("create index messages_thread on messages (agency_id, thread_id, received_at)")
    op.execute(
        """
        create table emails (
            agency_id uuid not null, message_id uuid not null, key text not null, header_id text,
            truncated boolean not null, raw bytea not null,
            primary key (agency_id, message_id), unique (agency_id, key)
        )
        """
    )
    op.execute("create index emails_header on emails (agency_id, header_id) where header_id is not null")
    op.execute(
        """
        create table timeline (
            agency_id uuid not null, id uuid not null, person_id uuid, thread_id uuid, kind text not null,
            occurred_at timestamptz not null, actor text not null, title text not null, detail jsonb not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index timeline_person on timeline (agency_id, person_id, occurred_at desc, id desc)")
    op.execute("create index timeline_thread on timeline (agency_id, thread_id) where thread_id is not null")
    protect(op, "people", "users", "threads", "calls", "messages", "emails", "timeline")
