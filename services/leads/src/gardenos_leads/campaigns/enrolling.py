"""Leads go into campaigns: one at a time, or many by a bulk action."""

from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.tenancy import Session, driver_of

from gardenos_leads.campaigns.campaign import Status

_OPEN = "select name, status from campaigns where agency_id = $1 and id = $2 for share"


async def require_open(session: Session, agency_id: UUID, campaign_id: UUID) -> None:
    """Whoever enrols asks this first, in the same transaction: until its commit nobody closes the campaign.

    Then `lead.enrol(campaign_id)` tells what follows. Raises Invalid where the agency has no such campaign, Conflict where
    it is closed.
    """
    there = await driver_of(session).fetchrow(_OPEN, agency_id, campaign_id)
    if there is None:
        raise Invalid("your agency has no such campaign", pointer="/campaign_id")
    if there["status"] == Status.CLOSED:
        raise Conflict(f"the campaign “{there['name']}” is closed and takes nobody any more; reopen it first")
