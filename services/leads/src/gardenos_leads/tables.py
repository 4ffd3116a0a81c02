"""Read tables."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()


def _moment(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True))


leads = Table(
    "leads",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("given_name", Text),
    Column("family_name", Text),
    Column("display_name", Text),
    Column("sort_name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("street", Text),
    Column("city", Text),
    Column("postal_code", Text),
    Column("state", Text),
    Column("birth_date", Date),
    Column("line_of_business", Text),
    Column("current_carrier", Text),
    Column("x_date", Date),
    Column("stage", Text),
    Column("pipeline", Text),
    Column("stage_key", Text),
    Column("stage_given", Text),
    _moment("stage_since"),
    _moment("rots_at"),
    Column("exit_reason", Text),
    Column("source", Text),
    Column("campaign_id", Uuid),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("shared_with", ARRAY(Uuid)),
    Column("notes", Text),
    Column("external_id", Text),
    Column("import_id", Uuid),
    Column("client_id", Uuid),
    _moment("captured_at"),
    _moment("first_contacted_at"),
    _moment("last_contacted_at"),
    Column("contact_attempts", Integer),
    Column("score", Integer),
    _moment("first_touched_at"),
    _moment("converted_at"),
    _moment("client_since"),
    Column("outcome", Text),
    _moment("forgotten_at"),
    _moment("removed_at"),
    Column("merged_into", Uuid),
    _moment("do_not_call_at"),
    Column("tags", ARRAY(Text)),
    Column("fields", JSONB),
    Column("household_id", Uuid),
    Column("relationship", Text),
    Column("version", Integer),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("source", Text),
    Column("kind", Text),
    Column("status", Text),
    Column("currency", Text),
    Column("budget_minor", BigInteger),
    Column("goal", Text),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("utm", JSONB),
    _moment("launched_at"),
    _moment("closed_at"),
    Column("closed_note", Text),
    Column("version", Integer),
)
