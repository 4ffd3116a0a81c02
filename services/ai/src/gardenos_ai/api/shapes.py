"""The shapes of this service's answers."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from gardenos_chassis.http.shapes import Shape, Withholding
from gardenos_contracts.ai import InsightKind, SourceField, SourceKind
from gardenos_contracts.lead_scores import FieldRule, Points, ScorePart, ScoreReason
from gardenos_contracts.values import LineOfBusiness


class Insight(Withholding):
    """A fact that was read out of a communication: what, and where it stands."""

    id: UUID
    kind: InsightKind
    label: str
    """The kind in words: `Current carrier`."""
    value: str | None
    """Normalised: `2027-03-15`, `State Farm`, `124000 USD`, `wants_quote`, `call_back 2026-03-20`. Null, as `display` and
    `quote`, where your role does not see what it tells."""
    display: str | None
    """The value in words: `March 15, 2027`, `$1,240 a year`."""
    quote: str | None
    """The words that carry it, verbatim: what stands from `start` to `end`."""
    source_kind: SourceKind
    source_id: UUID
    """The call's or message's id."""
    source_field: SourceField
    """Which text of it the span counts in."""
    start: int
    """Unicode code points from the start of the text."""
    end: int
    """Exclusive."""
    confidence: float
    """0 to 1."""
    engine: str
    """`offline`, or the model's name."""
    engine_version: str
    said_at: datetime
    """When the communication took place."""
    person_id: UUID | None
    """Null while nobody knows who said it."""
    lead_id: UUID | None
    client_id: UUID | None


class SearchHit(Shape):
    """A passage that has to do with the question."""

    score: float
    """0 to 1; how much."""
    text: str
    """The passage: what stands from `start` to `end`."""
    source_kind: SourceKind
    source_id: UUID
    source_field: SourceField
    start: int
    end: int
    said_at: datetime
    person_id: UUID | None
    person_name: str | None
    """Null while nobody knows who said it."""
    lead_id: UUID | None
    client_id: UUID | None


class ReadingsBegun(Shape):
    """Communications that are to be read again."""

    readings: int
    """How many."""


class Scored(Shape):
    """A score that a lead has or had."""

    number: int
    """1 is its first."""
    score: int
    """0 to 100: the sum of all reasons' points."""
    previous_score: int | None
    fit: int
    """The part that tells who they are."""
    behaviour: int
    """The part that tells what they do."""
    reasons: list[ScoreReason]
    """What weighs most first."""
    engine: str
    """`rules`, or the model's name."""
    engine_version: str
    rules_number: int
    """Of the agency's rules it was counted by; 0: those every agency begins with."""
    as_of: datetime
    """What was known then was counted."""


class LeadScore(Shape):
    """How promising a lead is, and was."""

    lead_id: UUID
    ended: bool
    """Whether it is won or lost: its score stays as it was before."""
    current: Scored | None
    """Null while it is not scored yet."""
    history: list[Scored]
    """The last first, the current among them; 20 at most."""


class ScoringSignal(Shape):
    """One thing that is counted."""

    key: str
    part: ScorePart
    words: str
    points: int
    default: int
    """What it counts where an agency does not say otherwise."""


class ScoringRun(Shape):
    """How far all leads are counted by the rules of a number."""

    number: int
    status: Literal["running", "done", "failed"]
    leads: int
    leads_done: int
    started_at: datetime
    finished_at: datetime | None


class ScoringRules(Shape):
    """What everything counts in your agency."""

    number: int
    """0: nobody changed them yet."""
    signals: list[ScoringSignal]
    sources: dict[str, Points]
    """By where leads come from, in lower case."""
    default_sources: dict[str, Points]
    campaigns: dict[UUID, Points]
    lines: dict[LineOfBusiness, Points]
    fields: list[FieldRule]
    run: ScoringRun | None
    """Null before the first change."""


class ScoreBand(Shape):
    """Leads whose scores are alike."""

    least: int
    most: int
    now: int
    """How many are there by the rules in force."""
    then: int
    """How many would be by these."""


class PreviewedLead(Shape):
    """A lead whose score these rules would change."""

    lead_id: UUID
    name: str
    now: int
    then: int


class ScoringPreview(Shape):
    """What rules would do."""

    leads: int
    """How many were counted: the newest open ones in your scope, 500 at most."""
    changed: int
    """How many would have another score."""
    bands: list[ScoreBand]
    examples: list[PreviewedLead]
    """Those whose score would change most."""
