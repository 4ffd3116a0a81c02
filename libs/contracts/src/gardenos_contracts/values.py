"""Identifiers and small values that events share."""

from datetime import date
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gardenos_contracts.personal import Personal

AgencyId: TypeAlias = UUID
UserId: TypeAlias = UUID
TeamId: TypeAlias = UUID
PersonId: TypeAlias = UUID
"""One human being, from first touch as a lead through life as a client."""
LeadId: TypeAlias = UUID
CampaignId: TypeAlias = UUID
ImportId: TypeAlias = UUID
ClientId: TypeAlias = UUID
ThreadId: TypeAlias = UUID
CallId: TypeAlias = UUID
MessageId: TypeAlias = UUID
InsightId: TypeAlias = UUID

Moment: TypeAlias = AwareDatetime
"""A point in time with its zone; UTC on the wire."""


class Role(StrEnum):
    """What a person is in an agency. What each may do stands in `gardenos_chassis.auth`."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    AGENT = "agent"
    VIEWER = "viewer"
    AUDITOR = "auditor"


class LineOfBusiness(StrEnum):
    """The kinds of insurance an agency sells."""

    AUTO = "auto"
    HOME = "home"
    RENTERS = "renters"
    UMBRELLA = "umbrella"
    LIFE = "life"
    HEALTH = "health"
    MEDICARE = "medicare"
    COMMERCIAL = "commercial"
    OTHER = "other"


class Direction(StrEnum):
    """Who reached out: `inbound` is the person to the agency, `outbound` the agency to the person."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class PersonName(BaseModel):
    """A person's name as far as it is known; either part may be empty, not both."""

    model_config = ConfigDict(frozen=True)

    given: str = ""
    family: str = ""

    def __str__(self) -> str:
        return f"{self.given} {self.family}".strip()


PersonalName: TypeAlias = Annotated[PersonName, Personal(PersonName())]
"""A person's name, which goes when they are forgotten; so do the next two."""
PersonalText: TypeAlias = Annotated[str | None, Personal()]
PersonalDate: TypeAlias = Annotated[date | None, Personal()]


class Money(BaseModel):
    """An amount in the currency's minor units (cents), with its ISO 4217 code."""

    model_config = ConfigDict(frozen=True)

    minor: int
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"


class Hours(BaseModel):
    """A stretch of a weekday, by the clock of a zone that is said beside it."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    weekday: Annotated[int, Field(ge=0, le=6)]
    """0 is Monday."""
    start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


__all__ = [
    "AgencyId",
    "CallId",
    "CampaignId",
    "ClientId",
    "Direction",
    "Hours",
    "ImportId",
    "InsightId",
    "LeadId",
    "LineOfBusiness",
    "MessageId",
    "Moment",
    "Money",
    "PersonId",
    "PersonName",
    "PersonalDate",
    "PersonalName",
    "PersonalText",
    "Role",
    "TeamId",
    "ThreadId",
    "UserId",
]
