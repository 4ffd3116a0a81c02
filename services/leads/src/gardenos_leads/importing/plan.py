"""How a file is to be taken in, as whoever imports it says."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.http.fields import WithoutNul
from gardenos_contracts.lead_duplicates import InFile
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gardenos_leads.duplicates.rules import Rules
from gardenos_leads.importing.columns import ImportField, OwnField
from gardenos_leads.importing.reading import MOST_COLUMNS
from gardenos_leads.matching import ALIKE

Duplicates: TypeAlias = Literal["skip", "update", "inquiry"]

_Header = Annotated[str, StringConstraints(max_length=220), WithoutNul]


class PlanImport(BaseModel):
    """What the columns hold, by what people are known again, and what then becomes of their rows."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    mapping: dict[_Header, ImportField | OwnField | None] = Field(default={}, max_length=MOST_COLUMNS)
    """A column's header to our field, to one of your agency's own as `fields.roof_age`, or to null to leave it out. Columns that
    are not named are taken as guessed."""
    match_by: Annotated[list[InFile], Field(max_length=4)] | None = None
    """By what somebody is known again, in this order; `name`: a like name in the same ZIP code, and no other street. Else as
    your agency's rules have it."""
    household: bool | None = None
    """Whether people of different given names are different people, though they share a telephone or an email address. Else as
    your agency's rules have it."""
    alike: Annotated[float, Field(ge=0.3, le=1)] | None = None
    """From which similarity on names, and streets, are alike. Else as your agency's rules have it."""
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

    def in_force(self, rules: Rules) -> "Plan":
        """With the agency's rules for what was not said."""
        theirs = {"match_by": rules.in_files, "household": rules.households_apart, "alike": rules.alike}
        return Plan.model_validate(theirs | self.model_dump(exclude_none=True))


class Plan(PlanImport):
    """The plan of an import as it is in force."""

    match_by: list[InFile] = [*Rules().in_files]
    household: bool = False
    alike: float = ALIKE
