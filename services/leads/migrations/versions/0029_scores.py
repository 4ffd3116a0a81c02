"""How promising a lead is, as the ai service scores it; and what came of its conversion, as clients tells."""

from alembic import op

revision = "0029"
down_revision = "0031"


def upgrade() -> None:
    op.execute(
        """
        alter table leads add column score integer, add column client_since timestamptz,
            add column outcome text generated always as (
                case when client_since is not null then 'client' when converted_at is not null then 'converting' end
            ) stored
        """
    )
    # A list shows those that are scored first, whichever way it goes.
    op.execute("create index leads_score on leads (agency_id, score, id)")
    op.execute("create index leads_score_down on leads (agency_id, score desc nulls last, id)")
    op.execute(
        "create index leads_outcome on leads (agency_id, outcome, captured_at desc, id desc) where outcome is not null"
    )
