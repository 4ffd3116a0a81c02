"""What a replay of assignment goes by: whose leads were, and who worked here and how, at each moment of the past."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.execute(
        """
        create table lead_holdings (
            agency_id uuid not null, lead_id uuid not null, version integer not null, at timestamptz not null,
            owner_id uuid, household_id uuid, state text not null,
            was_owner_id uuid, was_household_id uuid, was_state text not null,
            primary key (agency_id, lead_id, version)
        )
        """
    )
    op.execute("create index lead_holdings_at on lead_holdings (agency_id, at, lead_id, version)")
    op.execute(
        "create index lead_holdings_households on lead_holdings (agency_id, lead_id, version)"
        " where household_id is not null or was_household_id is not null"
    )
    op.execute(
        """
        create table staff_changes (
            agency_id uuid not null, sequence bigint not null, at timestamptz not null, user_id uuid, told jsonb not null,
            primary key (agency_id, sequence)
        )
        """
    )
    op.execute(
        """
        create table what_ifs (
            agency_id uuid not null, id uuid not null, asked_by uuid not null, asked_at timestamptz not null,
            rules jsonb not null, days integer not null, minutes integer not null, status text not null,
            leads integer, leads_done integer not null, started_at timestamptz, finished_at timestamptz, result jsonb,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index what_ifs_asked on what_ifs (agency_id, asked_at desc, id)")
    protect(op, "lead_holdings", "staff_changes", "what_ifs")
    op.execute(_AS_EVENTS_TOLD)


# Migrations are no agency's, and no row of one is theirs: each is acted for in turn. As `project_holdings` would have it.
# What identity told is read from the beginning by a consumer that is new.
_AS_EVENTS_TOLD = """
do $$
declare agency uuid; fact record; before record; state_now text;
begin
    for agency in select agency_id from agency_heads loop
        perform set_config('app.agency_id', agency::text, true);
        for fact in
            select stream_id, version, occurred_at, split_part(type, '.', 2) as kind, data from events
            where agency_id = agency and (type like 'leads.Lead%' or type like 'leads.PersonForgotten%') order by sequence
        loop
            continue when fact.kind not in (
                'LeadCaptured', 'LeadAssigned', 'LeadJoinedHousehold', 'LeadLeftHousehold', 'LeadStageChanged',
                'LeadConverted', 'LeadRemoved', 'LeadMergedInto', 'PersonForgotten', 'LeadRecycled', 'LeadRestored',
                'LeadUnmerged', 'LeadCameBack', 'LeadRecyclingCancelled'
            ) or (fact.kind = 'LeadCaptured' and fact.data->>'owner_id' is null);
            select owner_id, household_id, state into before from (
                select owner_id, household_id, state, version from lead_holdings
                where agency_id = agency and lead_id = fact.stream_id
                union all select null, null, 'open', -1
            ) known order by version desc limit 1;
            state_now := case
                when fact.kind = 'LeadStageChanged' then
                    case when fact.data->>'stage' in ('won', 'lost') then fact.data->>'stage' else 'open' end
                when fact.kind = 'LeadConverted' then 'won'
                when fact.kind in ('LeadRemoved', 'LeadMergedInto', 'PersonForgotten', 'LeadRecycled') then 'aside'
                when fact.kind in ('LeadRestored', 'LeadUnmerged', 'LeadCameBack', 'LeadRecyclingCancelled') then
                    coalesce((
                        select h.state from lead_holdings h
                        where h.agency_id = agency and h.lead_id = fact.stream_id and h.state <> 'aside'
                        order by h.version desc limit 1
                    ), 'open')
                else before.state
            end;
            insert into lead_holdings values (
                agency, fact.stream_id, fact.version, fact.occurred_at,
                case when fact.kind in ('LeadCaptured', 'LeadAssigned') then (fact.data->>'owner_id')::uuid
                    else before.owner_id end,
                case when fact.kind = 'LeadJoinedHousehold' then (fact.data->>'household_id')::uuid
                    when fact.kind = 'LeadLeftHousehold' then null else before.household_id end,
                state_now, before.owner_id, before.household_id, before.state
            ) on conflict do nothing;
        end loop;
    end loop;
    perform set_config('app.agency_id', '', true);
end $$
"""
