"""What the ai service publishes of leads' scores: how promising each is, why, and by which rules an agency has them counted."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gardenos_contracts.event import Event
from gardenos_contracts.lead_lists import FieldValue
from gardenos_contracts.personal import Personal
from gardenos_contracts.values import CampaignId, LeadId, LineOfBusiness, Moment, PersonId

Points = Annotated[int, Field(ge=-100, le=100)]


class ScorePart(StrEnum):
    """What a reason belongs to."""

    FIT = "fit"
    """Who they are, and what they want insured."""
    BEHAVIOUR = "behaviour"
    """What they do, and what they leave undone."""
    LIMIT = "limit"
    """What keeps a score within 0 and 100."""


class ScoreReason(BaseModel):
    """One thing that counts for a lead, or against it."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    key: str
    """By which the rule is known: `replied`, `source`, `fields.roof_age`."""
    part: ScorePart
    points: int
    words: str


class LeadScored(Event, service="ai", version=1):
    """A lead has a score, or another one, or for other reasons.

    Nothing that was written once the lead had won or lost is counted: of such a lead the score stays as it was.
    """

    lead_id: LeadId
    person_id: PersonId
    score: Annotated[int, Field(ge=0, le=100)]
    """The sum of all the reasons' points."""
    previous_score: int | None = None
    """Null where it had none."""
    fit: int
    """The part that tells who they are; with the behaviour, before what keeps the score within its limits."""
    behaviour: int
    reasons: Annotated[tuple[ScoreReason, ...], Personal(())] = ()
    """What weighs most first. Empty once the person is forgotten."""
    engine: str
    """`rules`, or the model's name."""
    engine_version: str
    rules_number: int
    """Of the agency's rules it was counted by; 0: those every agency begins with."""
    as_of: Moment
    """What was known then was counted, and how long ago things were."""


class FieldRule(BaseModel):
    """What one of an agency's own fields counts."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    key: str
    """The field's."""
    op: Literal["known", "is", "at_least", "at_most"]
    value: FieldValue = None
    """What the field is held against; null where it is enough that it is known."""
    points: Points
    words: str
    """As the reason is told."""


class ScoringRulesChanged(Event, service="ai", version=1):
    """An agency counts its leads' scores otherwise from here on. Carries the rules whole."""

    rules_id: UUID
    number: int
    """One more each time."""
    points: Mapping[str, Points] = {}
    """By the key of what is counted; what is not named counts as it does for every agency."""
    sources: Mapping[str, Points] = {}
    """By where leads come from, in lower case."""
    campaigns: Mapping[CampaignId, Points] = {}
    lines: Mapping[LineOfBusiness, Points] = {}
    fields: tuple[FieldRule, ...] = ()


__all__ = ["FieldRule", "LeadScored", "Points", "ScorePart", "ScoreReason", "ScoringRulesChanged"]
