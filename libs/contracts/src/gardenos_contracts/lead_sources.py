"""What the leads service publishes of where its leads come from, and of each time somebody inquired."""

from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gardenos_contracts.event import Data, Event, upcaster
from gardenos_contracts.values import (
    CampaignId,
    LeadId,
    LineOfBusiness,
    Moment,
    Money,
    PersonalText,
    PersonId,
    TeamId,
    UserId,
)

SourceId: TypeAlias = UUID
InquiryId: TypeAlias = UUID


class LeadSourceKind(StrEnum):
    """Who posts leads to a source."""

    VENDOR = "vendor"
    """A seller of leads, in a form of its own."""
    API = "api"
    """A system of the agency's own, in our words."""
    FORM = "form"
    """People, by a form on a page of the agency's."""
    MAIL = "mail"
    """Whoever sends leads as mails: a vendor, a form of another program's, an assistant."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Answers(_Part):
    """How posts and pings are answered: as the vendor expects it."""

    format: Annotated[str, Field(pattern="^(json|xml)$")] = "json"
    root: str = "response"
    """Of an XML answer."""
    status_field: str = "status"
    id_field: str = "id"
    price_field: str = "price"
    reason_field: str = "reason"
    accepted: str = "accepted"
    rejected: str = "rejected"


class Bidding(_Part):
    """What pings are answered by."""

    price: Money
    states: tuple[str, ...] = ()
    """US states of two letters; none: all."""
    lines: tuple[LineOfBusiness, ...] = ()
    """None: all."""
    most_a_day: int | None = None
    """Leads in any 24 hours; null: no limit."""


class Form(_Part):
    """A form on a page of the agency's."""

    fields: tuple[str, ...]
    """What is asked, in this order: `name`, `email`, `phone`, `postal_code`, `state`, `line_of_business`, `notes` …"""
    required: tuple[str, ...] = ()
    heading: str = ""
    button: str = "Send"
    thanks: str = "Thank you. We will be in touch."
    consent_text: str = ""
    """What people agree to, word for word; empty: they are not asked."""
    consent_required: bool = True
    origins: tuple[str, ...] = ()
    """Pages that may show it: `https://www.example.com`."""


class LeadSourceMade(Event, service="leads", version=2):
    """There is a new place that leads come from."""

    source_id: SourceId
    name: str
    kind: LeadSourceKind
    active: bool = True
    campaign_id: CampaignId | None = None
    owner_id: UserId | None = None
    """Whose its leads are at first."""
    team_id: TeamId | None = None
    cost: Money | None = None
    """Of each of its leads."""
    line_of_business: LineOfBusiness | None = None
    """Of leads that say none."""
    mapping: dict[str, str] = Field(default_factory=dict)
    """Our fields, each with the path of it in what is posted. What is not named is known by its name, if it has a usual one."""
    answers: Answers = Answers()
    bidding: Bidding | None = None
    form: Form | None = None
    senders: tuple[str, ...] = ()
    """Domains, and addresses, whose mail is read; none: all."""


class LeadSourceChanged(Event, service="leads", version=2):
    """A source is set up otherwise. Carries all of it as it is now."""

    source_id: SourceId
    name: str
    kind: LeadSourceKind
    active: bool = True
    campaign_id: CampaignId | None = None
    owner_id: UserId | None = None
    team_id: TeamId | None = None
    cost: Money | None = None
    line_of_business: LineOfBusiness | None = None
    mapping: dict[str, str] = Field(default_factory=dict)
    answers: Answers = Answers()
    bidding: Bidding | None = None
    form: Form | None = None
    senders: tuple[str, ...] = ()


@upcaster("leads.LeadSourceMade.v1")
@upcaster("leads.LeadSourceChanged.v1")
def without_mail(data: Data) -> Data:
    """Version 2 may be of the kind mail, and says whose mail is read; until then there was none."""
    return data


class LeadSourceTokenRotated(Event, service="leads", version=1):
    """A source has a new address; the one before it is good no more."""

    source_id: SourceId


class LeadInquired(Event, service="leads", version=1):
    """Somebody asked for insurance: the first time, in which case they were captured just before, or once more."""

    inquiry_id: InquiryId
    lead_id: LeadId
    person_id: PersonId
    source_id: SourceId
    source: str
    campaign_id: CampaignId | None = None
    by_utm: bool = False
    """Whether the campaign was known by the words of the link that they clicked."""
    cost: Money | None = None
    """What the vendor is paid for it."""
    line_of_business: LineOfBusiness | None = None
    external_id: PersonalText = None
    """The vendor's id of it."""
    consent_text: PersonalText = None
    """What they agreed to, word for word."""
    consented_at: Moment | None = None
    consent_token: PersonalText = None
    """Of whoever witnessed it: TrustedForm, Jornaya."""
    source_url: PersonalText = None
    """The page they were on."""
    address: PersonalText = None
    """The IP address they wrote from."""
    user_agent: PersonalText = None
    first: bool
    """Whether they were captured by it."""
    inquired_at: Moment
