"""What is read: one communication, its texts, and what is found in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gardenos_contracts.ai import InsightKind, SourceField, SourceKind


@dataclass(frozen=True, slots=True)
class Communication:
    """A call or a message with its texts. `said_on` is the day it took place, where the agency is."""

    kind: SourceKind
    id: UUID
    said_on: date
    texts: Mapping[SourceField, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact read out of a text: `texts[field][start:end]` are the words that carry it.

    `start` and `end` count Unicode code points. `engine` tells who found it, and by which version of its rules.
    """

    kind: InsightKind
    value: str
    field: SourceField
    start: int
    end: int
    confidence: float
    engine: str
    engine_version: str
