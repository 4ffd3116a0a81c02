"""Until when a lead is left alone, as its events made it, and on which day that is. Pure."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from gardenos_contracts import Event
from gardenos_contracts.lead_recycling import LeadCameBack, LeadRecycled, LeadRecyclingCancelled
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_contracts.leads import LeadConverted, LeadRemoved, LeadStageChanged, PersonForgotten, Stage
from gardenos_contracts.values import LineOfBusiness

from gardenos_leads.records.domain import Records
from gardenos_leads.records.following import by_line


@dataclass(frozen=True, slots=True)
class BeforeXDate:
    """So many days before the X-date of a line; where that day is past, before the next renewal."""

    line: LineOfBusiness
    days: int
    term_months: int


@dataclass(frozen=True, slots=True)
class Recycled:
    """Until when a lead is left alone, and why."""

    comes_back_on: date
    recycled_on: date
    before: BeforeXDate | None = None
    """The X-date that it hangs on; None: it is a day that somebody named."""
    stage: Stage | None = None
    stage_key: str | None = None
    """Where it is to come back, if anybody said so."""
    reason: str | None = None

    def said(self, lead_id: UUID, person_id: UUID) -> LeadRecycled:
        """The event that says so."""
        return LeadRecycled(
            lead_id=lead_id,
            person_id=person_id,
            comes_back_on=self.comes_back_on,
            recycled_on=self.recycled_on,
            line_of_business=self.before and self.before.line,
            days_before=self.before and self.before.days,
            term_months=self.before and self.before.term_months,
            stage=self.stage,
            stage_key=self.stage_key,
            reason=self.reason,
        )


OF_RECYCLING = (LeadRecycled, LeadCameBack, LeadRecyclingCancelled)

_ENDS = (
    LeadCameBack, LeadRecyclingCancelled, LeadStageChanged, LeadInquired, LeadConverted, LeadRemoved, PersonForgotten,
)  # fmt: skip
"""Whoever moves a lead works on it; who asks once more is waited for no longer; who is a client, or gone, does not come back."""


def evolve_recycled(recycled: Recycled | None, event: Event) -> Recycled | None:
    """After one more event of a lead."""
    if isinstance(event, _ENDS):
        return None
    if not isinstance(event, LeadRecycled):
        return recycled
    if event.comes_back_on is None:
        # Of somebody forgotten.
        return None
    before = None
    if event.line_of_business is not None and event.days_before is not None and event.term_months is not None:
        before = BeforeXDate(event.line_of_business, event.days_before, event.term_months)
    return Recycled(event.comes_back_on, event.recycled_on, before, event.stage, event.stage_key, event.reason)


def day_before(x_date: date, before: BeforeXDate, *, after: date) -> date:
    """The first day after another that is so many days before an X-date, or before a renewal of that policy."""
    term = 0
    while True:
        found = _months_later(x_date, term * before.term_months) - timedelta(days=before.days)
        if found > after:
            return found
        term += 1


def _months_later(day: date, months: int) -> date:
    """The same day of a later month; its last, where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def return_follows(
    recycled: Recycled | None, records: Records, details: Mapping[str, Any], *, lead_id: UUID, person_id: UUID
) -> Iterator[Event]:
    """Where a return hangs on an X-date that is another now, it is on another day.

    It is counted from the day on which the lead was recycled: what should have come back already comes back at once. Of
    a line without an X-date it stays as it is.
    """
    if recycled is None or recycled.before is None:
        return
    known = by_line(records, details).get(recycled.before.line)
    if known is None:
        return
    day = day_before(known.day, recycled.before, after=recycled.recycled_on)
    if day != recycled.comes_back_on:
        yield replace(recycled, comes_back_on=day).said(lead_id, person_id)
