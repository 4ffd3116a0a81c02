"""Imports, their files while these are needed, what became of each row, and how columns were taken before."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gardenos_leads.tables import metadata

imports = Table(
    "imports",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("filename", Text),
    Column("status", Text),
    Column("kind", Text),
    Column("encoding", Text),
    Column("delimiter", Text),
    Column("head", Integer),
    Column("columns", JSONB),
    Column("plan", JSONB),
    Column("counts", JSONB),
    Column("created_by", Uuid),
    Column("team_id", Uuid),
    Column("role", Text),
    Column("team_ids", ARRAY(Uuid)),
    Column("file_key", LargeBinary),
    Column("file_bytes", BigInteger),
    Column("rows_done", Integer),
    Column("rows_total", Integer),
    Column("undone", JSONB(none_as_null=True)),
    Column("undone_to", Integer),
    Column("problem", Text),
    Column("created_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
)
"""`head` is the place of the row of headers in the file, from 0; `role` and `team_ids` are whoever's who planned it, by which it
is judged what they may change; `file_key` is wrapped by the master key, and gone with the file; `rows_done` and `undone_to` are
where a run, and an undoing, go on."""

import_chunks = Table(
    "import_chunks",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("import_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary),
)
"""A file in pieces, each sealed by the file's key."""

import_rows = Table(
    "import_rows",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("import_id", Uuid, primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("line", Integer),
    Column("fate", Text),
    Column("lead_id", Uuid),
    Column("duplicate_of", Uuid),
    Column("reasons", JSONB),
    Column("raw", JSONB),
    Column("undone", Text),
    Column("undone_reason", Text),
)

import_mappings = Table(
    "import_mappings",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("headers", Text, primary_key=True),
    Column("mapping", JSONB),
    Column("used_at", DateTime(timezone=True)),
)
"""What the columns of files with these headers (a digest of them) were taken for the last time."""
