"""Leads' scores as they were heard, for a replay of assignment; and rules that go by them."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.execute(
        """
        create table lead_scores (
            agency_id uuid not null, lead_id uuid not null, sequence bigint not null, at timestamptz not null,
            score integer not null,
            primary key (agency_id, lead_id, sequence)
        )
        """
    )
    protect(op, "lead_scores")
    op.execute(_WITH_SCORES)
    op.execute(_AS_PROJECTED)


# Rules are held against rules as they are kept: what is new in them stands in all, as projections now write it. Migrations
# are no agency's: each is acted for in turn. What ai told is read from the beginning by a consumer that is new.
_WITH_SCORES = """
create function pg_temp.with_scores(rules jsonb) returns jsonb language sql as $of$
    select case when jsonb_typeof(rules) = 'array' and rules <> '[]' then (
        select jsonb_agg(
            '{"escalate": false}'::jsonb || rule
                || jsonb_build_object('when', '{"least_score": null, "most_score": null}'::jsonb || (rule->'when'))
            order by place
        ) from jsonb_array_elements(rules) with ordinality as each (rule, place)
    ) else rules end
$of$
"""
_AS_PROJECTED = """
do $$
declare agency uuid;
begin
    for agency in select agency_id from agency_heads loop
        perform set_config('app.agency_id', agency::text, true);
        update assignment_rules set draft = pg_temp.with_scores(draft), active = pg_temp.with_scores(active)
        where agency_id = agency;
        update assignment_versions set rules = pg_temp.with_scores(rules) where agency_id = agency;
        update what_ifs set rules = pg_temp.with_scores(rules) where agency_id = agency;
    end loop;
    perform set_config('app.agency_id', '', true);
end $$
"""
