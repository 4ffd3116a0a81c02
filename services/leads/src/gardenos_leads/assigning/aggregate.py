"""An agency's rules of assignment: a draft, and a numbered set that is in force. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.ids import derived_id
from gardenos_contracts import Event
from gardenos_contracts.lead_assignment import (
    AssignmentDrafted,
    AssignmentRule,
    AssignmentSwitchedOff,
    AssignmentSwitchedOn,
)

MOST_RULES = 200


@dataclass(frozen=True, slots=True)
class Assignment:
    """What its events made of it; None before the first."""

    draft: tuple[AssignmentRule, ...] = ()
    active: tuple[AssignmentRule, ...] | None = None
    number: int = 0
    """Of the set that was switched on last."""

    def write(self, rules: Sequence[AssignmentRule]) -> Iterator[Event]:
        """A draft. Raises Invalid for what cannot work."""
        _refuse_nonsense(rules)
        if tuple(rules) != self.draft:
            yield AssignmentDrafted(rules=tuple(rules))

    def switch_on(self) -> Iterator[Event]:
        """The draft is in force. Nothing happens if it is already. Raises Conflict where it is empty."""
        if not self.draft:
            raise Conflict("there is no rule in the draft yet: write one first")
        if self.draft != self.active:
            yield AssignmentSwitchedOn(number=self.number + 1, rules=self.draft)

    def switch_off(self) -> Iterator[Event]:
        """No rule is in force."""
        if self.active is not None:
            yield AssignmentSwitchedOff(number=self.number)


def evolve(assignment: Assignment | None, event: Event) -> Assignment:
    """The state after one more event. Raises TypeError for an event that is none of these."""
    there = assignment or Assignment()
    match event:
        case AssignmentDrafted():
            return replace(there, draft=event.rules)
        case AssignmentSwitchedOn():
            return Assignment(draft=event.rules, active=event.rules, number=event.number)
        case AssignmentSwitchedOff():
            return replace(there, active=None)
    raise TypeError(f"{event.event_type} is no event of rules of assignment")


def stream_of(agency_id: UUID) -> UUID:
    """An agency has one set of rules."""
    return derived_id("assignment of", agency_id)


def _refuse_nonsense(rules: Sequence[AssignmentRule]) -> None:
    wrong: list[tuple[str, str]] = []
    if len(rules) > MOST_RULES:
        wrong.append(("/rules", f"an agency has at most {MOST_RULES} rules"))
    names: set[str] = set()
    ids: set[UUID] = set()
    for place, rule in enumerate(rules):
        if not rule.name.strip():
            wrong.append((f"/rules/{place}/name", "a rule needs a name: its leads tell of it"))
        if rule.name.casefold() in names or rule.rule_id in ids:
            wrong.append((f"/rules/{place}/name", "two rules cannot have the same name"))
        names.add(rule.name.casefold())
        ids.add(rule.rule_id)
        if rule.team_id is None and (rule.by == "claim" or not rule.seats):
            wrong.append((f"/rules/{place}/team_id", "say which team, or who, gets these leads"))
        if len({seat.user_id for seat in rule.seats}) < len(rule.seats):
            wrong.append((f"/rules/{place}/seats", "somebody is named twice"))
        least, most = rule.when.least_score, rule.when.most_score
        if least is not None and most is not None and least > most:
            wrong.append((f"/rules/{place}/when/most_score", "no score is as high as the least and as low as the most"))
        for each, hours in enumerate(rule.when.hours):
            if hours.start >= hours.end:
                wrong.append((f"/rules/{place}/when/hours/{each}", "these hours end before they begin"))
    if wrong:
        raise Invalid.many(wrong)
