"""What the leads service publishes of one person who was kept as two leads.

A merge is told on both leads. What it changes of the one that stays is told by the events that tell of any change, and that
the other is shown no more by `LeadRemoved`: who reads those needs to know nothing of merges. Taken back, it is the same the
other way.
"""

from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID

from gardenos_contracts.event import Event
from gardenos_contracts.values import LeadId, Moment, PersonId


class Verdict(StrEnum):
    """What two leads are that are much alike, and not one person."""

    NOT_THE_SAME = "not_the_same"
    SAME_HOUSEHOLD = "same_household"


class LeadsMerged(Event, service="leads", version=1):
    """Another lead was the same person: this one stays, and that one's history is part of its own from now on."""

    merge_id: UUID
    lead_id: LeadId
    person_id: PersonId
    merged_lead_id: LeadId
    merged_person_id: PersonId
    taken: tuple[str, ...] = ()
    """The fields of which the other's value was taken."""
    captured_at: Moment
    """When they first became known, as either."""
    merged_captured_at: Moment
    """When they became known as the other."""
    do_not_call: bool = False
    """Whether either asked not to be called: then the person did."""
    followed_by: int = 0
    """How many of the events after this one, of this lead, say what it changed."""


class LeadMergedInto(Event, service="leads", version=1):
    """The lead was the same person as another, and goes on as that one. It is removed by the same."""

    merge_id: UUID
    lead_id: LeadId
    person_id: PersonId
    into_lead_id: LeadId
    into_person_id: PersonId


class LeadsUnmerged(Event, service="leads", version=1):
    """A merge was taken back: the other lead is another person again."""

    merge_id: UUID
    lead_id: LeadId
    person_id: PersonId
    merged_lead_id: LeadId
    merged_person_id: PersonId
    captured_at: Moment
    """When this one first became known, now again without the other."""


class LeadUnmerged(Event, service="leads", version=1):
    """The lead is by itself again, and restored by the same."""

    merge_id: UUID
    lead_id: LeadId
    person_id: PersonId
    from_lead_id: LeadId
    from_person_id: PersonId


class LeadsToldApart(Event, service="leads", version=1):
    """Somebody looked at two leads that are much alike: they are not one person, and are not asked about again."""

    lead_id: LeadId
    other_lead_id: LeadId
    verdict: Verdict


AtOnce: TypeAlias = Literal["email", "phone"]
"""By what somebody is known as they come in. Two vendors may give one id to two people."""
InFile: TypeAlias = Literal["email", "phone", "external_id", "name"]
"""By what a row of a file is about somebody known; `name` is much alike, in the same ZIP code and no other street."""


class DuplicateRulesChanged(Event, service="leads", version=1):
    """By what an agency's leads may be one person."""

    email: bool
    phone: bool
    name_and_place: bool
    """A name that is much alike, in the same ZIP code."""
    birth_date: bool
    """The same birth date, and a name that is much alike."""
    alike: float
    """From which similarity on two names are much alike: 0 to 1, by three letters at a time."""
    at_once: tuple[AtOnce, ...] = ("email", "phone")
    """By what whoever comes in is somebody known at once."""
    in_files: tuple[InFile, ...] = ("email", "phone", "external_id")
    """The same of a file's rows, where nobody says otherwise for that file."""
    households_apart: bool = False
    """Whether who shares an address or number, and has another given name, is somebody else at once, too."""


__all__ = [
    "AtOnce",
    "DuplicateRulesChanged",
    "InFile",
    "LeadMergedInto",
    "LeadUnmerged",
    "LeadsMerged",
    "LeadsToldApart",
    "LeadsUnmerged",
    "Verdict",
]
