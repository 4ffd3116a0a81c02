"""The shapes of what is asked and answered of duplicates."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from gardenos_chassis.http.shapes import Shape
from gardenos_contracts.lead_duplicates import AtOnce, InFile, Verdict
from gardenos_contracts.leads import Stage
from pydantic import BaseModel, ConfigDict, Field, field_validator

from gardenos_leads.api.shapes import Lead
from gardenos_leads.duplicates.rules import Rules

Reason = Literal["email", "phone", "birth_date", "name_and_place"]


class LeadOfPair(Shape):
    """One of two leads that may be one person."""

    id: UUID
    display_name: str
    email: str | None
    phone: str | None
    postal_code: str | None
    state: str | None
    stage: Stage
    source: str
    owner_id: UUID | None
    team_id: UUID | None
    client_id: UUID | None
    captured_at: datetime


class DuplicatePair(Shape):
    """Two leads that may be one person."""

    leads: list[LeadOfPair]
    """Both, the one known first before."""
    score: float
    """How much speaks for it: 0 to 1."""
    reasons: list[Reason]
    """What does, the strongest first."""
    found_at: datetime


class DuplicateCount(Shape):
    """How many pairs wait."""

    count: int
    more: bool
    """Whether there are more than were counted."""


class TellApart(BaseModel):
    """Two leads are not one person."""

    model_config = ConfigDict(extra="forbid")

    lead_id: UUID
    other_id: UUID
    verdict: Verdict


class ToldApart(Shape):
    """What was said of two leads."""

    lead_id: UUID
    other_id: UUID
    verdict: Verdict


class DuplicateRules(BaseModel):
    """By what somebody is known again: at once, in a file, and, by comparing leads, for people to look at.

    What is the same of two counts by itself; of names, how much alike they are.
    """

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    email: bool
    phone: bool
    name_and_place: bool
    """A name that is much alike, in the same ZIP code."""
    birth_date: bool
    """The same birth date, and a name that is much alike."""
    alike: Annotated[float, Field(ge=0.3, le=1)]
    """From which similarity on names, and streets, are much alike."""
    at_once: Annotated[tuple[AtOnce, ...], Field(max_length=2)] = Rules().at_once
    """By what whoever comes in by themselves is somebody known; the first that says so counts."""
    in_files: Annotated[tuple[InFile, ...], Field(max_length=4)] = Rules().in_files
    """The same of a file's rows, where nobody says otherwise for that file; `name`: much alike, in one ZIP code and no other
    street."""
    households_apart: bool = False
    """Whether who shares an address or number with a lead, and has another given name, is somebody else."""

    @field_validator("at_once", "in_files")
    @classmethod
    def _once(cls, said: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(said)) < len(said):
            raise ValueError("say each once")
        return said


class DuplicateRulesPreview(Shape):
    """What rules would find."""

    leads: int
    """How many were looked at: those that came last."""
    now: int
    """Pairs that these are in, by the rules in force."""
    then: int


class DuplicateSearch(Shape):
    """A search over all of the agency's leads."""

    id: UUID
    status: Literal["running", "done", "failed"]
    leads: int
    """How many there were when it began."""
    leads_done: int
    pairs: int
    """How many were met; one that both its leads led to counts twice."""
    started_at: datetime
    finished_at: datetime | None


class LastSearch(Shape):
    """The last search; null where there was none."""

    search: DuplicateSearch | None


class MergeField(Shape):
    """A field of the two, side by side; as text, lists as JSON."""

    field: str
    """`email`, `stage`, `owner` with the team, `fields.roof_age` …"""
    lead: str | None
    other: str | None
    differs: bool
    suggested: Literal["lead", "other"]


class MergePreview(Shape):
    """What a merge would be. Fields that your role does not see are chosen by what is known."""

    lead: Lead
    """Who stays."""
    other: Lead
    fields: list[MergeField]
    tags: list[str]
    """Of both: all are kept."""
    do_not_call: bool
    """Whether either asked not to be called: then the person did, and nobody can choose otherwise."""
    lead_asked_not_to_be_called: bool
    other_asked_not_to_be_called: bool
    refused: str | None
    """Why they cannot be merged this way round, and what to do; null where they can."""


class MergeLeads(BaseModel):
    """Another lead is the same person."""

    model_config = ConfigDict(extra="forbid")

    other_id: UUID
    chosen: Annotated[dict[str, Literal["lead", "other"]], Field(max_length=300)] = {}
    """Whose value is kept, by field; what is not named is kept as suggested."""


class LeadMerge(Shape):
    """A lead that goes on as this one."""

    id: UUID
    """The merge's."""
    lead_id: UUID
    merged_lead_id: UUID
    merged_at: datetime
    merged_by: str
    """`person:<user id>`."""
    display_name: str
    email: str | None
    phone: str | None
    source: str
    captured_at: datetime
    owner_id: UUID | None
    """As the merged lead has them."""


class LeadMerges(Shape):
    """Which leads go on as this one."""

    items: list[LeadMerge]


class FieldBack(Shape):
    """A field that will be set back."""

    field: str
    now: str | None
    before: str | None
    """Before the merge, and again after it is taken back."""


class FieldStays(Shape):
    """A field that was changed since the merge: it stays as it is now."""

    field: str
    before: str | None
    """Before the merge."""
    merged: str | None
    """As the merge left it."""
    now: str | None


class UnmergePreview(Shape):
    """What taking a merge back would do to the lead that stayed; the other comes back as it was."""

    back: list[FieldBack]
    stays: list[FieldStays]
    tags_removed: list[str]
