"""Leads, campaigns and imports."""

from alembic import op
from gardenos_chassis.migrations import create_consumer_tables, create_event_tables, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    create_consumer_tables(op)
    op.execute(
        """
        create table campaigns (
            agency_id uuid not null, id uuid not null, name text not null, source text not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute(
        """
        create table leads (
            agency_id uuid not null, id uuid not null, person_id uuid not null,
            given_name text not null, family_name text not null, display_name text not null, sort_name text not null,
            email text, phone text, postal_code text, state text, birth_date date,
            line_of_business text, current_carrier text, x_date date,
            stage text not null, source text not null, campaign_id uuid, owner_id uuid, team_id uuid,
            notes text, external_id text, import_id uuid, client_id uuid,
            captured_at timestamptz not null, first_contacted_at timestamptz, last_contacted_at timestamptz,
            converted_at timestamptz, version integer not null, search text not null,
            primary key (agency_id, id),
            foreign key (agency_id, campaign_id) references campaigns (agency_id, id)
        ) with (fillfactor = 85)
        """
    )
    for name, columns in {
        "captured": "captured_at desc, id desc",
        "campaign": "campaign_id, captured_at desc, id desc",
        "stage": "stage, captured_at desc, id desc",
        "owner": "owner_id, captured_at desc, id desc",
        "contacted": "last_contacted_at, id",
        "name": "sort_name, id",
        "x_date": "x_date, id",
        "email": "email",
        "phone": "phone",
        "external": "external_id",
        "import": "import_id",
    }.items():
        op.execute(f"create index leads_{name} on leads (agency_id, {columns})")
    op.execute(
        "create index leads_idle on leads (agency_id, coalesce(last_contacted_at, captured_at))"
        " where stage not in ('won', 'lost')"
    )
    op.execute("create index leads_search on leads using gin (agency_id, search gin_trgm_ops)")
    op.execute(
        """
        create table imports (
            agency_id uuid not null, id uuid not null, filename text not null, status text not null,
            encoding text not null, delimiter text not null, columns jsonb not null, counts jsonb not null,
            created_by uuid not null, team_id uuid, created_at timestamptz not null default now(),
            primary key (agency_id, id)
        )
        """
    )
    op.execute(
        """
        create table import_rows (
            agency_id uuid not null, import_id uuid not null, row integer not null, line integer not null,
            fate text not null, lead_id uuid, duplicate_of uuid, reasons jsonb not null, raw jsonb not null,
            primary key (agency_id, import_id, row),
            foreign key (agency_id, import_id) references imports (agency_id, id)
        )
        """
    )
    protect(op, "campaigns", "leads", "imports", "import_rows")
