"""Notes and rings."""

from alembic import op
from gardenos_chassis.migrations import create_consumer_tables, create_event_tables, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    create_consumer_tables(op)
    op.execute(
        "create table notes (agency_id uuid not null, id uuid not null, text text not null, owner_id uuid, team_id uuid,"
        " primary key (agency_id, id))"
    )
    op.execute(
        "create table rings (agency_id uuid not null, id uuid not null, loudness int not null, primary key (agency_id, id))"
    )
    op.execute(
        "create table strokes (agency_id uuid not null, id uuid not null, loudness int not null, at_once int not null,"
        " primary key (agency_id, id))"
    )
    protect(op, "notes", "rings", "strokes")
