"""Rules, what waits, what was given, how soon leads were answered; who is licensed, at work and away."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Float, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gardenos_leads.tables import metadata


def _moment(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True))


assignment_rules = Table(
    "assignment_rules",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("draft", JSONB),
    Column("active", JSONB),
    Column("number", Integer),
    Column("version", Integer),
    _moment("changed_at"),
)

assignment_versions = Table(
    "assignment_versions",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rules", JSONB),
    _moment("switched_on_at"),
    Column("switched_on_by", Text),
    _moment("switched_off_at"),
)

quiet_imports = Table(
    "quiet_imports",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("import_id", Uuid, primary_key=True),
)
"""Those from whose rows nothing automatic is to follow."""

lead_backlog = Table(
    "lead_backlog",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    _moment("since"),
)
"""Open leads without an owner that rules may give to somebody."""

lead_answers = Table(
    "lead_answers",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    _moment("arrived_at"),
    Column("to_assign", Boolean),
    Column("first_owner_id", Uuid),
    _moment("first_owned_at"),
    _moment("moved_at"),
)
"""When a lead came, whether without an owner, who had it first and when; when it was first moved."""

leads_given = Table(
    "leads_given",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("user_id", Uuid),
    Column("rule_id", Uuid),
    Column("rule", Text),
    _moment("given_at"),
)

leads_unanswered = Table(
    "leads_unanswered",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("owner_id", Uuid),
    Column("rule", Text),
    Column("minutes", Integer),
    _moment("at"),
)

lead_holdings = Table(
    "lead_holdings",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    _moment("at"),
    Column("owner_id", Uuid),
    Column("household_id", Uuid),
    Column("state", Text),
    Column("was_owner_id", Uuid),
    Column("was_household_id", Uuid),
    Column("was_state", Text),
)
"""Whose a lead was, of which household and in which state (open, won, lost, aside), from when on; and what was so before.

A lead that nobody has, of no household and open, as it came, has no row yet.
"""

lead_scores = Table(
    "lead_scores",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    _moment("at"),
    Column("score", Integer),
)
"""Each score of a lead that is another than before, as ai told it, in its order. Nothing of who is forgotten."""

work_profiles = Table(
    "work_profiles",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("profile", JSONB),
)

absences = Table(
    "absences",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("absence_id", Uuid, primary_key=True),
    Column("user_id", Uuid),
    _moment("starts_at"),
    _moment("ends_at"),
    Column("covered_by", Uuid),
    Column("cancelled", Boolean),
)

staff_changes = Table(
    "staff_changes",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    _moment("at"),
    Column("user_id", Uuid),
    Column("told", JSONB),
)
"""Each thing that identity told of who works here and how, in its order; as `working.told_of` writes it."""

assignment_turns = Table(
    "assignment_turns",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("rule_id", Uuid, primary_key=True),
    Column("now", Float),
    Column("served", JSONB),
)
"""Whose turn it is: working state of the router, and no read model."""

what_ifs = Table(
    "what_ifs",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("asked_by", Uuid),
    _moment("asked_at"),
    Column("rules", JSONB),
    Column("days", Integer),
    Column("minutes", Integer),
    Column("status", Text),
    Column("leads", Integer),
    Column("leads_done", Integer),
    _moment("started_at"),
    _moment("finished_at"),
    Column("result", JSONB),
)
"""Replays that were asked for: how far they are (waiting, running, done, failed), and what they came to. No read model."""

OF_LEADS = (quiet_imports, lead_backlog, lead_answers, leads_given, leads_unanswered, lead_holdings, lead_scores)
"""What the read model of leads holds besides."""
