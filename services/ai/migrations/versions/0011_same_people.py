"""People who were kept as two leads: with whom what was read is shown."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        """
        create table same_people (
            agency_id uuid not null, person_id uuid not null, into_id uuid not null, shown_as uuid not null,
            primary key (agency_id, person_id)
        )
        """
    )
    op.execute("create index same_people_into on same_people (agency_id, into_id)")
    op.execute("create index same_people_shown_as on same_people (agency_id, shown_as)")
    protect(op, "same_people")
