"""`/api/v1/lead-sources`, for owners, admins and managers."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import lists, opens
from gardenos_chassis.auth.permissions import KEEP_SOURCES
from gardenos_chassis.errors import Invalid, NotFound, PreconditionFailed
from gardenos_chassis.events import Changed, UnitOfWork
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import master_keys_of
from gardenos_contracts.lead_sources import Answers, Bidding, Form, LeadSourceKind
from gardenos_contracts.values import LineOfBusiness, Money
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from gardenos_leads import queries as lead_queries
from gardenos_leads.api import lead_source_shapes as shapes
from gardenos_leads.capturing import queries, source
from gardenos_leads.capturing.address import Address
from gardenos_leads.capturing.arrived import Arrived
from gardenos_leads.capturing.looking import looked_at, looked_through
from gardenos_leads.capturing.mailbox import Mailbox
from gardenos_leads.capturing.payload import MOST_BYTES, Unreadable
from gardenos_leads.capturing.posts import capture_anew
from gardenos_leads.capturing.tables import lead_source_secrets, lead_sources
from gardenos_leads.settings import LeadsSettings

router = APIRouter(prefix="/api/v1/lead-sources", tags=["lead sources"])
of_leads = APIRouter(prefix="/api/v1/leads", tags=["leads"])

_MOST = 200
"""Sources of an agency."""
_ONE: Any = {200: {"model": shapes.LeadSource}}


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), WithoutNul]
Words = Annotated[str, StringConstraints(max_length=500), WithoutNul]
Path = Annotated[str, StringConstraints(max_length=300), WithoutNul]
FieldName = Annotated[str, StringConstraints(max_length=50), WithoutNul]
Sender = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=320), WithoutNul
]
Minor = Annotated[int, Field(ge=0, le=100_000_000)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Price(_Said):
    """An amount in minor units."""

    minor: Minor
    currency: Currency = "USD"


class AnswersSaid(_Said):
    """How posts and pings are answered."""

    format: Annotated[str, Field(pattern="^(json|xml)$")] = "json"
    root: Word = "response"
    status_field: Word = "status"
    id_field: Word = "id"
    price_field: Word = "price"
    reason_field: Word = "reason"
    accepted: Word = "accepted"
    rejected: Word = "rejected"


class BiddingSaid(_Said):
    """What pings are answered by."""

    price: Price
    states: Annotated[list[Annotated[str, Field(pattern="^[A-Z]{2}$")]], Field(max_length=60)] = []
    lines: Annotated[list[LineOfBusiness], Field(max_length=20)] = []
    most_a_day: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class FormSaid(_Said):
    """A form on a page of the agency's."""

    fields: Annotated[list[FieldName], Field(min_length=1, max_length=20)]
    required: Annotated[list[FieldName], Field(max_length=20)] = []
    heading: Words = ""
    button: Line = "Send"
    thanks: Words = "Thank you. We will be in touch."
    consent_text: Annotated[str, StringConstraints(max_length=10_000), WithoutNul] = ""
    consent_required: bool = True
    origins: Annotated[list[Line], Field(max_length=50)] = []


class SetUpLeadSource(_Said):
    """All that is said of a source."""

    name: Line
    kind: LeadSourceKind
    active: bool = True
    campaign_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    cost: Price | None = None
    line_of_business: LineOfBusiness | None = None
    mapping: Annotated[dict[FieldName, Path], Field(max_length=50)] = {}
    answers: AnswersSaid = AnswersSaid()
    bidding: BiddingSaid | None = None
    form: FormSaid | None = None
    senders: Annotated[list[Sender], Field(max_length=100)] = []

    def wanted(self) -> source.Wanted:
        """As the aggregate has it."""
        return source.Wanted(
            name=self.name,
            kind=self.kind,
            active=self.active,
            campaign_id=self.campaign_id,
            owner_id=self.owner_id,
            team_id=self.team_id,
            cost=Money(**self.cost.model_dump()) if self.cost else None,
            line_of_business=self.line_of_business,
            mapping=dict(self.mapping),
            answers=Answers(**self.answers.model_dump()),
            bidding=Bidding(**self.bidding.model_dump()) if self.bidding else None,
            form=Form(**self.form.model_dump()) if self.form else None,
            senders=tuple(dict.fromkeys(self.senders)),
        )


class TryMapping(_Said):
    """A sample of what a vendor posts, and how it is to be read."""

    sample: Annotated[str, StringConstraints(max_length=MOST_BYTES)]
    mapping: Annotated[dict[FieldName, Path], Field(max_length=50)] = {}
    kind: LeadSourceKind = LeadSourceKind.VENDOR
    """Of `mail` the sample is a mail, with its headers or without."""
    senders: Annotated[list[Sender], Field(max_length=100)] = []


async def keeper(writing: Writer) -> Writing:
    """Who sets up sources. Raises Forbidden."""
    writing.caller.require(KEEP_SOURCES)
    return writing


Keeper = Annotated[Writing, Depends(keeper)]


@router.get("", responses={200: {"model": Page[shapes.LeadSource]}})
async def list_lead_sources(reading: Reader) -> Response:
    """The agency's sources, by name."""
    reading.caller.require(KEEP_SOURCES)
    items = await queries.source_list(reading.session, reading.caller.agency_id)
    return json_response({"items": items, "next_cursor": None})


@router.post("", status_code=201, responses={201: {"model": shapes.LeadSourceWithAddress}})
async def make_lead_source(body: SetUpLeadSource, writing: Keeper, request: Request) -> Response:
    """A new source. Its address is shown this once."""
    await writing.refuse_strangers(owner_id=body.owner_id, team_id=body.team_id)
    id = new_id()
    async with writing.unit_of_work() as work:
        made = await work.earlier_outcome()
        address: Address | Mailbox | None = None
        if made is None:
            await _refuse_too_many(work)
            await _require_campaign(work, body.campaign_id)
            made = Changed(id, work.record(id, 0, source.make(id, body.wanted())))
            address = await _readdressed(work, id, body.kind)
            await work.settle(made)
            await work.flush()
        shown = await queries.source(work.session, writing.caller.agency_id, made.id)
    told = {**shown, **_shown_once(request, body.kind, address)}
    return json_response(told, 201, location=f"/api/v1/lead-sources/{made.id}", etag=made.version)


@router.post("/preview", responses={200: {"model": shapes.MappingPreview}})
async def preview_mapping(body: TryMapping, reading: Reader) -> Response:
    """How a sample would be understood by a mapping; nothing is kept of it."""
    reading.caller.require(KEEP_SOURCES)
    try:
        found = looked_at(body.kind, body.sample, body.mapping, tuple(body.senders))
    except Unreadable as error:
        raise Invalid(str(error), pointer="/sample") from error
    return json_response(found)


@router.get("/{lead_source_id}", responses=_ONE)
async def show_lead_source(lead_source_id: UUID, reading: Reader) -> Response:
    """One source."""
    reading.caller.require(KEEP_SOURCES)
    found = await queries.source(reading.session, reading.caller.agency_id, lead_source_id)
    return json_response(found, etag=found["version"])


@router.put("/{lead_source_id}", responses=_ONE)
async def change_lead_source(lead_source_id: UUID, body: SetUpLeadSource, writing: Keeper) -> Response:
    """The source is set up otherwise, whole."""
    async with writing.unit_of_work() as work:
        there, version = await _present(work, lead_source_id)
        await _require_campaign(work, body.campaign_id)
        work.record(lead_source_id, version, there.change(body.wanted()))
        await work.flush()
        found = await queries.source(work.session, writing.caller.agency_id, lead_source_id)
        if (body.owner_id, body.team_id) != (there.wanted.owner_id, there.wanted.team_id):
            await writing.refuse_strangers(owner_id=body.owner_id, team_id=body.team_id)
    return json_response(found, etag=found["version"])


@router.post("/{lead_source_id}/address", responses={200: {"model": shapes.LeadSourceWithAddress}})
async def readdress_lead_source(lead_source_id: UUID, writing: Keeper, request: Request) -> Response:
    """A new address, shown this once; the one before it is good no more. Of a form what is open on pages now is shown anew."""
    async with writing.unit_of_work() as work:
        there, version = await _present(work, lead_source_id)
        earlier = await work.earlier_outcome()
        address: Address | Mailbox | None = None
        if earlier is None:
            changed = Changed(lead_source_id, work.record(lead_source_id, version, there.rotate()))
            address = await _readdressed(work, lead_source_id, there.wanted.kind)
            await work.settle(changed)
            await work.flush()
        found = await queries.source(work.session, writing.caller.agency_id, lead_source_id)
    return json_response({**found, **_shown_once(request, there.wanted.kind, address)}, etag=found["version"])


@router.get(
    "/{lead_source_id}/posts",
    responses={200: {"model": Page[shapes.LeadPost]}},
    openapi_extra=lists("lead posts", "lead_source_id"),
)
async def list_lead_posts(
    lead_source_id: UUID,
    reading: Reader,
    fate: Annotated[list[shapes.PostFate], Query(description="Any of these")] = [],  # noqa: B006
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """What was posted there, the latest first, each with its fate."""
    reading.caller.require(KEEP_SOURCES)
    await queries.source(reading.session, reading.caller.agency_id, lead_source_id)
    page = await queries.post_page(reading.session, reading.caller, lead_source_id, fate, limit, cursor)
    return json_response(page)


@router.get(
    "/{lead_source_id}/posts/{lead_post_id}",
    responses={200: {"model": shapes.WholeLeadPost}},
    openapi_extra=opens("lead post", "lead_post_id"),
)
async def show_lead_post(lead_source_id: UUID, lead_post_id: UUID, reading: Reader) -> Response:
    """One post as it came, byte for byte as far as it is text, with where it came from."""
    caller = reading.caller
    caller.require(KEEP_SOURCES)
    found = await queries.post(reading.session, caller, lead_source_id, lead_post_id)
    keys, sealed = master_keys_of(reading.session), found.pop("sealed")
    whole: dict[str, Any] = dict.fromkeys(("body", "content_type", "headers", "address", "user_agent", "understood"))
    if sealed is not None and keys is not None:
        came = Arrived.unsealed(keys, caller.agency_id, lead_post_id, sealed)
        whole |= {name: getattr(came, name) for name in ("content_type", "headers", "address", "user_agent")}
        there = await queries.source(reading.session, caller.agency_id, lead_source_id)
        whole |= {"body": came.text, "understood": looked_through(there["kind"], came, there["mapping"])}
    return json_response(found | whole)


@router.post("/{lead_source_id}/posts/{lead_post_id}/capture", responses={200: {"model": shapes.CapturedAnew}})
async def capture_lead_post_anew(lead_source_id: UUID, lead_post_id: UUID, writing: Keeper) -> Response:
    """Reads a post that was held once more, by the mapping as it is now, and captures it."""
    async with writing.unit_of_work() as work:
        earlier = await work.earlier_outcome()
        if earlier is None:
            lead_id = await capture_anew(work, lead_source_id, lead_post_id)
            await work.settle(Changed(lead_id, 1))
        else:
            lead_id = earlier.id
    return json_response({"lead_id": lead_id})


@of_leads.get(
    "/{lead_id}/inquiries",
    responses={200: {"model": shapes.Inquiries}},
    openapi_extra=opens("inquiries", "lead_id"),
)
async def list_inquiries(lead_id: UUID, reading: Reader) -> Response:
    """How often they asked, by which source, with which consent and at what cost; the latest first."""
    found = await lead_queries.lead(reading.session, reading.caller, lead_id)
    shows(person_id=found["person_id"])
    return json_response({"items": await queries.inquiries_of(reading.session, reading.caller.agency_id, lead_id)})


def _shown_once(request: Request, kind: LeadSourceKind, address: Address | Mailbox | None) -> dict[str, str | None]:
    settings = request.app.state.service.settings
    assert isinstance(settings, LeadsSettings)
    return {
        "address": None if address is None or kind is LeadSourceKind.FORM else str(address),
        "mail_address": address.at(settings.mail_domain) if isinstance(address, Mailbox) else None,
    }


async def _readdressed(work: UnitOfWork, source_id: UUID, kind: LeadSourceKind) -> Address | Mailbox:
    """A new secret in the place of the last; of it only a digest is kept."""
    agency_id = work.context.agency_id
    mail = kind is LeadSourceKind.MAIL
    address = Mailbox.new(agency_id) if mail else Address.new(agency_id, source_id)
    kept = insert(lead_source_secrets).values(agency_id=agency_id, source_id=source_id, secret_hash=address.hash)
    await work.session.execute(
        kept.on_conflict_do_update(
            index_elements=["agency_id", "source_id"], set_={"secret_hash": kept.excluded.secret_hash}
        )
    )
    return address


async def _present(work: UnitOfWork, id: UUID) -> tuple[source.LeadSource, int]:
    there: source.LeadSource | None = None
    version = 0
    for fact in await work.load(id):
        if not fact.type.startswith("leads.LeadSource"):
            break
        there, version = source.evolve(there, fact.data), fact.version
    if there is None:
        raise NotFound("there is no such lead source")
    if work.context.if_match not in (None, version):
        raise PreconditionFailed("this source was changed meanwhile; read it again and repeat your change")
    return there, version


async def _require_campaign(work: UnitOfWork, campaign_id: UUID | None) -> None:
    if campaign_id is not None and not await lead_queries.campaign_exists(work.session, campaign_id):
        raise Invalid("your agency has no such campaign", pointer="/campaign_id")


async def _refuse_too_many(work: UnitOfWork) -> None:
    asked = select(lead_sources.c.id).where(lead_sources.c.agency_id == work.context.agency_id).limit(_MOST)
    if len((await work.session.execute(asked)).all()) >= _MOST:
        raise Invalid(f"an agency has at most {_MOST} lead sources; set an old one up anew")
