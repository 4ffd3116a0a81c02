"""Imports are jobs with a plan, a file kept sealed until they are done, and a way back; leads can be removed and restored."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("alter table leads add column removed_at timestamptz")
    # Who is alike is looked for among those of the same ZIP code.
    op.execute("create index leads_zip on leads (agency_id, left(postal_code, 5)) where postal_code is not null")
    op.execute(
        """
        alter table imports
            alter column columns set default '[]',
            alter column counts set default '{}',
            add column kind text not null default 'csv',
            add column head integer not null default 0,
            add column plan jsonb not null default '{}',
            add column role text not null default 'agent',
            add column team_ids uuid[] not null default '{}',
            add column file_key bytea,
            add column file_bytes bigint not null default 0,
            add column rows_done integer not null default 0,
            add column rows_total integer,
            add column undone jsonb,
            add column undone_to integer not null default 0,
            add column problem text,
            add column finished_at timestamptz
        """
    )
    # What was taken in before was taken in whole.
    op.execute(
        "update imports set status = 'done', finished_at = created_at, rows_total = (counts ->> 'rows')::int,"
        " rows_done = (counts ->> 'rows')::int, counts = counts || '{\"updated\": 0, \"inquiries\": 0}'"
    )
    op.execute(
        "update imports set columns = (select jsonb_agg(stood || '{\"remembered\": false}' order by place)"
        " from jsonb_array_elements(columns) with ordinality as each (stood, place)) where columns <> '[]'"
    )
    op.execute("alter table import_rows add column undone text, add column undone_reason text")
    op.execute(
        """
        create table import_chunks (
            agency_id uuid not null, import_id uuid not null, number integer not null, content bytea not null,
            primary key (agency_id, import_id, number),
            foreign key (agency_id, import_id) references imports (agency_id, id)
        )
        """
    )
    op.execute(
        """
        create table import_mappings (
            agency_id uuid not null, headers text not null, mapping jsonb not null, used_at timestamptz not null,
            primary key (agency_id, headers)
        )
        """
    )
    protect(op, "import_chunks", "import_mappings")
