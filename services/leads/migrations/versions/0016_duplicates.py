"""One person once: pairs of leads that may be one, what people said of them, and leads that were merged."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute(
        """
        alter table leads
            add column merged_into uuid,
            add column do_not_call_at timestamptz
        """
    )
    op.execute("create index leads_merged on leads (agency_id, merged_into) where merged_into is not null")
    # People are compared with those of their place and initial, or of their birthday, and not with everybody.
    op.execute(
        "alter table leads add column alike text generated always as (left(postal_code, 5) || left(sort_name, 1)) stored"
    )
    op.execute("create index leads_alike on leads (agency_id, alike) where alike is not null")
    op.execute("create index leads_born on leads (agency_id, birth_date) where birth_date is not null")
    op.execute(
        """
        create table lead_merges (
            agency_id uuid not null, id uuid not null, lead_id uuid not null, merged_lead_id uuid not null,
            merged_at timestamptz not null, merged_by text not null, do_not_call boolean not null,
            unmerged_at timestamptz, unmerged_by text,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index lead_merges_lead on lead_merges (agency_id, lead_id)")
    op.execute("create index lead_merges_merged on lead_merges (agency_id, merged_lead_id)")
    op.execute(
        """
        create table told_apart (
            agency_id uuid not null, lead_id uuid not null, other_id uuid not null, verdict text not null,
            told_at timestamptz not null, told_by text not null,
            primary key (agency_id, lead_id, other_id)
        )
        """
    )
    op.execute(
        "create table duplicate_rules (agency_id uuid primary key, rules jsonb not null, version integer not null)"
    )
    op.execute(
        """
        create table duplicate_pairs (
            agency_id uuid not null, lead_id uuid not null, other_id uuid not null, score float8 not null,
            reasons text[] not null, found_at timestamptz not null,
            primary key (agency_id, lead_id, other_id)
        )
        """
    )
    op.execute("create index duplicate_pairs_best on duplicate_pairs (agency_id, score desc, lead_id, other_id)")
    op.execute("create index duplicate_pairs_other on duplicate_pairs (agency_id, other_id)")
    op.execute(
        """
        create table duplicate_searches (
            agency_id uuid primary key, id uuid not null, status text not null, leads integer not null,
            leads_done integer not null, after uuid, pairs integer not null, started_at timestamptz not null,
            finished_at timestamptz
        )
        """
    )
    protect(op, "lead_merges", "told_apart", "duplicate_rules", "duplicate_pairs", "duplicate_searches")
