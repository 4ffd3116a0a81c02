"""Since when nobody was in touch, and ZIP codes, as an index may answer for them under row-level security."""

from alembic import op

revision = "0031"
down_revision = "0025"


def upgrade() -> None:
    op.execute("drop index leads_idle")
    op.execute(
        "create index leads_idle on leads"
        " (agency_id, (case when last_contacted_at is not null then last_contacted_at else captured_at end))"
        " where stage not in ('won', 'lost')"
    )
    op.execute("drop index leads_zip")
    op.execute('create index leads_zip on leads (agency_id, (postal_code collate "C")) where postal_code is not null')
