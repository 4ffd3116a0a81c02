"""Read tables."""

from sqlalchemy import BigInteger, Boolean, Column, Computed, DateTime, Double, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()


def _moment(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True))


def _names(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("agency_id", Uuid, primary_key=True),
        Column("id", Uuid, primary_key=True),
        Column("name", Text),
    )


agencies = Table("agencies", metadata, Column("agency_id", Uuid, primary_key=True), Column("time_zone", Text))

users = _names("users")
teams = _names("teams")
campaigns = _names("campaigns")

leads = Table(
    "leads",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("name", Text),
    Column("name_sequence", BigInteger),
    Column("source", Text),
    Column("campaign_id", Uuid),
    _moment("captured_at"),
    Column("captured_sequence", BigInteger),
    Column("stage", Text),
    Column("stage_sequence", BigInteger),
    Column("tenures", JSONB),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("client_id", Uuid),
    _moment("converted_at"),
    Column("conversion_owner_id", Uuid),
    Column("conversion_team_id", Uuid),
    _moment("first_communication_at"),
    _moment("first_outbound_at"),
    _moment("last_contact_at"),
    Column("response_owner_id", Uuid),
    Column("response_team_id", Uuid),
    Column("removed", Boolean),
    Column("removed_sequence", BigInteger),
    Column("joined", JSONB),
    Column("joined_campaign_id", Uuid),
    Column("counted_campaign_id", Uuid, Computed("", persisted=True)),
    Column("first_touch_at", DateTime(timezone=True), Computed("", persisted=True)),
    Column("conversion_seconds", Double, Computed("", persisted=True)),
    Column("response_seconds", Double, Computed("", persisted=True)),
)

clients = Table(
    "clients",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("scope_sequence", BigInteger),
)

changes = Table(
    "changes",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("resource", Text),
    Column("id", Uuid),
    Column("version", Integer),
    Column("person_id", Uuid),
    Column("lead_id", Uuid),
    Column("client_id", Uuid),
    Column("type", Text),
    Column("actor", Text),
    Column("sequence", BigInteger),
    Column("withheld", Boolean),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("moved", Boolean),
    Column("left_owner_id", Uuid),
    Column("left_team_id", Uuid),
)

change_heads = Table(
    "change_heads",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("head", BigInteger),
    Column("floor", BigInteger),
    Column("withheld", Boolean),
)
