"""What the leads service publishes of what people write down about a lead: notes, risks at interest, X-dates by line."""

from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from gardenos_contracts.event import Event
from gardenos_contracts.personal import Personal
from gardenos_contracts.values import LeadId, LineOfBusiness, Money, PersonalDate, PersonalText, PersonId, UserId

NoteId: TypeAlias = UUID
RiskId: TypeAlias = UUID


class NoteAdded(Event, service="leads", version=1):
    """Somebody wrote a note about a lead."""

    lead_id: LeadId
    person_id: PersonId
    note_id: NoteId
    text: PersonalText
    mentions: tuple[UserId, ...] = ()
    """Colleagues who are to read it."""
    author_id: UserId | None = None
    """Who may change it; None where no person wrote it."""


class NoteChanged(Event, service="leads", version=1):
    """A note says something else. Carries it as it is now, whole."""

    lead_id: LeadId
    person_id: PersonId
    note_id: NoteId
    text: PersonalText
    mentions: tuple[UserId, ...] = ()


class NoteRemoved(Event, service="leads", version=1):
    """A note is shown no more."""

    lead_id: LeadId
    person_id: PersonId
    note_id: NoteId


class RiskKind(StrEnum):
    """What is to be insured."""

    HOME = "home"
    VEHICLE = "vehicle"
    OTHER = "other"


class Construction(StrEnum):
    """What a home's walls are of."""

    FRAME = "frame"
    MASONRY = "masonry"
    BRICK_VENEER = "brick_veneer"
    FIRE_RESISTIVE = "fire_resistive"
    MANUFACTURED = "manufactured"
    OTHER = "other"


class Occupancy(StrEnum):
    """Who lives in a home."""

    OWNER = "owner"
    TENANT = "tenant"
    SEASONAL = "seasonal"
    VACANT = "vacant"


class VehicleUse(StrEnum):
    """What a vehicle is for."""

    COMMUTE = "commute"
    PLEASURE = "pleasure"
    BUSINESS = "business"
    FARM = "farm"


class Home(BaseModel):
    """A building to be insured, as far as it is known."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    state: str | None = None
    """US state, two letters."""
    year_built: int | None = None
    roof_year: int | None = None
    """When the roof was last made new."""
    construction: Construction | None = None
    occupancy: Occupancy | None = None
    square_feet: int | None = None


class Vehicle(BaseModel):
    """A vehicle to be insured, as far as it is known."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    year: int | None = None
    make: str | None = None
    model: str | None = None
    vin: str | None = None
    """Upper case; 17 characters since 1981."""
    use: VehicleUse | None = None


class OtherRisk(BaseModel):
    """Anything else: a boat, jewellery, a business."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    what: str = ""
    description: str | None = None


class RiskAdded(Event, service="leads", version=1):
    """Something of a prospect's is to be insured. A home, a vehicle or another tells what, by its kind."""

    lead_id: LeadId
    person_id: PersonId
    risk_id: RiskId
    kind: RiskKind
    home: Annotated[Home | None, Personal()] = None
    vehicle: Annotated[Vehicle | None, Personal()] = None
    other: Annotated[OtherRisk | None, Personal()] = None


class RiskChanged(Event, service="leads", version=1):
    """What is known of something to be insured changed. Carries it as it is now, whole; the kind stays."""

    lead_id: LeadId
    person_id: PersonId
    risk_id: RiskId
    kind: RiskKind
    home: Annotated[Home | None, Personal()] = None
    vehicle: Annotated[Vehicle | None, Personal()] = None
    other: Annotated[OtherRisk | None, Personal()] = None


class RiskRemoved(Event, service="leads", version=1):
    """It is not to be insured."""

    lead_id: LeadId
    person_id: PersonId
    risk_id: RiskId


class XDateSet(Event, service="leads", version=1):
    """When a prospect's policy of one line expires, and with which carrier."""

    lead_id: LeadId
    person_id: PersonId
    line_of_business: LineOfBusiness
    x_date: PersonalDate
    carrier: PersonalText = None
    premium: Annotated[Money | None, Personal()] = None
    """What that policy costs a term."""


class XDateCleared(Event, service="leads", version=1):
    """Of a line no X-date is known any more."""

    lead_id: LeadId
    person_id: PersonId
    line_of_business: LineOfBusiness


__all__ = [
    "Construction",
    "Home",
    "NoteAdded",
    "NoteChanged",
    "NoteId",
    "NoteRemoved",
    "Occupancy",
    "OtherRisk",
    "RiskAdded",
    "RiskChanged",
    "RiskId",
    "RiskKind",
    "RiskRemoved",
    "Vehicle",
    "VehicleUse",
    "XDateCleared",
    "XDateSet",
]
