"""What the leads service publishes of the rules by which leads are assigned, and of leads that nobody answered."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gardenos_contracts.event import Event
from gardenos_contracts.values import CampaignId, Hours, LeadId, LineOfBusiness, PersonId, TeamId, UserId

RuleId: TypeAlias = UUID
Score = Annotated[int, Field(ge=0, le=100)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Conditions(_Part):
    """Which leads a rule is for: all of what is named must hold, and of each any. What is empty does not matter."""

    sources: tuple[str, ...] = ()
    campaign_ids: tuple[CampaignId, ...] = ()
    states: tuple[str, ...] = ()
    """US states of two letters."""
    postal_codes: tuple[str, ...] = ()
    """Beginnings of postal codes: a territory."""
    lines: tuple[LineOfBusiness, ...] = ()
    languages: tuple[str, ...] = ()
    """BCP-47 codes; the first part counts."""
    least_score: Score | None = None
    """A lead that has no score is not among these, nor among those of most_score."""
    most_score: Score | None = None
    hours: tuple[Hours, ...] = ()
    """Of the agency's clock, when the lead is assigned."""


class Seat(_Part):
    """Somebody among those whose turn it may be."""

    user_id: UserId
    weight: Annotated[int, Field(ge=1, le=100)] = 1
    """Who has 2 gets twice as many as who has 1."""
    most_a_day: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """Given by rules between two midnights of the agency's; null: as the rule says."""
    most_open: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """Open leads at once, however they came; null: as the rule says."""


class AssignmentRule(_Part):
    """One rule: for these leads, these people."""

    rule_id: RuleId
    name: str
    active: bool = True
    when: Conditions = Conditions()
    team_id: TeamId | None = None
    """The team in whose pool the lead waits, and whose agents it goes to."""
    seats: tuple[Seat, ...] = ()
    """These people besides; of the team's, what is said here of them."""
    by: Literal["turns", "load", "claim"] = "turns"
    """In turns by weight; to whoever has the fewest open leads for their weight; or to whoever takes it from the pool."""
    most_a_day: Annotated[int, Field(ge=0, le=100_000)] | None = None
    most_open: Annotated[int, Field(ge=0, le=100_000)] | None = None
    licensed: bool = False
    """Only to who is licensed in the lead's state for its line."""
    speaks: bool = False
    """Only to who speaks the lead's language."""
    at_work: bool = True
    """Only within working hours, and not while away."""
    otherwise: Literal["wait", "next"] = "wait"
    """If nobody can take it: it waits in the pool, or the next rule that fits is asked."""
    answer_minutes: Annotated[int, Field(ge=1, le=10_080)] | None = None
    """Within how many minutes somebody has to be in touch; null: no matter."""
    unanswered: Literal["tell", "reroute"] = "tell"
    """Then: it is said so to who leads the team, or it goes on to somebody else besides."""
    escalate: bool = False
    """Then it goes to who leads the team, before anybody else."""
    when_away: Literal["keep", "reroute"] = "reroute"
    """What becomes of leads that nobody was in touch with when their owner goes away."""


class AssignmentDrafted(Event, service="leads", version=1):
    """Somebody wrote down rules that are not in force yet. Carries all of them."""

    rules: tuple[AssignmentRule, ...]


class AssignmentSwitchedOn(Event, service="leads", version=1):
    """These rules are in force from here on, in the place of those before."""

    number: int
    """Of the rule set: 1, 2, 3 …"""
    rules: tuple[AssignmentRule, ...]


class AssignmentSwitchedOff(Event, service="leads", version=1):
    """No rule is in force: what comes in waits in the pools."""

    number: int


class LeadUnanswered(Event, service="leads", version=1):
    """Nobody was in touch with the lead in the time that the rule gives."""

    lead_id: LeadId
    person_id: PersonId
    owner_id: UserId
    """Whose it was."""
    team_id: TeamId | None = None
    rule_id: RuleId
    rule: str
    minutes: int
    told: tuple[UserId, ...] = ()
    """Who leads the team."""


__all__ = [
    "AssignmentDrafted",
    "AssignmentRule",
    "AssignmentSwitchedOff",
    "AssignmentSwitchedOn",
    "Conditions",
    "LeadUnanswered",
    "RuleId",
    "Score",
    "Seat",
]
