"""Webhooks, and the log of what was sent."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

webhooks = Table(
    "webhooks",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("version", Integer),
    Column("name", Text),
    Column("host", Text),
    Column("event_types", JSONB(none_as_null=True)),
    Column("personal", Boolean),
    Column("state", Text),
    Column("paused_because", Text),
    Column("made_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True)),
    Column("sealed", LargeBinary),
    Column("failures", Integer),
    Column("failing_since", DateTime(timezone=True)),
    Column("rest_until", DateTime(timezone=True)),
    Column("succeeded_at", DateTime(timezone=True)),
)
"""`sealed` holds the address and the secrets. `failures` in a row, since `failing_since`; nothing is tried before
`rest_until`."""

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("webhook_id", Uuid),
    Column("message_id", Uuid),
    Column("event_type", Text),
    Column("service", Text),
    Column("sequence", BigInteger),
    Column("person_id", Uuid),
    Column("state", Text),
    Column("tries", Integer),
    Column("tries_left", Integer),
    Column("status", Integer),
    Column("milliseconds", Integer),
    Column("reason", Text),
    Column("made_at", DateTime(timezone=True)),
    Column("tried_at", DateTime(timezone=True)),
    Column("next_at", DateTime(timezone=True)),
)
"""What is sent is not here: it is read from the event when it is sent. A test has no `service` and `sequence`.

`state`: waiting, delivered, failed (all tries), held (its webhook was paused), dropped (its person was forgotten)."""
