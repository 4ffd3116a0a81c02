"""How far leads have followed a change of their pipelines; and a row to be held, for every agency that has leads."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0032"
down_revision = "0028"


def upgrade() -> None:
    op.execute(
        """
        create table lead_placings (
            agency_id uuid primary key, version integer not null, status text not null, after uuid, leads integer,
            moved integer not null, begun_at timestamptz not null, ended_at timestamptz
        )
        """
    )
    protect(op, "lead_placings")
    op.execute(_HELD)


# Migrations are no agency's, and no row of one is theirs: each is acted for in turn.
_HELD = """
do $$
declare agency uuid;
begin
    for agency in select agency_id from agency_heads loop
        perform set_config('app.agency_id', agency::text, true);
        insert into pipelines (agency_id, own, version)
        select agency, '[]', 0 where exists (select from leads where agency_id = agency)
        on conflict do nothing;
    end loop;
    perform set_config('app.agency_id', '', true);
end $$
"""
