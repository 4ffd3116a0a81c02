"""What is announced of leads that are kept too long, and when it is done. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gardenos_chassis.retention import Rule, months_before
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_disposal import LeadDisposalAnnounced, LeadDisposalEnded
from gardenos_contracts.values import AgencyId

NOTICE = timedelta(days=7)
"""From the announcement to the night: who objects has the lead worked again, plans something with it, or changes the rule."""


@dataclass(frozen=True, slots=True)
class Announced:
    """Leads closed before a moment are forgotten in the night to a day."""

    on: date
    closed_before: datetime


def announced(history: Sequence[Fact[Event]]) -> Announced | None:
    """What is announced and not done, by an agency's announcements."""
    match history[-1].data if history else None:
        case LeadDisposalAnnounced() as told:
            return Announced(told.on, told.closed_before)
    return None


def closed_before(rule: Rule, now: datetime) -> datetime | None:
    """Before when leads were closed that are kept too long by a rule; None: none are."""
    return None if rule.closed_leads_months is None else months_before(now, rule.closed_leads_months)


def forgotten_before(said: Announced, rule: Rule, now: datetime) -> datetime | None:
    """The same of what was announced: nobody else goes, nor anybody whom the rule of this night keeps."""
    before = closed_before(rule, now)
    return None if before is None else min(before, said.closed_before)


def announce(agency_id: AgencyId, rule: Rule, leads: int, now: datetime) -> Iterator[Event]:
    """Says whom it concerns and when; nothing where it concerns nobody."""
    before = closed_before(rule, now)
    if leads and before is not None and rule.closed_leads_months is not None:
        yield LeadDisposalAnnounced(
            agency_id=agency_id,
            on=rule.today(now) + NOTICE,
            months=rule.closed_leads_months,
            closed_before=before,
            leads=leads,
        )


def end(agency_id: AgencyId, rule: Rule) -> Iterator[Event]:
    """It is over."""
    yield LeadDisposalEnded(agency_id=agency_id, withdrawn=rule.closed_leads_months is None)
