"""Read tables."""

from sqlalchemy import ARRAY, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid

metadata = MetaData()

clients = Table(
    "clients",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("lead_id", Uuid),
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
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("shared_with", ARRAY(Uuid)),
    Column("onboarded_at", DateTime(timezone=True)),
    Column("forgotten_at", DateTime(timezone=True)),
    Column("version", Integer),
    Column("search", Text),
)
