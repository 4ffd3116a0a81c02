"""People who come, move and go: invitations, branches, team leads, profiles."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """
        alter table users
            add column active boolean not null default true,
            add column time_zone text,
            add column locale text,
            add column version integer not null default 1
        """
    )
    op.execute(
        """
        alter table teams
            add column branch_id uuid,
            add column lead_ids uuid[] not null default '{}',
            add column version integer not null default 1
        """
    )
    op.execute(
        """
        create table branches (
            agency_id uuid not null, id uuid not null, name text not null, version integer not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute(
        """
        create table invitations (
            agency_id uuid not null, id uuid not null, email text not null, role text not null, team_ids uuid[] not null,
            invited_by uuid not null, invited_at timestamptz not null, expires_at timestamptz not null,
            state text not null, version integer not null,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index invitations_open on invitations (agency_id, email) where state = 'open'")
    # No event's doing, and so in no rebuild: only the bearer of the link has the secret.
    op.execute(
        """
        create table invitation_secrets (
            agency_id uuid not null, invitation_id uuid not null, secret_hash text not null,
            primary key (agency_id, invitation_id)
        )
        """
    )
    protect(op, "branches", "invitations", "invitation_secrets")
