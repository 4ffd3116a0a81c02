"""Read tables."""

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("lead_id", Uuid),
    Column("lead_version", Integer),
    Column("lead_details", JSONB),
    Column("client_id", Uuid),
    Column("client_version", Integer),
    Column("client_details", JSONB),
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("removed_at", DateTime(timezone=True)),
)

users = Table(
    "users",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
)

addresses = Table(
    "addresses",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("email", Text, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("until", DateTime(timezone=True)),
)
"""Every address that a person was known by, as a lead or as a client: the `kind` that told of it. `until`: null for now."""

same_people = Table(
    "same_people",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("into_id", Uuid),
    Column("shown_as", Uuid),
)
"""Whose lead was merged into whose, and at the end of such a chain, as whom they are shown."""

threads = Table(
    "threads",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("channel", Text),
    Column("subject", Text),
    Column("subject_key", Text),
    Column("told_person_id", Uuid),
    Column("person_id", Uuid),
    Column("sender", Text),
    Column("sender_name", Text),
    Column("begun_at", DateTime(timezone=True)),
    Column("last_at", DateTime(timezone=True)),
    Column("last_snippet", Text),
    Column("entries_count", Integer),
)
"""`told_person_id` is the person that the event named; `person_id` is that, or whose address the sender's turned out to be.
`begun_at` is when its first entry was recorded, `last_at` when the latest was said."""

calls = Table(
    "calls",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("thread_id", Uuid),
    Column("user_id", Uuid),
    Column("direction", Text),
    Column("started_at", DateTime(timezone=True)),
    Column("duration_seconds", Integer),
    Column("disposition", Text),
    Column("transcript", Text),
    Column("notes", Text),
)

messages = Table(
    "messages",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("thread_id", Uuid),
    Column("channel", Text),
    Column("sender", Text),
    Column("sender_name", Text),
    Column("recipients", JSONB),
    Column("subject", Text),
    Column("text", Text),
    Column("attachments", JSONB),
    Column("received_at", DateTime(timezone=True)),
)

emails = Table(
    "emails",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("key", Text),
    Column("header_id", Text),
    Column("truncated", Boolean),
    Column("raw", LargeBinary),
)

timeline = Table(
    "timeline",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("thread_id", Uuid),
    Column("kind", Text),
    Column("occurred_at", DateTime(timezone=True)),
    Column("actor", Text),
    Column("title", Text),
    Column("detail", JSONB),
)
