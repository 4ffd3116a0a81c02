"""What the leads service publishes of leads that are kept no longer than their agency wants.

Each lead's `PersonForgotten` has the announcement as its cause.
"""

from datetime import date

from gardenos_contracts.event import Event
from gardenos_contracts.values import AgencyId, Moment


class LeadDisposalAnnounced(Event, service="leads", version=1):
    """Leads are past the time for which their agency keeps them. In the night to a day their people are forgotten, for good.

    Who is worked again, spoken with or planned for until then stays, and so do all if the agency keeps leads longer by then.
    """

    agency_id: AgencyId
    on: date
    """By the agency's clock."""
    months: int
    """For how long it keeps them."""
    closed_before: Moment
    """Lost or removed before, and nobody was in touch since."""
    leads: int
    """How many there were when it was announced."""


class LeadDisposalEnded(Event, service="leads", version=1):
    """What was announced is done, or is not to be done after all."""

    agency_id: AgencyId
    withdrawn: bool
    """Whether the agency keeps leads for good by now: then nobody was forgotten, or nobody more."""


__all__ = ["LeadDisposalAnnounced", "LeadDisposalEnded"]
