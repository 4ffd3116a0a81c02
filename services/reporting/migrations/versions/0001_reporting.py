"""What reports count, and the log of changes."""

from alembic import op
from gardenos_chassis.migrations import create_consumer_tables, create_event_tables, protect, protect_writes

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    create_consumer_tables(op)
    op.execute("create table agencies (agency_id uuid primary key, time_zone text not null)")
    for table in ("users", "teams", "campaigns"):
        op.execute(
            f"create table {table} (agency_id uuid not null, id uuid not null, name text not null,"
            " primary key (agency_id, id))"
        )
    # A row may begin with a contact: it is a lead once captured_at is there.
    op.execute(
        """
        create table leads (
            agency_id uuid not null, id uuid not null,
            person_id uuid, name text not null, name_sequence bigint not null,
            source text, campaign_id uuid, captured_at timestamptz,
            stage text not null, stage_sequence bigint not null,
            tenures jsonb not null, owner_id uuid, team_id uuid,
            client_id uuid, converted_at timestamptz, conversion_owner_id uuid, conversion_team_id uuid,
            first_communication_at timestamptz, first_outbound_at timestamptz, last_contact_at timestamptz,
            response_owner_id uuid, response_team_id uuid,
            first_touch_at timestamptz generated always as (least(captured_at, first_communication_at)) stored,
            conversion_seconds double precision generated always as (
                case when converted_at < least(captured_at, first_communication_at) then 0
                else extract(epoch from converted_at - least(captured_at, first_communication_at)) end
            ) stored,
            response_seconds double precision generated always as (
                case when first_outbound_at < captured_at then 0
                else extract(epoch from first_outbound_at - captured_at) end
            ) stored,
            primary key (agency_id, id)
        ) with (fillfactor = 80)
        """
    )
    op.execute("create index leads_person on leads (agency_id, person_id)")
    op.execute("create index leads_captured on leads (agency_id, captured_at)")
    op.execute("create index leads_converted on leads (agency_id, converted_at) where converted_at is not null")
    # With all that the pipeline counts by, so that it is answered from the index alone.
    op.execute(
        "create index leads_open on leads (agency_id, stage)"
        " include (captured_at, last_contact_at, owner_id, team_id) where stage not in ('won', 'lost')"
    )
    op.execute(
        """
        create table clients (
            agency_id uuid not null, id uuid not null, person_id uuid not null, owner_id uuid, team_id uuid,
            primary key (agency_id, id)
        )
        """
    )
    op.execute("create index clients_person on clients (agency_id, person_id)")
    op.execute(
        """
        create table changes (
            agency_id uuid not null, position bigint not null,
            resource text not null, id uuid not null, version integer not null,
            person_id uuid, lead_id uuid, client_id uuid,
            type text not null, actor text not null, sequence bigint not null,
            withheld boolean not null, owner_id uuid, team_id uuid,
            moved boolean not null, left_owner_id uuid, left_team_id uuid,
            primary key (agency_id, position)
        ) with (autovacuum_vacuum_scale_factor = 0.5)
        """
    )
    op.execute("create index changes_withheld on changes (agency_id, person_id) where withheld")
    # Where each agency's log begins and ends; it holds no personal data, and is asked across agencies.
    op.execute(
        """
        create table change_heads (agency_id uuid primary key, head bigint not null, floor bigint not null)
        with (fillfactor = 50)
        """
    )
    protect(op, "agencies", "users", "teams", "campaigns", "leads", "clients", "changes")
    protect_writes(op, "change_heads")
