"""What is to be read is a job."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # For the moment in which the owner moves what is queued.
    for table in ("jobs", "communications"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        """
        insert into jobs (
            agency_id, id, kind, key, arguments, person_id, due_at, tries, delays,
            correlation_id, causation_id, traceparent, created_at
        )
        select agency_id, gen_random_uuid(), 'ai.read-communication', source_kind || ':' || source_id,
            jsonb_build_object('source_kind', source_kind, 'source_id', source_id), person_id, due_at,
            tries - (lease is not null)::int, delays, correlation_id, event_id, traceparent, queued_at
        from reading_queue join communications using (agency_id, source_kind, source_id)
        """
    )
    for table in ("jobs", "communications"):
        op.execute(f"alter table {table} force row level security")
    op.execute("drop table reading_queue")
