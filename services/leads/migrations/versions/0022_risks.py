"""Risks at interest, and X-dates by line."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute(
        """
        create table lead_risks (
            agency_id uuid not null, id uuid not null, lead_id uuid not null, kind text not null, facts jsonb not null,
            roof_year integer, added_at timestamptz not null, changed_at timestamptz,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index lead_risks_lead on lead_risks (agency_id, lead_id)")
    op.execute("create index lead_risks_roof on lead_risks (agency_id, roof_year) where roof_year is not null")
    op.execute(
        """
        create table lead_x_dates (
            agency_id uuid not null, lead_id uuid not null, line_of_business text not null, x_date date not null,
            carrier text, premium_minor bigint, premium_currency text,
            primary key (agency_id, lead_id, line_of_business)
        )
        """
    )
    protect(op, "lead_risks", "lead_x_dates")
