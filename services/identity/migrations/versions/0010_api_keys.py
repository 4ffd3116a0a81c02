"""API keys."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        """
        create table api_keys (
            agency_id uuid not null, id uuid not null, name text not null, scopes text[] not null, made_by uuid not null,
            made_at timestamptz not null, expires_at timestamptz, revoked_at timestamptz, version integer not null,
            primary key (agency_id, id)
        )
        """
    )
    # No event's doing, and so in no rebuild: only the bearer of the key has its secret.
    op.execute(
        """
        create table api_key_secrets (
            agency_id uuid not null, key_id uuid not null, secret_hash text not null, used_at timestamptz,
            primary key (agency_id, key_id)
        )
        """
    )
    protect(op, "api_keys", "api_key_secrets")
