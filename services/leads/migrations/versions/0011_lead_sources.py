"""Lead sources, what was posted to them, and who inquired."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        """
        create table lead_sources (
            agency_id uuid not null, id uuid not null, version integer not null,
            name text not null, kind text not null, active boolean not null,
            campaign_id uuid, owner_id uuid, team_id uuid, cost_minor bigint, cost_currency text,
            line_of_business text, mapping jsonb not null, answers jsonb not null, bidding jsonb, form jsonb,
            made_at timestamptz not null, changed_at timestamptz not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute(
        """
        create table inquiries (
            agency_id uuid not null, id uuid not null, lead_id uuid not null, person_id uuid not null,
            source_id uuid not null, source text not null, campaign_id uuid, cost_minor bigint, cost_currency text,
            line_of_business text, external_id text, consent_text text, consented_at timestamptz, consent_token text,
            source_url text, inquired_at timestamptz not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index inquiries_lead on inquiries (agency_id, lead_id, inquired_at)")
    op.execute("create index inquiries_source on inquiries (agency_id, source_id, inquired_at)")
    # No event's doing, and so in no rebuild.
    op.execute(
        """
        create table lead_source_secrets (
            agency_id uuid not null, source_id uuid not null, secret_hash text not null,
            primary key (agency_id, source_id)
        )
        """
    )
    op.execute(
        """
        create table lead_posts (
            agency_id uuid not null, id uuid not null, source_id uuid not null, received_at timestamptz not null,
            what text not null, fate text not null, format text not null, bytes integer not null,
            lead_id uuid, inquiry_id uuid, ping_id uuid, reference text, price_minor bigint, price_currency text,
            remarks jsonb not null default '[]', sealed bytea,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index lead_posts_source on lead_posts (agency_id, source_id, id)")
    op.execute("create index lead_posts_lead on lead_posts (agency_id, lead_id) where lead_id is not null")
    op.execute("create index lead_posts_held on lead_posts (agency_id, source_id, id) where fate = 'held'")
    op.execute(
        """
        create table lead_references (
            agency_id uuid not null, source_id uuid not null, digest bytea not null, lead_id uuid not null,
            post_id uuid not null,
            primary key (agency_id, source_id, digest)
        )
        """
    )
    protect(op, "lead_sources", "inquiries", "lead_source_secrets", "lead_posts", "lead_references")
