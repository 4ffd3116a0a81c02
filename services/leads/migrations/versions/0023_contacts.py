"""When somebody was in touch with each lead by itself, beside what is added up where several are one person."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute(
        """
        create table lead_contacts (
            agency_id uuid not null, lead_id uuid not null, first_contacted_at timestamptz, last_contacted_at timestamptz,
            contact_attempts integer not null, first_touched_at timestamptz,
            primary key (agency_id, lead_id)
        )
        """
    )
    protect(op, "lead_contacts")
    op.execute(_AS_KNOWN)


# Migrations are no agency's, and no row of one is theirs: each is acted for in turn. As `contacts` would have it.
_AS_KNOWN = """
do $$
declare agency uuid;
begin
    for agency in select agency_id from agency_heads loop
        perform set_config('app.agency_id', agency::text, true);
        insert into lead_contacts
            (agency_id, lead_id, first_contacted_at, last_contacted_at, contact_attempts, first_touched_at)
        select agency_id, id, first_contacted_at, last_contacted_at, contact_attempts, first_touched_at from leads
        where agency_id = agency
            and (first_contacted_at is not null or contact_attempts > 0 or first_touched_at is not null);
        update leads l set first_contacted_at = s.first, last_contacted_at = s.last, contact_attempts = s.attempts,
            first_touched_at = s.touched
        from (
            select coalesce(m.merged_into, m.id) as id, min(m.first_contacted_at) as first,
                max(m.last_contacted_at) as last, sum(m.contact_attempts) as attempts, min(m.first_touched_at) as touched
            from leads m
            where m.agency_id = agency
                and coalesce(m.merged_into, m.id) in (
                    select merged_into from leads where agency_id = agency and merged_into is not null
                )
            group by 1
        ) s
        where l.agency_id = agency and l.id = s.id;
    end loop;
    perform set_config('app.agency_id', '', true);
end $$
"""
