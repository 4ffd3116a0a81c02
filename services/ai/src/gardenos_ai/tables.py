"""Read tables, and the reader's own."""

from sqlalchemy import Boolean, Column, DateTime, Float, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("lead_id", Uuid),
    Column("lead_name", Text),
    Column("lead_owner_id", Uuid),
    Column("lead_team_id", Uuid),
    Column("client_id", Uuid),
    Column("client_name", Text),
    Column("client_owner_id", Uuid),
    Column("client_team_id", Uuid),
    Column("onboarded", Boolean),
    Column("removed_at", DateTime(timezone=True)),
    Column("name", Text),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
)
"""Who is who. What leads and what clients say is kept apart, so that the order in which they say it does not matter;
the database derives `name`, `owner_id` and `team_id`: the client's, once there is one, else the lead's."""

addresses = Table(
    "addresses",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("email", Text, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
)
"""Every address that a person was ever known by."""

same_people = Table(
    "same_people",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("into_id", Uuid),
    Column("shown_as", Uuid),
)
"""Whose lead was merged into whose, and at the end of such a chain, as whom they are shown."""

agencies = Table(
    "agencies",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("time_zone", Text),
)

communications = Table(
    "communications",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("source_kind", Text, primary_key=True),
    Column("source_id", Uuid, primary_key=True),
    Column("told_person_id", Uuid),
    Column("person_id", Uuid),
    Column("lead_id", Uuid),
    Column("client_id", Uuid),
    Column("sender", Text),
    Column("texts", JSONB),
    Column("said_at", DateTime(timezone=True)),
    Column("event_id", Text),
    Column("correlation_id", Text),
    Column("traceparent", Text),
    Column("status", Text),
    Column("error", Text),
    Column("engine", Text),
    Column("engine_version", Text),
    Column("received_at", DateTime(timezone=True)),
    Column("read_at", DateTime(timezone=True)),
)
"""Calls and messages with their texts. `status`: pending, read, partial or failed. `told_person_id` is the person that the
event named; `person_id` is that, or whose address the sender's turned out to be."""

chunks = Table(
    "chunks",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("source_kind", Text),
    Column("source_id", Uuid),
    Column("source_field", Text),
    Column("start", Integer),
    Column("end", Integer),
    Column("text", Text),
    Column("said_at", DateTime(timezone=True)),
    Column("person_id", Uuid),
)
"""The pieces of texts that are found by meaning; `id` is the vector's as well."""

insights = Table(
    "insights",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("lead_id", Uuid),
    Column("client_id", Uuid),
    Column("kind", Text),
    Column("value", Text),
    Column("quote", Text),
    Column("source_kind", Text),
    Column("source_id", Uuid),
    Column("source_field", Text),
    Column("start", Integer),
    Column("end", Integer),
    Column("confidence", Float),
    Column("engine", Text),
    Column("engine_version", Text),
    Column("said_at", DateTime(timezone=True)),
)
