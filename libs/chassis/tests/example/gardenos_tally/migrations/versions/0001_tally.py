from alembic import op
from gardenos_chassis.migrations import (
    create_consumer_tables,
    create_event_tables,
    create_sealing_tables,
    extend_parked_events,
    protect,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    create_consumer_tables(op)
    extend_parked_events(op)
    create_sealing_tables(op)
    op.execute(
        """
        create table counters (
            agency_id uuid not null, id uuid not null, name text not null check (name <> ''), total integer not null,
            loudest integer not null default 0, loud boolean generated always as (loudest > 100) stored,
            dedicated_to text not null default '',
            primary key (agency_id, id), constraint counters_named unique (agency_id, name)
        ) with (fillfactor = 70)
        """
    )
    op.execute("create index counters_total on counters (agency_id, total desc) include (name) where total > 0")
    op.execute("alter table counters alter column name set statistics 500")
    op.execute(
        """
        create table counts (
            agency_id uuid not null, counter_id uuid not null, version integer not null, by integer not null,
            primary key (agency_id, counter_id, version),
            constraint counts_counter foreign key (agency_id, counter_id) references counters (agency_id, id)
        )
        """
    )
    op.execute("create table told (agency_id uuid not null, id uuid not null, primary key (agency_id, id))")
    protect(op, "counters", "counts", "told")
