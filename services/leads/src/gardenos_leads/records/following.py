"""Which line a lead's own X-date is from, and that the line follows where that is changed by hand."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from gardenos_contracts import Event
from gardenos_contracts.lead_records import XDateCleared, XDateSet
from gardenos_contracts.values import LineOfBusiness

from gardenos_leads.records.domain import Records, XDate


def from_line(records: Records, details: Mapping[str, Any]) -> LineOfBusiness | None:
    """The line that it is of, where it is one of those known by line."""
    own = (details["x_date"], details["current_carrier"])
    return next((line for line, known in records.x_dates.items() if (known.day, known.carrier) == own), None)


def of_no_line_yet(records: Records, details: Mapping[str, Any]) -> Mapping[LineOfBusiness, XDate]:
    """What a lead says of its own line, where that is known by no line yet."""
    day = details["x_date"]
    line = details["line_of_business"] or LineOfBusiness.OTHER
    if day is None or from_line(records, details) is not None or line in records.x_dates:
        return {}
    return {line: XDate(day, details["current_carrier"])}


def by_line(records: Records, details: Mapping[str, Any]) -> Mapping[LineOfBusiness, XDate]:
    """All that is known, the lead's own as one of its line."""
    return {**of_no_line_yet(records, details), **records.x_dates}


def lines_follow(
    records: Records, before: Mapping[str, Any], after: Mapping[str, Any], *, lead_id: UUID, person_id: UUID
) -> Iterator[Event]:
    """What becomes of that line."""
    line = from_line(records, before)
    now = (after["x_date"], after["current_carrier"])
    if line is None or now == (before["x_date"], before["current_carrier"]):
        return
    if after["x_date"] is None:
        yield XDateCleared(lead_id=lead_id, person_id=person_id, line_of_business=line)
    else:
        known = XDate(*now, records.x_dates[line].premium)
        yield x_date_set(line, known, lead_id=lead_id, person_id=person_id)


def x_date_set(line: LineOfBusiness, known: XDate, *, lead_id: UUID, person_id: UUID) -> XDateSet:
    """The event that says so."""
    return XDateSet(
        lead_id=lead_id,
        person_id=person_id,
        line_of_business=line,
        x_date=known.day,
        carrier=known.carrier,
        premium=known.premium,
    )
