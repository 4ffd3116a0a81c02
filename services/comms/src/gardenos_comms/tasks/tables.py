"""Tasks, and in which time zone they are due."""

from sqlalchemy import Column, Date, DateTime, Integer, Table, Text, Uuid

from gardenos_comms.tables import metadata

tasks = Table(
    "tasks",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("kind", Text),
    Column("title", Text),
    Column("notes", Text),
    Column("priority", Text),
    Column("due_on", Date),
    Column("due_by", Text),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("state", Text),
    Column("outcome", Text),
    Column("planned_by", Text),
    Column("planned_at", DateTime(timezone=True)),
    Column("closed_by", Text),
    Column("closed_at", DateTime(timezone=True)),
    Column("version", Integer),
)
"""`due_by` is the time of the day, and `ANY_TIME` where the day alone is said: the two together are the order in which
tasks are due. `person_id` is whom it was planned about; who was kept as two is found by `same_people`."""

ANY_TIME = "24:00"

agency_zones = Table(
    "agency_zones",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("time_zone", Text),
)
