"""Read tables in, answers out."""

from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.tenancy import Session
from gardenos_contracts.lead_scores import ScoringRulesChanged
from sqlalchemy import select

from gardenos_ai.queries import in_scope
from gardenos_ai.scoring.rules import rules_of, stream_of
from gardenos_ai.scoring.ruleset import Rules
from gardenos_ai.tables import people, score_inputs, score_runs, scores, scoring_rules

SHOWN = 20
"""So many of a lead's scores are told, the last first."""


async def rules_of_agency(session: Session, agency_id: UUID) -> tuple[Rules, int]:
    """By what an agency's leads are scored, and the version of that: 0 where nobody said."""
    asked = select(scoring_rules.c.rules, scoring_rules.c.version).where(scoring_rules.c.agency_id == agency_id)
    row = (await session.execute(asked)).first()
    if row is None:
        return Rules(), 0
    told = ScoringRulesChanged.model_validate(row.rules | {"rules_id": stream_of(agency_id)})
    return rules_of(told), row.version


async def run_of(session: Session, agency_id: UUID) -> dict[str, Any] | None:
    """How far the counting of all leads is that the last change of the rules began."""
    told = (column for column in score_runs.c if column.name not in ("agency_id", "after"))
    rows = await fetch(session, select(*told).where(score_runs.c.agency_id == agency_id))
    return rows[0] if rows else None


async def lead_score(session: Session, caller: Caller, lead_id: UUID) -> dict[str, Any]:
    """A lead's score with its reasons, and those it had before. Raises NotFound, also for one out of the caller's scope."""
    seen = select(people.c.person_id).where(
        people.c.agency_id == caller.agency_id, people.c.lead_id == lead_id, in_scope(caller, people.c.person_id)
    )
    if (await session.execute(seen)).first() is None:
        raise NotFound("there is no such lead")
    told = (column for column in scores.c if column.name not in ("agency_id", "lead_id", "person_id"))
    asked = select(*told).where(scores.c.agency_id == caller.agency_id, scores.c.lead_id == lead_id)
    history = await fetch(session, asked.order_by(scores.c.number.desc()).limit(SHOWN))
    inputs = select(score_inputs.c.ended).where(
        score_inputs.c.agency_id == caller.agency_id, score_inputs.c.lead_id == lead_id
    )
    ended = (await session.execute(inputs)).scalar_one_or_none()
    return {"lead_id": lead_id, "ended": bool(ended), "current": history[0] if history else None, "history": history}
