"""`/api/v1/leads/{lead_id}/risks` and `/x-dates`: what of a lead's is to be insured, and when what insures it now expires."""

import re
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import opens
from gardenos_chassis.auth.fields import refuse_withheld
from gardenos_chassis.errors import NotFound
from gardenos_chassis.http import Reader, Writer, json_response
from gardenos_chassis.http.fields import Plain, PostalCode, State, WithoutNul
from gardenos_chassis.http.shapes import Shape, Withholding
from gardenos_chassis.service import Service
from gardenos_contracts import lead_records as contract
from gardenos_contracts.lead_records import Construction, Occupancy, RiskKind, VehicleUse
from gardenos_contracts.values import LineOfBusiness, Money
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from gardenos_leads import queries as lead_queries
from gardenos_leads.api.leads import Leads
from gardenos_leads.api.notes import id_of_new
from gardenos_leads.records import queries, risks, x_dates
from gardenos_leads.records.domain import Facts, XDate
from gardenos_leads.recycling.asked import ReadDay

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])

Year = Annotated[int, Field(ge=1700, le=2100)]
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VINS_SINCE = 1981


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class HomeFacts(_Said):
    """A building, as far as it is known."""

    street: Plain = None
    city: Plain = None
    postal_code: PostalCode = None
    state: State = None
    year_built: Year | None = None
    roof_year: Year | None = None
    """When the roof was last made new."""
    construction: Construction | None = None
    occupancy: Occupancy | None = None
    square_feet: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    @model_validator(mode="after")
    def _roof_after_house(self) -> "HomeFacts":
        if self.roof_year is not None and self.year_built is not None and self.roof_year < self.year_built:
            raise ValueError("the roof cannot be older than the house")
        return self


class VehicleFacts(_Said):
    """A vehicle, as far as it is known."""

    year: Year | None = None
    make: Plain = None
    model: Plain = None
    vin: Plain = None
    """17 characters since 1981, without I, O and Q."""
    use: VehicleUse | None = None

    @model_validator(mode="after")
    def _readable_vin(self) -> "VehicleFacts":
        if self.vin is not None:
            self.vin = re.sub(r"[\s-]", "", self.vin).upper()
            if not _VIN.fullmatch(self.vin) and (self.year is None or self.year >= _VINS_SINCE):
                raise ValueError("a VIN has 17 letters and digits, and no I, O or Q; leave it out if it cannot be read")
        return self


class OtherFacts(_Said):
    """Anything else."""

    what: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul]
    """A boat, jewellery, a business."""
    description: Plain = None


class SayRisk(_Said):
    """Something to be insured: one of the three."""

    home: HomeFacts | None = None
    vehicle: VehicleFacts | None = None
    other: OtherFacts | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> "SayRisk":
        if sum(each is not None for each in (self.home, self.vehicle, self.other)) != 1:
            raise ValueError("say one of home, vehicle and other")
        return self

    def facts(self) -> Facts:
        """As it is recorded."""
        if self.home is not None:
            return contract.Home(**self.home.model_dump())
        if self.vehicle is not None:
            return contract.Vehicle(**self.vehicle.model_dump())
        return contract.OtherRisk(**self.other.model_dump() if self.other else {})


class LeadRisk(Shape):
    """Something of a lead's that is to be insured; one of the three tells what, by `kind`."""

    id: UUID
    lead_id: UUID
    """The lead it is of: this one, or one that was merged into it."""
    kind: RiskKind
    home: contract.Home | None
    vehicle: contract.Vehicle | None
    other: contract.OtherRisk | None
    added_at: datetime
    changed_at: datetime | None


class LeadRisks(Shape):
    """In the order in which they were added."""

    items: list[LeadRisk]


class Premium(_Said):
    """Of one term."""

    minor: Annotated[int, Field(ge=0, le=10_000_000_00)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"


class SetXDate(_Said):
    """When the policy expires, where it is, and what it costs a term."""

    x_date: ReadDay
    carrier: Plain = None
    premium: Premium | None = None


class LeadXDate(Withholding):
    """When a policy of one line expires."""

    lead_id: UUID
    line_of_business: LineOfBusiness | None
    """None: nobody said of which line it is."""
    x_date: date
    carrier: str | None
    premium: Money | None
    by_line: bool
    """False: it is the lead's own `x_date`, which is known by no line yet."""


class LeadXDates(Shape):
    """The soonest first."""

    items: list[LeadXDate]


@router.get("/{lead_id}/risks", responses={200: {"model": LeadRisks}}, openapi_extra=opens("lead risks", "lead_id"))
async def list_lead_risks(lead_id: UUID, reading: Reader) -> Response:
    """Homes, vehicles and whatever else of a lead's is to be insured, and of those merged into it."""
    found = await lead_queries.lead(reading.session, reading.caller, lead_id)
    shows(person_id=found["person_id"])
    return json_response({"items": await queries.risks_of(reading.session, reading.caller.agency_id, lead_id)})


@router.post("/{lead_id}/risks", status_code=201, responses={201: {"model": LeadRisk}})
async def add_lead_risk(lead_id: UUID, request: Request, body: SayRisk, leads: Leads, writing: Writer) -> Response:
    """One more."""
    risk_id = id_of_new(writing, "risk of", lead_id)
    changed = await leads.change(lead_id, lambda lead: risks.add_risk(lead, risk_id, body.facts()))
    return await _risk_now(request, writing.caller.agency_id, lead_id, risk_id, changed.version, 201)


@router.put("/{lead_id}/risks/{risk_id}", responses={200: {"model": LeadRisk}})
async def change_lead_risk(
    lead_id: UUID, risk_id: UUID, request: Request, body: SayRisk, leads: Leads, writing: Writer
) -> Response:
    """What is known of it, whole; its kind stays."""
    changed = await leads.change(lead_id, lambda lead: risks.change_risk(lead, risk_id, body.facts()))
    return await _risk_now(request, writing.caller.agency_id, lead_id, risk_id, changed.version, 200)


@router.delete("/{lead_id}/risks/{risk_id}", status_code=204)
async def remove_lead_risk(lead_id: UUID, risk_id: UUID, leads: Leads) -> Response:
    """It is not to be insured. The lead's history keeps that it was there."""
    await leads.change(lead_id, lambda lead: risks.remove_risk(lead, risk_id))
    return Response(status_code=204)


@router.get(
    "/{lead_id}/x-dates", responses={200: {"model": LeadXDates}}, openapi_extra=opens("lead X-dates", "lead_id")
)
async def list_lead_x_dates(lead_id: UUID, reading: Reader) -> Response:
    """X-dates by line with their carriers, and the lead's own where that is of none of them."""
    found = await lead_queries.lead(reading.session, reading.caller, lead_id)
    shows(person_id=found["person_id"])
    x_dates = await queries.x_dates_of(reading.session, reading.caller, [found])
    return json_response({"items": x_dates[lead_id]})


@router.put("/{lead_id}/x-dates/{line_of_business}", status_code=204)
async def set_lead_x_date(
    lead_id: UUID, line_of_business: LineOfBusiness, body: SetXDate, leads: Leads, writing: Writer
) -> Response:
    """Of one line. The lead's `x_date` and `current_carrier` become those of the line whose X-date is next."""
    refuse_withheld(writing.caller, body.model_fields_set)
    premium = None if body.premium is None else Money(**body.premium.model_dump())
    known = XDate(body.x_date, body.carrier, premium)
    today = datetime.now(UTC).date()
    await leads.change(lead_id, lambda lead: x_dates.set_x_date(lead, line_of_business, known, today=today))
    return Response(status_code=204)


@router.delete("/{lead_id}/x-dates/{line_of_business}", status_code=204)
async def clear_lead_x_date(lead_id: UUID, line_of_business: LineOfBusiness, leads: Leads) -> Response:
    """Of this line none is known; the lead's own becomes that of the line whose X-date is next."""
    today = datetime.now(UTC).date()
    await leads.change(lead_id, lambda lead: x_dates.clear_x_date(lead, line_of_business, today=today))
    return Response(status_code=204)


async def _risk_now(
    request: Request, agency_id: UUID, lead_id: UUID, risk_id: UUID, version: int, status: int
) -> Response:
    service: Service = request.app.state.service
    async with service.database.transaction(agency_id) as session:
        found = await queries.risks_of(session, agency_id, lead_id)
    now = next((each for each in found if each["id"] == risk_id), None)
    if now is None:
        raise NotFound("this lead has no such risk")
    return json_response(now, status, etag=version)
