"""Read tables, and the reader's own."""

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, MetaData, Table, Text, Uuid
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

score_inputs = Table(
    "score_inputs",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("captured_at", DateTime(timezone=True)),
    Column("source", Text),
    Column("campaign_id", Uuid),
    Column("line_of_business", Text),
    Column("x_date", Date),
    Column("has_phone", Boolean),
    Column("has_email", Boolean),
    Column("fields", JSONB),
    Column("ended", Boolean),
    Column("removed", Boolean),
    Column("merged_into", Uuid),
    Column("calls_tried", Integer),
    Column("calls_answered", Integer),
    Column("callback_asked", Boolean),
    Column("messages", Integer),
    Column("heard_at", DateTime(timezone=True)),
    Column("contacted_at", DateTime(timezone=True)),
    Column("refused_at", DateTime(timezone=True)),
    Column("wrong_number", Boolean),
    Column("do_not_contact", Boolean),
)
"""What of each lead is counted, beside what was read of it. What leads and comms say has columns of its own, so that the order
in which they say it does not matter. `ended`: won or lost, and so counted no more."""

score_due = Table(
    "score_due",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("due_at", DateTime(timezone=True)),
)
"""Leads whose score is to be counted anew, now or once time has made it another."""

scores = Table(
    "scores",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("person_id", Uuid),
    Column("score", Integer),
    Column("previous_score", Integer),
    Column("fit", Integer),
    Column("behaviour", Integer),
    Column("reasons", JSONB),
    Column("engine", Text),
    Column("engine_version", Text),
    Column("rules_number", Integer),
    Column("as_of", DateTime(timezone=True)),
)
"""Every score that a lead ever had; the one of the highest number is what it has."""

scoring_rules = Table(
    "scoring_rules",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("rules", JSONB),
    Column("version", Integer),
)

score_runs = Table(
    "score_runs",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("number", Integer),
    Column("status", Text),
    Column("leads", Integer),
    Column("leads_done", Integer),
    Column("after", Uuid),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
)
"""How far an agency's leads are counted by the rules of that number. `status`: running, done or failed."""
