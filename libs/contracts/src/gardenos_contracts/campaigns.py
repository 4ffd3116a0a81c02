"""What the leads service publishes of campaigns: what was planned, what it cost, how it went on, and who is in it.

`CampaignLaunched` is with the leads, for it was there before.
"""

from datetime import date
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from gardenos_contracts.event import Event
from gardenos_contracts.values import CampaignId, LeadId, Money, PersonId

CostId: TypeAlias = UUID


class CampaignKind(StrEnum):
    """By what people are addressed."""

    EMAIL = "email"
    CALL = "call"
    MAIL = "mail"
    """Letters and cards."""
    REFERRAL = "referral"
    EVENT = "event"
    PURCHASED_LIST = "purchased_list"
    DIGITAL_ADS = "digital_ads"
    OTHER = "other"


class CostKind(StrEnum):
    """Whether money was spent or came back."""

    SPENT = "spent"
    CREDITED = "credited"
    """Given back: for leads that were returned to their vendor, say."""


class Utm(BaseModel):
    """What stands in the addresses of a campaign's links; empty: anything, or nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


class CampaignPlanned(Event, service="leads", version=1):
    """There is a campaign; it runs once it is launched."""

    campaign_id: CampaignId
    name: str
    source: str
    """Where its leads come from, in the agency's words."""
    kind: CampaignKind = CampaignKind.OTHER
    currency: str = "USD"
    """Of its budget and of all its costs."""
    budget_minor: int | None = None
    goal: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    utm: Utm = Utm()


class CampaignChanged(Event, service="leads", version=1):
    """A campaign is planned otherwise. Carries all of it as it is now."""

    campaign_id: CampaignId
    name: str
    source: str
    kind: CampaignKind = CampaignKind.OTHER
    currency: str = "USD"
    budget_minor: int | None = None
    goal: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    utm: Utm = Utm()


class CampaignPaused(Event, service="leads", version=1):
    """Nothing goes out for now."""

    campaign_id: CampaignId


class CampaignResumed(Event, service="leads", version=1):
    """A paused campaign runs again."""

    campaign_id: CampaignId


class CampaignClosed(Event, service="leads", version=1):
    """It is over: nobody is added to it any more. What came of it stays, and goes on to be counted."""

    campaign_id: CampaignId
    note: str = ""


class CampaignReopened(Event, service="leads", version=1):
    """A closed campaign runs again."""

    campaign_id: CampaignId


class CampaignCostRecorded(Event, service="leads", version=1):
    """Money was spent on a campaign, or came back; what is paid for single leads is with their inquiries."""

    campaign_id: CampaignId
    cost_id: CostId
    kind: CostKind = CostKind.SPENT
    amount: Money
    """More than nothing, whichever way it went."""
    on: date
    note: str = ""


class CampaignCostCorrected(Event, service="leads", version=1):
    """A cost was recorded wrongly. Carries it as it was."""

    campaign_id: CampaignId
    cost_id: CostId
    kind: CostKind = CostKind.SPENT
    amount: Money
    on: date
    note: str = ""


class CampaignCostRemoved(Event, service="leads", version=1):
    """A cost was recorded that never was."""

    campaign_id: CampaignId
    cost_id: CostId


class LeadEnrolled(Event, service="leads", version=1):
    """A lead is in a campaign, beside the one that it came from."""

    lead_id: LeadId
    person_id: PersonId
    campaign_id: CampaignId


class LeadWithdrawn(Event, service="leads", version=1):
    """A lead is in a campaign no longer."""

    lead_id: LeadId
    person_id: PersonId
    campaign_id: CampaignId
