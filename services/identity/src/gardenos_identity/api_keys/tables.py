"""The keys there are, and what is kept of their secrets beside the events."""

from sqlalchemy import ARRAY, Column, DateTime, Integer, Table, Text, Uuid

from gardenos_identity.tables import metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("made_by", Uuid, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
)

api_key_secrets = Table(
    "api_key_secrets",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("key_id", Uuid, primary_key=True),
    Column("secret_hash", Text, nullable=False),
    Column("used_at", DateTime(timezone=True)),
)
"""`used_at`: when an access token was last given for it, to within a minute."""
