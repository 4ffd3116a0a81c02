"""What the leads service publishes of leads that are left alone until it is time for them again."""

from datetime import date

from gardenos_contracts.event import Event
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LeadId, LineOfBusiness, PersonalDate, PersonalText, PersonId


class LeadRecycled(Event, service="leads", version=1):
    """A lead is left alone until a day, mostly some weeks before its policy with another carrier expires, and comes back then.

    Said once more, it comes back on another day than before. It ends when the lead comes back, when it is cancelled, and
    by all that has the lead worked on or closed: another stage, an inquiry, a conversion, a removal, a forgotten person.
    """

    lead_id: LeadId
    person_id: PersonId
    comes_back_on: PersonalDate
    """A day where the agency is."""
    recycled_on: date
    """The day on which it was said first."""
    line_of_business: LineOfBusiness | None = None
    """The line whose X-date the day is counted from; null: it is a day that somebody named."""
    days_before: int | None = None
    """How many days before that X-date."""
    term_months: int | None = None
    """Every how many months that policy renews: where the X-date is past, the day is before the next renewal."""
    stage: Stage | None = None
    """Where it is to come back; null: at the beginning if it was lost, else where it is."""
    stage_key: str | None = None
    """The pipeline's stage; null: its first of this kind."""
    reason: PersonalText = None


class LeadCameBack(Event, service="leads", version=1):
    """It is time for a lead that was left alone. Where it is in another stage than before, that follows."""

    lead_id: LeadId
    person_id: PersonId
    early: bool = False
    """Whether somebody brought it back before its day."""


class LeadRecyclingCancelled(Event, service="leads", version=1):
    """A lead comes back by itself no more: it goes on in the stage it is in, or stays lost."""

    lead_id: LeadId
    person_id: PersonId


__all__ = ["LeadCameBack", "LeadRecycled", "LeadRecyclingCancelled"]
