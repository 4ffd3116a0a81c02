"""What single sign-on keeps beside the events."""

from sqlalchemy import ARRAY, Boolean, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid

from gardenos_identity.tables import metadata

single_sign_on = Table(
    "single_sign_on",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("domains", ARRAY(Text), nullable=False),
    Column("required", Boolean, nullable=False),
    Column("joins_as", Text),
    Column("tested_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
)
"""One row an agency. `secret` is sealed for `id`; `tested_at` is of this issuer, client and secret."""

links = Table(
    "single_sign_on_links",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("proven", Boolean, nullable=False),
    Column("linked_at", DateTime(timezone=True), nullable=False),
)
"""Whose account at the provider is whose here. `proven`: by the person, who was signed in by their password."""

attempts = Table(
    "single_sign_on_attempts",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("state_hash", Text, nullable=False),
    Column("proof_hash", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("tested_by", Uuid),
    Column("counted_as", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""Who is on the way to the provider and back. No secret is kept, only hashes; `version` is of what was settled then."""
