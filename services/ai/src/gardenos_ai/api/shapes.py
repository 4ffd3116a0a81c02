"""The shapes of this service's answers."""

from datetime import datetime
from uuid import UUID

from gardenos_chassis.http.shapes import Shape, Withholding
from gardenos_contracts.ai import InsightKind, SourceField, SourceKind


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
