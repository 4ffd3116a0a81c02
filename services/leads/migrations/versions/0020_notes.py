"""Notes about leads, and who is mentioned in them."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute(
        """
        create table lead_notes (
            agency_id uuid not null, id uuid not null, lead_id uuid not null, text text not null,
            mentions uuid[] not null default '{}', author_id uuid, written_at timestamptz not null,
            changed_at timestamptz,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index lead_notes_lead on lead_notes (agency_id, lead_id, written_at desc, id desc)")
    op.execute(
        """
        create table note_mentions (
            agency_id uuid not null, user_id uuid not null, note_id uuid not null, lead_id uuid not null,
            mentioned_at timestamptz not null,
            primary key (agency_id, user_id, note_id)
        )
        """
    )
    op.execute(
        "create index note_mentions_latest on note_mentions (agency_id, user_id, mentioned_at desc, note_id desc)"
    )
    op.execute("create index note_mentions_lead on note_mentions (agency_id, lead_id)")
    op.execute(
        """
        create table seen_notes (
            agency_id uuid not null, user_id uuid not null, lead_id uuid not null, seen_at timestamptz not null,
            primary key (agency_id, user_id, lead_id)
        )
        """
    )
    protect(op, "lead_notes", "note_mentions", "seen_notes")
