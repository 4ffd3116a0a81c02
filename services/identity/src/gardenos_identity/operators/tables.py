"""Operators and their sessions, of no agency; and the register of agencies that they see."""

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid

from gardenos_identity.tables import metadata

operators = Table(
    "operators",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("removed_at", DateTime(timezone=True)),
)
"""Those who were removed stay, for the histories of agencies name them by their ids. `agency_id` is always 0."""

operator_sessions = Table(
    "operator_sessions",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("operator_id", Uuid, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
)
"""Those that go on; one that ended is gone. `agency_id` is always 0."""

agency_register = Table(
    "agency_register",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("people", Integer, nullable=False, server_default="0"),
    Column("suspended_at", DateTime(timezone=True)),
    Column("reason", Text),
    Column("turn_to", Text),
    Column("life", Text, nullable=False, server_default="active"),
)
"""Agencies by name, with how many may sign in: read across agencies, and nothing of anybody. One that is erased is gone."""
