"""What the ai service publishes."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from gardenos_contracts.event import Event
from gardenos_contracts.personal import Personal
from gardenos_contracts.values import ClientId, InsightId, LeadId, Moment, PersonId


class InsightKind(StrEnum):
    """What an insight tells."""

    X_DATE = "x_date"
    CURRENT_CARRIER = "current_carrier"
    LINE_OF_BUSINESS = "line_of_business"
    PREMIUM = "premium"
    INTENT = "intent"
    OBJECTION = "objection"
    NEXT_STEP = "next_step"
    LIFE_EVENT = "life_event"


class SourceKind(StrEnum):
    """What kind of communication was read."""

    CALL = "call"
    MESSAGE = "message"


class SourceField(StrEnum):
    """Which text of the communication the span counts in."""

    TRANSCRIPT = "transcript"
    NOTES = "notes"
    SUBJECT = "subject"
    TEXT = "text"


class InsightExtracted(Event, service="ai", version=1):
    """A fact was read out of a communication.

    `text[start:end] == quote`, until the person is forgotten.
    """

    whose: ClassVar[tuple[str, ...]] = ("person_id", "source_id")

    insight_id: InsightId
    person_id: PersonId | None = None
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    kind: InsightKind
    value: Annotated[str, Personal("")]
    """Normalised: an ISO date for an X-date, or a month (`2027-03`) where no day was said; a carrier's usual name; minor units
    with currency (`124000 USD`) for a premium; for a next step what, and if said, when (`call_back 2026-03-20`)."""
    quote: Annotated[str, Personal("")]
    source_kind: SourceKind
    source_id: UUID
    """The call's or message's id."""
    source_field: SourceField
    start: int
    """Unicode code points from the start of the field's text."""
    end: int
    """Exclusive."""
    confidence: Annotated[float, Field(ge=0, le=1)]
    engine: str
    """`offline` or the model's name."""
    engine_version: str
    """Of the rules or of the prompt."""
    said_at: Moment
    """When the communication took place."""
