"""What an agency settles for itself: hours, branding, how long is kept; and its logo, beside the events."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # Whoever is there already has what a new agency begins with: `agency.Settings`.
    op.execute(
        """
        alter table agencies
            add column business_hours jsonb not null default '{
                "monday": [{"opens": "09:00", "closes": "17:00"}], "tuesday": [{"opens": "09:00", "closes": "17:00"}],
                "wednesday": [{"opens": "09:00", "closes": "17:00"}], "thursday": [{"opens": "09:00", "closes": "17:00"}],
                "friday": [{"opens": "09:00", "closes": "17:00"}], "saturday": [], "sunday": []
            }',
            add column quiet_hours jsonb default '{"begins": "21:00", "ends": "08:00"}',
            add column display_name text,
            add column accent text not null default 'garden',
            add column logo text,
            add column retention jsonb not null default '{"closed_leads_months": null, "conversations_months": null}',
            add column version integer not null default 1
        """
    )
    op.execute(
        """
        create table agency_logos (
            agency_id uuid primary key, media_type text not null, content bytea not null,
            constraint agency_logos_small check (octet_length(content) <= 102400)
        )
        """
    )
    protect(op, "agency_logos")
