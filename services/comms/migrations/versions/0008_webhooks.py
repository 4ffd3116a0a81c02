"""Webhooks: where published events are sent, and a log of what was sent."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        """
        create table webhooks (
            agency_id uuid not null, id uuid not null, version integer not null, name text not null, host text not null,
            event_types jsonb, personal boolean not null, state text not null, paused_because text,
            made_at timestamptz not null, changed_at timestamptz not null, sealed bytea,
            failures integer not null default 0, failing_since timestamptz, rest_until timestamptz,
            succeeded_at timestamptz,
            primary key (agency_id, id)
        )
        """
    )
    op.execute(
        """
        create table webhook_deliveries (
            agency_id uuid not null, id uuid not null, webhook_id uuid not null, message_id uuid not null,
            event_type text not null, service text, sequence bigint, person_id uuid, state text not null,
            tries integer not null default 0, tries_left integer not null, status integer, milliseconds integer,
            reason text, made_at timestamptz not null, tried_at timestamptz, next_at timestamptz,
            primary key (agency_id, id),
            foreign key (agency_id, webhook_id) references webhooks (agency_id, id) on delete cascade
        )
        """
    )
    op.execute("create index webhook_deliveries_log on webhook_deliveries (agency_id, webhook_id, made_at, id)")
    op.execute("create index webhook_deliveries_old on webhook_deliveries (agency_id, made_at)")
    op.execute(
        "create index webhook_deliveries_person on webhook_deliveries (agency_id, person_id) where person_id is not null"
    )
    protect(op, "webhooks", "webhook_deliveries")
