"""Events in, read tables out."""

from collections.abc import Sequence

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.ai import InsightExtracted
from sqlalchemy import insert

from gardenos_ai.tables import insights


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps insights; those of people who are forgotten say nothing."""
    told = [fact for fact in facts if not fact.forgotten]
    rows = [_row(fact, fact.data) for fact in told if isinstance(fact.data, InsightExtracted)]
    if rows:
        await session.execute(insert(insights), rows)


def _row(fact: Fact[Event], insight: InsightExtracted) -> dict[str, object]:
    return {
        "agency_id": fact.agency_id,
        "id": insight.insight_id,
        "person_id": insight.person_id,
        "lead_id": insight.lead_id,
        "client_id": insight.client_id,
        "kind": insight.kind.value,
        "value": insight.value,
        "quote": insight.quote,
        "source_kind": insight.source_kind.value,
        "source_id": insight.source_id,
        "source_field": insight.source_field.value,
        "start": insight.start,
        "end": insight.end,
        "confidence": insight.confidence,
        "engine": insight.engine,
        "engine_version": insight.engine_version,
        "said_at": insight.said_at,
    }
