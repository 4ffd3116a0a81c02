"""The shapes of answers about lead sources."""

from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.http.shapes import Shape
from gardenos_contracts.lead_sources import Answers, Bidding, Form, LeadSourceKind
from gardenos_contracts.values import LineOfBusiness, Money

PostFate: TypeAlias = Literal[
    "captured", "inquiry", "duplicate", "held", "spam", "unreadable", "not_read", "accepted", "rejected"
]  # fmt: skip


class LeadSource(Shape):
    """A place that leads come from."""

    id: UUID
    version: int
    name: str
    kind: LeadSourceKind
    active: bool
    campaign_id: UUID | None
    campaign_name: str | None
    owner_id: UUID | None
    """Whose its leads are at first; the agency's pool's, if they have left."""
    team_id: UUID | None
    cost: Money | None
    """Of each of its leads, where neither a bid nor the vendor says otherwise."""
    line_of_business: LineOfBusiness | None
    """Of leads that say none."""
    mapping: dict[str, str]
    """Our fields, each with its path in what is posted."""
    answers: Answers
    bidding: Bidding | None
    form: Form | None
    senders: list[str]
    """Domains, and addresses, whose mail is read; none: all."""
    form_address: str | None
    """What its page names the form by; null unless it is one."""
    made_at: datetime
    changed_at: datetime
    held_posts: int
    """Posts that wait to be mended."""
    not_read_posts: int
    """Mails of the last seven days that were no leads."""
    last_posted_at: datetime | None


class LeadSourceWithAddress(LeadSource):
    """A source, and the address that its leads are posted to: shown now, and never again. Null for forms."""

    address: str | None
    """Of mail: what stands before the `@`, by which a provider may hand mail on to `/api/v1/lead-mails/{mailbox}` too."""
    mail_address: str | None
    """The whole address that mail is sent to; null where no mail is taken in, and for other kinds."""


class Remark(Shape):
    """What is to be said of one field of a post; of the whole, `field` is null."""

    field: str | None
    detail: str


class LeadPost(Shape):
    """Something that was posted to a source."""

    id: UUID
    received_at: datetime
    what: Literal["post", "ping"]
    fate: PostFate
    """`inquiry`: of somebody who was a lead already; `held`: kept, to be mended and captured anew; `not_read`: a mail that is no
    lead."""
    format: Literal["json", "xml", "form", "mail", "unknown"]
    bytes: int
    lead_id: UUID | None
    ping_id: UUID | None
    """The ping that it names."""
    reference: str | None
    """The vendor's id of it."""
    sender: str | None
    """Whom a mail says it is from."""
    subject: str | None
    price: Money | None
    remarks: list[Remark]
    in_scope: bool
    """False where it became a lead that you do not see: then only this much is told."""


class WholeLeadPost(LeadPost):
    """A post as it came. What is kept of it is null once its person is forgotten."""

    body: str | None
    content_type: str | None
    headers: dict[str, str] | None
    address: str | None
    """The IP address that it came from."""
    user_agent: str | None
    understood: "MappingPreview | None"
    """How it reads by the mapping as it is now; null where it cannot be read, and for forms."""


class Leaf(Shape):
    """A value in what was posted, by its path."""

    path: str
    value: str


class FoundField(Shape):
    """What one of our fields was taken from, and how it was understood; null where it could not be."""

    field: str
    path: str
    mapped: bool
    """False: known by its name."""
    value: str | None


class MappingPreview(Shape):
    """How a sample would be understood."""

    format: Literal["json", "xml", "form", "mail"]
    leaves: list[Leaf]
    fields: list[FoundField]
    remarks: list[Remark]
    fits: bool
    """Whether a post like it becomes a lead."""
    not_read: str | None
    """Why a mail like it is no lead, and is not read as one; null where it is, and for posts."""


class MailKept(Shape):
    """A mail is kept."""

    id: UUID


class CapturedAnew(Shape):
    """The lead that a post became."""

    lead_id: UUID


class Inquiry(Shape):
    """One time that somebody asked for insurance by a source."""

    id: UUID
    lead_id: UUID
    source_id: UUID
    source: str
    campaign_id: UUID | None
    campaign_name: str | None
    cost: Money | None
    line_of_business: LineOfBusiness | None
    external_id: str | None
    consent_text: str | None
    """What they agreed to, letter for letter."""
    consented_at: datetime | None
    consent_token: str | None
    """Of whoever witnessed it: TrustedForm, Jornaya."""
    source_url: str | None
    inquired_at: datetime


class Inquiries(Shape):
    """All of one lead's, the latest first."""

    items: list[Inquiry]


class FormField(Shape):
    """What a form asks."""

    name: str
    label: str
    type: Literal["text", "email", "tel", "select", "textarea"]
    autocomplete: str
    required: bool
    options: list[dict[str, Any]]


class ShownForm(Shape):
    """A form as a page shows it."""

    heading: str
    button: str
    thanks: str
    consent_text: str
    consent_required: bool
    fields: list[FormField]
    ticket: str
    """Comes back with what is filled in."""
    wait_seconds: float
    """Nothing is sent sooner than this after it was shown."""


class FormTaken(Shape):
    """It was taken."""

    thanks: str
