"""Assignment: rules, whom leads may go to, what was given by which rule, and what waits."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute(
        """
        create table assignment_rules (
            agency_id uuid primary key, draft jsonb not null, active jsonb, number integer not null,
            version integer not null, changed_at timestamptz not null
        )
        """
    )
    op.execute(
        """
        create table assignment_versions (
            agency_id uuid not null, number integer not null, rules jsonb not null, switched_on_at timestamptz not null,
            switched_on_by text not null, switched_off_at timestamptz,
            primary key (agency_id, number)
        )
        """
    )
    op.execute(
        """
        create table quiet_imports (
            agency_id uuid not null, import_id uuid not null, primary key (agency_id, import_id)
        )
        """
    )
    op.execute(
        """
        create table lead_backlog (
            agency_id uuid not null, lead_id uuid not null, since timestamptz not null, primary key (agency_id, lead_id)
        )
        """
    )
    op.execute("create index lead_backlog_oldest on lead_backlog (agency_id, since, lead_id)")
    op.execute(
        """
        create table lead_answers (
            agency_id uuid not null, lead_id uuid not null, arrived_at timestamptz, to_assign boolean,
            first_owner_id uuid, first_owned_at timestamptz, moved_at timestamptz, closed_at timestamptz,
            primary key (agency_id, lead_id)
        )
        """
    )
    op.execute("create index lead_answers_arrived on lead_answers (agency_id, arrived_at)")
    op.execute(
        """
        create table leads_given (
            agency_id uuid not null, lead_id uuid not null, version integer not null, user_id uuid not null,
            rule_id uuid not null, rule text not null, given_at timestamptz not null,
            primary key (agency_id, lead_id, version)
        )
        """
    )
    op.execute("create index leads_given_at on leads_given (agency_id, given_at)")
    op.execute(
        """
        create table leads_unanswered (
            agency_id uuid not null, lead_id uuid not null, version integer not null, owner_id uuid not null,
            rule text not null, minutes integer not null, at timestamptz not null,
            primary key (agency_id, lead_id, version)
        )
        """
    )
    op.execute("create index leads_unanswered_at on leads_unanswered (agency_id, at)")
    op.execute(
        """
        create table work_profiles (
            agency_id uuid not null, user_id uuid not null, profile jsonb not null, primary key (agency_id, user_id)
        )
        """
    )
    op.execute(
        """
        create table absences (
            agency_id uuid not null, absence_id uuid not null, user_id uuid not null,
            starts_at timestamptz not null, ends_at timestamptz not null, covered_by uuid,
            cancelled boolean not null default false,
            primary key (agency_id, absence_id)
        )
        """
    )
    op.execute("create index absences_end on absences (agency_id, ends_at)")
    op.execute(
        """
        create table assignment_turns (
            agency_id uuid not null, rule_id uuid not null, now float8 not null, served jsonb not null,
            primary key (agency_id, rule_id)
        )
        """
    )
    protect(
        op, "assignment_rules", "assignment_versions", "quiet_imports", "lead_backlog", "lead_answers", "leads_given",
        "leads_unanswered", "work_profiles", "absences", "assignment_turns",
    )  # fmt: skip
    op.execute(_AS_EVENTS_TOLD)


# Migrations are no agency's, and no row of one is theirs: each is acted for in turn. As `assigning.projections` would have it.
_AS_EVENTS_TOLD = """
do $$
declare agency uuid;
begin
    for agency in select agency_id from agency_heads loop
        perform set_config('app.agency_id', agency::text, true);
        insert into quiet_imports
        select agency_id, stream_id from events
        where agency_id = agency and type = 'leads.ImportStarted.v1' and data->>'run_automations' = 'false'
        on conflict do nothing;
        insert into lead_answers (agency_id, lead_id, arrived_at, to_assign, first_owner_id, first_owned_at)
        select e.agency_id, e.stream_id,
            case when e.data->>'import_id' is null then (e.data->>'captured_at')::timestamptz else e.occurred_at end,
            e.data->>'owner_id' is null and not exists (
                select from quiet_imports q where q.agency_id = agency and q.import_id::text = e.data->>'import_id'
            ),
            (e.data->>'owner_id')::uuid, case when e.data->>'owner_id' is not null then e.occurred_at end
        from events e where e.agency_id = agency and e.type = 'leads.LeadCaptured.v1'
        on conflict do nothing;
        with first as (
            select distinct on (stream_id) stream_id, (data->>'owner_id')::uuid as owner_id, occurred_at from events
            where agency_id = agency and type = 'leads.LeadAssigned.v1' and data->>'owner_id' is not null
            order by stream_id, version
        )
        update lead_answers a set first_owner_id = first.owner_id, first_owned_at = first.occurred_at
        from first where a.agency_id = agency and a.lead_id = first.stream_id and a.first_owner_id is null;
        with moved as (
            select stream_id, min(occurred_at) filter (where type = 'leads.LeadStageChanged.v1') as moved_at,
                min(occurred_at) filter (where type = 'leads.LeadConverted.v1' or data->>'stage' = 'lost') as closed_at
            from events
            where agency_id = agency and type in ('leads.LeadStageChanged.v1', 'leads.LeadConverted.v1') group by stream_id
        )
        update lead_answers a set moved_at = coalesce(moved.moved_at, moved.closed_at), closed_at = moved.closed_at
        from moved where a.agency_id = agency and a.lead_id = moved.stream_id;
    end loop;
    perform set_config('app.agency_id', '', true);
end $$
"""
