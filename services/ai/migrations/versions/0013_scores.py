"""Scores of leads, what they are counted from, by which rules, and what is to be counted anew."""

from alembic import op
from gardenos_chassis.migrations import protect

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(
        """
        create table score_inputs (
            agency_id uuid not null, lead_id uuid not null, person_id uuid,
            captured_at timestamptz, source text not null default '', campaign_id uuid, line_of_business text, x_date date,
            has_phone boolean not null default false, has_email boolean not null default false,
            fields jsonb not null default '{}',
            ended boolean not null default false, removed boolean not null default false, merged_into uuid,
            calls_tried integer not null default 0, calls_answered integer not null default 0,
            callback_asked boolean not null default false, messages integer not null default 0,
            heard_at timestamptz, contacted_at timestamptz, refused_at timestamptz,
            wrong_number boolean not null default false, do_not_contact boolean not null default false,
            primary key (agency_id, lead_id)
        ) with (fillfactor = 80)
        """
    )
    op.execute("create index score_inputs_captured on score_inputs (agency_id, captured_at desc)")
    op.execute("create index score_inputs_person on score_inputs (agency_id, person_id)")
    op.execute(
        "create index score_inputs_merged on score_inputs (agency_id, merged_into) where merged_into is not null"
    )
    op.execute(
        """
        create table score_due (
            agency_id uuid not null, lead_id uuid not null, due_at timestamptz not null, primary key (agency_id, lead_id)
        ) with (fillfactor = 70)
        """
    )
    op.execute("create index score_due_at on score_due (agency_id, due_at)")
    op.execute(
        """
        create table scores (
            agency_id uuid not null, lead_id uuid not null, number integer not null, person_id uuid not null,
            score integer not null, previous_score integer, fit integer not null, behaviour integer not null,
            reasons jsonb not null, engine text not null, engine_version text not null, rules_number integer not null,
            as_of timestamptz not null, primary key (agency_id, lead_id, number)
        )
        """
    )
    op.execute("create index scores_person on scores (agency_id, person_id)")
    op.execute(
        "create table scoring_rules (agency_id uuid primary key, rules jsonb not null, version integer not null)"
    )
    op.execute(
        """
        create table score_runs (
            agency_id uuid primary key, number integer not null,
            status text not null check (status in ('running', 'done', 'failed')),
            leads integer not null, leads_done integer not null, after uuid,
            started_at timestamptz not null, finished_at timestamptz
        )
        """
    )
    protect(op, "score_inputs", "score_due", "scores", "scoring_rules", "score_runs")
