"""X-dates by line, and the lead's own, which is the next of them.

What lists show, filter and sort by is the lead's `x_date` with its `current_carrier`. Where a line's X-date is set or
cleared, these become what the soonest of the lines from today on says; where they are changed by hand, so is the line that they
were from.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from gardenos_chassis.errors import NotFound
from gardenos_contracts import Event
from gardenos_contracts.lead_records import XDateCleared, XDateSet
from gardenos_contracts.leads import LeadDetailsChanged
from gardenos_contracts.values import LineOfBusiness

from gardenos_leads.lead import Details, Lead, with_its_return
from gardenos_leads.records.domain import XDate
from gardenos_leads.records.following import by_line, of_no_line_yet, x_date_set


def set_x_date(lead: Lead, line: LineOfBusiness, known: XDate, *, today: date) -> Iterator[Event]:
    """Of one line. Nothing happens where that is so."""
    lead.require_known()
    if lead.records.x_dates.get(line) != known:
        yield from with_its_return(lead, _set_x_date(lead, line, known, today))


def _set_x_date(lead: Lead, line: LineOfBusiness, known: XDate, today: date) -> Iterator[Event]:
    lines = by_line(lead.records, lead.details)
    for other, its_own in _kept(lead).items():
        if other != line:
            yield _set(lead, other, its_own)
    yield _set(lead, line, known)
    yield from _next_is(lead, {**lines, line: known}, today)


def clear_x_date(lead: Lead, line: LineOfBusiness, *, today: date) -> Iterator[Event]:
    """Of this line none is known. Raises NotFound where none was."""
    lead.require_known()
    if line not in lead.records.x_dates:
        raise NotFound("this lead has no X-date of this line")
    for other, its_own in _kept(lead).items():
        yield _set(lead, other, its_own)
    yield XDateCleared(lead_id=lead.lead_id, person_id=lead.person_id, line_of_business=line)
    lines = by_line(lead.records, lead.details)
    yield from _next_is(lead, {each: known for each, known in lines.items() if each != line}, today)


def soonest(lines: Mapping[LineOfBusiness, XDate], today: date) -> XDate | None:
    """The next from today on; where all have passed, the last that did."""
    ahead = [known for known in lines.values() if known.day >= today]
    if ahead:
        return min(ahead, key=lambda known: known.day)
    return max(lines.values(), key=lambda known: known.day, default=None)


def _kept(lead: Lead) -> Mapping[LineOfBusiness, XDate]:
    """It is not lost when the next X-date is another."""
    return of_no_line_yet(lead.records, lead.details)


def _next_is(lead: Lead, lines: Mapping[LineOfBusiness, XDate], today: date) -> Iterator[Event]:
    known = soonest(lines, today)
    told: Any = {"x_date": known and known.day, "current_carrier": known and known.carrier}
    changed = Details(**{**lead.details, **told})
    if changed != lead.details:
        yield LeadDetailsChanged(lead_id=lead.lead_id, person_id=lead.person_id, **changed)


def _set(lead: Lead, line: LineOfBusiness, known: XDate) -> XDateSet:
    return x_date_set(line, known, lead_id=lead.lead_id, person_id=lead.person_id)
