"""What is written down about a lead, as its events made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias
from uuid import UUID

from gardenos_contracts import Event
from gardenos_contracts.lead_records import (
    Home,
    NoteAdded,
    NoteChanged,
    NoteRemoved,
    OtherRisk,
    RiskAdded,
    RiskChanged,
    RiskKind,
    RiskRemoved,
    Vehicle,
    XDateCleared,
    XDateSet,
)
from gardenos_contracts.values import LineOfBusiness, Money


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote."""

    text: str
    mentions: tuple[UUID, ...]
    author_id: UUID | None
    """Who may change it."""


Facts: TypeAlias = Home | Vehicle | OtherRisk


@dataclass(frozen=True, slots=True)
class Risk:
    """Something that is to be insured."""

    kind: RiskKind
    facts: Facts

    def __str__(self) -> str:
        match self.facts:
            case Home() as home:
                told = [", ".join(filter(None, (home.street, home.city, home.state)))]
                told += [f"built {home.year_built}"] if home.year_built else []
                told += [f"roof of {home.roof_year}"] if home.roof_year else []
            case Vehicle() as car:
                told = [" ".join(str(each) for each in (car.year, car.make, car.model) if each), car.vin or ""]
            case OtherRisk() as other:
                told = [other.what, other.description or ""]
        return ", ".join(filter(None, (self.kind.value.capitalize(), *told)))


@dataclass(frozen=True, slots=True)
class XDate:
    """When a policy of some line expires, where it is, and what it costs a term."""

    day: date
    carrier: str | None = None
    premium: Money | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """All that is written down about one lead."""

    notes: Mapping[UUID, Note] = field(default_factory=dict)
    risks: Mapping[UUID, Risk] = field(default_factory=dict)
    x_dates: Mapping[LineOfBusiness, XDate] = field(default_factory=dict)


NOTHING = Records()

OF_RECORDS = (NoteAdded, NoteChanged, NoteRemoved, RiskAdded, RiskChanged, RiskRemoved, XDateSet, XDateCleared)
"""Their events: the lead's own row changes by them in nothing but the version."""


def evolve_records(records: Records, event: Event) -> Records:
    """The records after one more event of theirs."""
    match event:
        case NoteAdded():
            return _with_note(records, event.note_id, Note(event.text or "", event.mentions, event.author_id))
        case NoteChanged():
            before = records.notes[event.note_id]
            return _with_note(records, event.note_id, Note(event.text or "", event.mentions, before.author_id))
        case NoteRemoved():
            return replace(records, notes={id: note for id, note in records.notes.items() if id != event.note_id})
        case RiskAdded() | RiskChanged():
            return replace(records, risks={**records.risks, event.risk_id: Risk(event.kind, facts_of(event))})
        case RiskRemoved():
            return replace(records, risks={id: risk for id, risk in records.risks.items() if id != event.risk_id})
        case XDateSet():
            if event.x_date is None:
                # Of somebody forgotten.
                return records
            now = XDate(event.x_date, event.carrier, event.premium)
            return replace(records, x_dates={**records.x_dates, event.line_of_business: now})
        case XDateCleared():
            left = {line: known for line, known in records.x_dates.items() if line != event.line_of_business}
            return replace(records, x_dates=left)
    raise TypeError(f"{event.event_type} is no event of a lead's records")


def facts_of(event: RiskAdded | RiskChanged) -> Facts:
    """What is told of it; nothing, of somebody forgotten."""
    match event.kind:
        case RiskKind.HOME:
            return event.home or Home()
        case RiskKind.VEHICLE:
            return event.vehicle or Vehicle()
    return event.other or OtherRisk()


def _with_note(records: Records, note_id: UUID, note: Note) -> Records:
    return replace(records, notes={**records.notes, note_id: note})
