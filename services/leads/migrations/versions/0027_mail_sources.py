"""Whose mail a source reads, and of a mail that came who sent it and what it is about."""

from alembic import op

revision = "0027"
down_revision = "0023"


def upgrade() -> None:
    op.execute("alter table lead_sources add column senders text[] not null default '{}'")
    op.execute("alter table lead_posts add column sender text, add column subject text")
    op.execute(
        "create index lead_posts_not_read on lead_posts (agency_id, source_id, received_at) where fate = 'not_read'"
    )
