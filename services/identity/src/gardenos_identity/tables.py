"""Read tables, and what sign-in keeps beside the events."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

SECRETS = (
    "api_key_secrets",
    "credentials.password_hash",
    "invitation_secrets",
    "letters",
    "operator_sessions",
    "operators",
    "password_resets",
    "recovery_codes",
    "second_factors",
    "sessions.previous_hash",
    "sessions.refresh_hash",
    "sessions.successor_salt",
    "sign_in_challenges",
    "sign_in_limits",
    "single_sign_on.secret",
    "single_sign_on_attempts",
)
"""By what people prove who they are, and those who operate the platform: handed out to nobody."""

agencies = Table(
    "agencies",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("business_hours", JSONB, nullable=False),
    Column("quiet_hours", JSONB(none_as_null=True)),
    Column("display_name", Text),
    Column("accent", Text, nullable=False),
    Column("logo", Text),
    Column("retention", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)
"""With what each has settled. `logo`: the SHA-256 of the picture in `agency_logos`."""

agency_logos = Table(
    "agency_logos",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""Pictures: beside the events, never in them."""

teams = Table(
    "teams",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("branch_id", Uuid),
    Column("lead_ids", ARRAY(Uuid), nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False, server_default="1"),
)

branches = Table(
    "branches",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("team_ids", ARRAY(Uuid), nullable=False),
    Column("active", Boolean, nullable=False, server_default="true"),
    Column("time_zone", Text),
    Column("locale", Text),
    Column("version", Integer, nullable=False, server_default="1"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("team_ids", ARRAY(Uuid), nullable=False),
    Column("invited_by", Uuid, nullable=False),
    Column("invited_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
"""Open, accepted or withdrawn; an open one that has expired may be renewed."""

invitation_secrets = Table(
    "invitation_secrets",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("invitation_id", Uuid, primary_key=True),
    Column("secret_hash", Text, nullable=False),
)
"""What only the bearer of an invitation's link has: beside the events, never in them."""

credentials = Table(
    "credentials",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("password_hash", Text),
    Column("home_agency_id", Uuid),
    Column("home_user_id", Uuid),
    Column("used_at", DateTime(timezone=True)),
)
"""A membership, and how its person proves who they are: by a password here, or by what is kept at the home it names.

`used_at`: when somebody last began a session in it.
"""

second_factors = Table(
    "second_factors",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("last_step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("code_hash", Text, primary_key=True),
)
"""Those not used yet."""

challenges = Table(
    "sign_in_challenges",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""Who has shown the password and is asked for the second factor."""

password_resets = Table(
    "password_resets",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("refresh_hash", Text, nullable=False),
    Column("previous_hash", Text),
    Column("successor_salt", LargeBinary),
    Column("rotated_at", DateTime(timezone=True)),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("begun_by", Text, nullable=False, server_default="password"),
    Column("proved_at", DateTime(timezone=True)),
)
"""`proved_at`: when its person last proved who they are; null: as it started."""
