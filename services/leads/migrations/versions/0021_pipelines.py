"""Pipelines: stages as each agency has them for each line, and where in them a lead is, since when, and when it is overdue."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute(
        """
        create table pipelines (
            agency_id uuid primary key, own jsonb not null, version integer not null
        )
        """
    )
    protect(op, "pipelines")
    op.execute(
        """
        alter table leads
            add column pipeline text not null default 'default', add column stage_key text default 'new',
            add column stage_given text,
            add column stage_since timestamptz default now(), add column rots_at timestamptz, add column exit_reason text
        """
    )
    op.execute(_AS_EVENTS_TOLD)
    op.execute("alter table leads alter column stage_key set not null, alter column stage_since set not null")
    op.execute("create index leads_placed on leads (agency_id, pipeline, stage_key, captured_at desc, id desc)")
    op.execute("create index leads_rot on leads (agency_id, rots_at) where rots_at is not null")


# Migrations are no agency's, and no row of one is theirs: each is acted for in turn. As `pipelines.projections` would have it.
_AS_EVENTS_TOLD = """
do $$
declare agency uuid;
begin
    for agency in select agency_id from agency_heads loop
        perform set_config('app.agency_id', agency::text, true);
        with moved as (
            select stream_id, max(case when type = 'leads.LeadConverted.v1'
                then (data->>'converted_at')::timestamptz else occurred_at end) as at
            from events
            where agency_id = agency and type in ('leads.LeadStageChanged.v1', 'leads.LeadConverted.v1')
            group by stream_id
        )
        update leads l set stage_key = l.stage, stage_since = coalesce(
            (select moved.at from moved where moved.stream_id = l.id), l.captured_at
        ) where l.agency_id = agency;
    end loop;
    perform set_config('app.agency_id', '', true);
end $$
"""
