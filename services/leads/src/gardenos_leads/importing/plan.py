"""How a file is to be taken in, as whoever imports it says."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.http.fields import WithoutNul
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gardenos_leads.importing.columns import ImportField
from gardenos_leads.importing.reading import MOST_COLUMNS

MatchBy: TypeAlias = Literal["email", "phone", "external_id", "name"]
Duplicates: TypeAlias = Literal["skip", "update", "inquiry"]

EXACTLY: tuple[MatchBy, ...] = ("email", "phone", "external_id")

_Header = Annotated[str, StringConstraints(max_length=220), WithoutNul]


class PlanImport(BaseModel):
    """What the columns hold, by what people are known again, and what then becomes of their rows."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    mapping: dict[_Header, ImportField | None] = Field(default={}, max_length=MOST_COLUMNS)
    """A column's header to our field, or to null to leave it out. Columns that are not named are taken as guessed."""
    match_by: list[MatchBy] = Field(default=[*EXACTLY], max_length=4)
    """By what somebody is known again, in this order; `name`: a like name in the same ZIP code."""
    household: bool = False
    """Whether people of different given names are different people, though they share a telephone or an email address."""
    duplicates: Duplicates = "skip"
    """Of who is a lead already the row is told and left out, changes the lead, or is one more inquiry of theirs."""
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul] = (
        "import"
    )
    """Where a row names none itself."""
    campaign_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    run_automations: bool
    """Whether what is automatic may follow from the rows, as from leads that come in one by one."""
