"""Events in: every score of each lead, and the rules they are counted by."""

from collections.abc import Sequence

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_scores import LeadScored, ScoringRulesChanged
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_ai.tables import scores, scoring_rules


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps both; of people who are forgotten, nothing."""
    rows = [
        {"agency_id": fact.agency_id, "number": fact.version, **fact.data.model_dump(mode="json", exclude=_MOMENTS)}
        | {"as_of": fact.data.as_of}
        for fact in facts
        if isinstance(fact.data, LeadScored) and not fact.forgotten
    ]
    if rows:
        await session.execute(insert(scores), rows)
    for fact in facts:
        if isinstance(fact.data, ScoringRulesChanged):
            row = {"rules": fact.data.model_dump(mode="json", exclude={"rules_id"}), "version": fact.version}
            kept = upsert(scoring_rules).values(agency_id=fact.agency_id, **row)
            await session.execute(kept.on_conflict_do_update(index_elements=["agency_id"], set_=row))


_MOMENTS = {"as_of"}
