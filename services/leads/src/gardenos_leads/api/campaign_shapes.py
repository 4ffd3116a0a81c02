"""What is answered of campaigns."""

from datetime import date, datetime
from uuid import UUID

from gardenos_contracts.campaigns import CampaignKind, CostKind, Utm
from gardenos_contracts.lead_sources import LeadSourceKind
from gardenos_contracts.leads import Stage
from pydantic import BaseModel, ConfigDict, Field

from gardenos_leads.campaigns.campaign import Status


class _Told(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Funnel(_Told):
    """How far leads came, as far as the caller sees them. Removed leads are not counted."""

    all: int
    contacted: int
    untouched: int
    """Open, and nobody called or heard of them yet."""
    quoted: int
    """At any time, whatever became of them."""
    won: int
    lost: int
    median_minutes: float | None
    """From their capture until a person was first in touch, of those where one was."""


class CampaignCost(_Told):
    """Money, in minor units of the campaign's currency."""

    recorded: bool
    """Whether anything of these sums was; else nobody knows what it cost."""
    spent_minor: int
    """As recorded."""
    leads_minor: int
    """Paid for single leads."""
    credited_minor: int
    net_minor: int
    """Spent, and paid for leads, less what came back."""
    left_out: int
    """Inquiries that are paid in another currency, and not in these sums."""
    per_lead_minor: int | None
    """The net cost by the leads that came; null without any, without recorded costs, and for who sees not all leads."""
    per_quote_minor: int | None
    per_bind_minor: int | None


class Campaign(_Told):
    """A campaign, and what came of it."""

    id: UUID
    version: int
    name: str
    source: str
    kind: CampaignKind
    status: Status
    currency: str
    budget_minor: int | None
    goal: str
    starts_on: date | None
    ends_on: date | None
    utm: Utm
    launched_at: datetime | None
    closed_at: datetime | None
    closed_note: str
    came: Funnel | None
    """Leads that came from it; null in a list that was asked for without results, as the next two."""
    enrolled: Funnel | None
    """Leads that came otherwise and were put into it."""
    cost: CampaignCost | None


class StageResult(_Told):
    """A stage of a pipeline, and the campaign's own leads in it."""

    key: str
    name: str
    stage: Stage
    here: int
    """Who stand there now."""
    reached: int
    """Who ever came there, wherever they are now."""


class PipelineResult(_Told):
    """A pipeline that leads of the campaign go through."""

    pipeline: str
    """A line of business, or `default`."""
    name: str
    stages: list[StageResult]


class SourceResult(Funnel):
    """What came by one source."""

    source: str
    cost: CampaignCost


class WeekResult(Funnel):
    """What became of those who came in one week, which begins on a Monday of the agency's."""

    from_: date = Field(alias="from")


class CampaignResults(_Told):
    """What came of a campaign's own leads."""

    campaign_id: UUID
    time_zone: str
    sources: list[SourceResult]
    pipelines: list[PipelineResult]
    weeks: list[WeekResult]


class CostEntry(_Told):
    """Money that was spent on a campaign, or came back."""

    id: UUID
    kind: CostKind
    amount_minor: int
    spent_on: date
    note: str
    recorded_at: datetime
    recorded_by: str


class CampaignSource(_Told):
    """A lead source that brings leads to a campaign."""

    id: UUID
    name: str
    kind: LeadSourceKind
    active: bool


class CampaignBooks(_Told):
    """What was recorded of a campaign's costs, and its lead sources."""

    costs: list[CostEntry]
    sources: list[CampaignSource]


class CampaignLead(_Told):
    """A lead behind a number."""

    id: UUID
    display_name: str
    stage: str
    source: str
    owner_id: UUID | None
    captured_at: datetime
    last_contacted_at: datetime | None


class Membership(_Told):
    """Whether a lead is in a campaign."""

    campaign_id: UUID
    lead_id: UUID
    enrolled: bool
