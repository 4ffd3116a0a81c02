"""Scores as ai tells them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gardenos_contracts.lead_scores import LeadScored

NOW = datetime(2026, 3, 16, 15, tzinfo=UTC)


def scored(lead: Mapping[str, Any], score: int, before: int | None = None) -> LeadScored:
    """Of a lead as the API shows it."""
    return LeadScored(
        lead_id=UUID(lead["id"]), person_id=UUID(lead["person_id"]), score=score, previous_score=before, fit=score,
        behaviour=0, engine="rules", engine_version="1", rules_number=0, as_of=NOW,
    )  # fmt: skip
