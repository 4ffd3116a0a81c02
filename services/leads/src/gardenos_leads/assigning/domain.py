"""Rules, leads and people in; who gets what, and why not, out. Pure: the live router and the what-if ask the same functions."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.agency_zones import zone_named
from gardenos_contracts.lead_assignment import AssignmentRule, Conditions, Seat
from gardenos_contracts.values import Hours

Why: TypeAlias = Literal[
    "not_here", "away", "off_hours", "not_licensed", "other_language", "day_full", "full", "had_it"
]
"""Why somebody does not get a lead; in the order in which it is asked."""
Waits: TypeAlias = Literal["no_rule", "to_be_claimed", "nobody", "room"]
"""Why a lead waits. `nobody`: those of the rule cannot take it now. `room`: somebody could, and will."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A lead that has no owner, as far as rules look at it."""

    lead_id: UUID
    since: datetime
    """Since when they wait: the oldest comes first."""
    source: str = ""
    campaign_id: UUID | None = None
    state: str | None = None
    postal_code: str | None = None
    line: str | None = None
    language: str | None = None
    """A BCP-47 code, or null where nobody said."""
    score: int | None = None
    """0 to 100; null until it is heard."""
    team_id: UUID | None = None
    """In whose pool it is already."""
    household_id: UUID | None = None
    household_owner_id: UUID | None = None
    """Who has somebody of its household already: one household gets called once."""


@dataclass(frozen=True, slots=True)
class Licence:
    """Of a state; `lines` empty: all of them."""

    state: str
    lines: frozenset[str] = frozenset()
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who works here, as identity told of them."""

    user_id: UUID
    active: bool = True
    takes_leads: bool = True
    """Whether they belong to their teams' turns; by name, everybody may who changes records."""
    team_ids: frozenset[UUID] = frozenset()
    licences: tuple[Licence, ...] = ()
    languages: frozenset[str] = frozenset()
    """None told: English."""
    hours: tuple[Hours, ...] = ()
    """None told: at any hour."""
    zone: str = "UTC"
    away: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(slots=True)
class Turns:
    """Whose turn it is by a rule: fair queueing by start tags.

    Each has been served up to a point of the rule's own time, and being given a lead takes them 1/weight further. Who comes back
    from being away goes on from now: nothing is made up for, nobody waits for them.
    """

    now: float = 0.0
    served: dict[UUID, float] = field(default_factory=dict)

    def at(self, user_id: UUID) -> float:
        """Where somebody's next turn begins."""
        return max(self.served.get(user_id, 0.0), self.now)

    def take(self, user_id: UUID, weight: int) -> None:
        """They were given one."""
        self.now = self.at(user_id)
        self.served[user_id] = self.now + 1 / weight


@dataclass(slots=True)
class Load:
    """What everybody has: it changes with each that is given."""

    open: defaultdict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    given: defaultdict[tuple[UUID, date], int] = field(default_factory=lambda: defaultdict(int))
    """By rules, on a day of the agency's."""
    turns: defaultdict[UUID, Turns] = field(default_factory=lambda: defaultdict(Turns))
    """By rule."""

    def has_one_more(self, user_id: UUID, at: datetime, staff: Staff) -> None:
        """Somebody was given one, by whatever turn."""
        self.open[user_id] += 1
        self.given[user_id, day_of(at, staff.zone)] += 1


@dataclass(frozen=True, slots=True)
class Staff:
    """The agency: its people, and the clock by which its days begin."""

    agents: Mapping[UUID, Agent]
    zone: str = "UTC"
    of_team: Mapping[UUID, Sequence[Seat]] = field(default_factory=dict)
    """Whose turn it may be in each team."""

    @classmethod
    def of(cls, agents: Iterable[Agent], zone: str = "UTC") -> Staff:
        """With whom each team has."""
        people = {agent.user_id: agent for agent in agents}
        teams: defaultdict[UUID, list[Seat]] = defaultdict(list)
        for user_id in sorted(people):
            for team_id in people[user_id].team_ids if people[user_id].takes_leads else ():
                teams[team_id].append(Seat(user_id=user_id))
        return cls(people, zone, dict(teams))


@dataclass(frozen=True, slots=True)
class Given:
    """A lead goes to somebody, by a rule; to nobody: into the pool of the rule's team, where it waits."""

    asked: Asked
    rule: AssignmentRule
    user_id: UUID | None
    with_household: bool = False
    """To whoever has its household, whosever turn it was."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a lead waits, and how many of the rule's people cannot take it for which reason."""

    waits: Waits
    rule: AssignmentRule | None
    why: Mapping[Why, int]


Kind: TypeAlias = tuple[tuple[int, ...], "str | None", "str | None", "str | None", "UUID | None"]
"""Leads of one kind find the same people at the same moment: the rules that fit, state, line, language, who has the household."""


def kind_of(rules: Sequence[AssignmentRule], asked: Asked, at: datetime, zone: str) -> Kind:
    """Which rules fit a lead now, and what else is asked of whoever gets it."""
    fit = tuple(place for place, rule in enumerate(rules) if rule.active and fits(rule.when, asked, at, zone))
    return fit, asked.state, asked.line, asked.language, asked.household_owner_id


def fits(when: Conditions, asked: Asked, at: datetime, zone: str) -> bool:
    """Whether a rule is for this lead."""
    if when.sources and asked.source.casefold() not in {source.casefold() for source in when.sources}:
        return False
    if when.campaign_ids and asked.campaign_id not in when.campaign_ids:
        return False
    if when.states and asked.state not in when.states:
        return False
    if when.postal_codes and not (asked.postal_code or "").startswith(when.postal_codes):
        return False
    if when.lines and asked.line not in when.lines:
        return False
    if when.languages and not spoken(asked.language, frozenset(when.languages)):
        return False
    if goes_by_score(when) and not _scores(when, asked.score):
        return False
    return not when.hours or within(when.hours, at, zone)


def goes_by_score(when: Conditions) -> bool:
    """Whether it matters how promising a lead is."""
    return when.least_score is not None or when.most_score is not None


def _scores(when: Conditions, score: int | None) -> bool:
    """What is not scored is neither promising nor the opposite."""
    return (
        score is not None
        and (when.least_score is None or score >= when.least_score)
        and (when.most_score is None or score <= when.most_score)
    )


def spoken(language: str | None, among: frozenset[str]) -> bool:
    """Whether a language is among others, whatever its country: es-MX is es."""
    return language is not None and _primary(language) in {_primary(each) for each in among}


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def within(hours: Sequence[Hours], at: datetime, zone: str) -> bool:
    """Whether a moment is within these hours by a zone's clock."""
    weekday, clock = _clock(at, zone)
    return any(each.weekday == weekday and each.start <= clock < each.end for each in hours)


@lru_cache(maxsize=64)
def _clock(at: datetime, zone: str) -> tuple[int, str]:
    # Of one moment everybody is asked.
    local = at.astimezone(zone_named(zone))
    return local.weekday(), f"{local:%H:%M}"


def day_of(at: datetime, zone: str) -> date:
    """The day that a moment belongs to there."""
    return at.astimezone(zone_named(zone)).date()


def seats_of(rule: AssignmentRule, staff: Staff) -> Sequence[Seat]:
    """Whose turn it may be by a rule: those who are named, and the team's agents."""
    named = {seat.user_id: seat for seat in rule.seats}
    team = staff.of_team.get(rule.team_id, ()) if rule.team_id is not None else ()
    return [*named.values(), *(seat for seat in team if seat.user_id not in named)]


def why_not(
    rule: AssignmentRule, seat: Seat, asked: Asked, at: datetime, staff: Staff, load: Load, had_it: frozenset[UUID]
) -> Why | None:
    """Why somebody cannot take a lead now; None if they can."""
    agent = staff.agents.get(seat.user_id)
    if agent is None or not agent.active:
        return "not_here"
    if seat.user_id in had_it:
        return "had_it"
    if rule.at_work and is_away(agent, at):
        return "away"
    if rule.at_work and agent.hours and not within(agent.hours, at, agent.zone):
        return "off_hours"
    if (unfit := _unfit(rule, agent, asked, at, staff)) is not None:
        return unfit
    most_a_day = seat.most_a_day if seat.most_a_day is not None else rule.most_a_day
    if most_a_day is not None and load.given[seat.user_id, day_of(at, staff.zone)] >= most_a_day:
        return "day_full"
    most_open = seat.most_open if seat.most_open is not None else rule.most_open
    if most_open is not None and load.open[seat.user_id] >= most_open:
        return "full"
    return None


def stands_in(rule: AssignmentRule, user_id: UUID, asked: Asked, at: datetime, staff: Staff) -> bool:
    """Whether somebody whom people named, for covering or for leading, may take a lead of a rule's.

    They were named whatever the hour and whatever they have; but not for what they may not sell or cannot say.
    """
    agent = staff.agents.get(user_id)
    return (
        agent is not None and agent.active and not is_away(agent, at) and _unfit(rule, agent, asked, at, staff) is None
    )


def keeps_household(
    rule: AssignmentRule, asked: Asked, at: datetime, staff: Staff, had_it: frozenset[UUID] = frozenset()
) -> bool:
    """Whether who has a lead's household takes the lead too, by a rule: whatever they have, if they stand in for it.

    Not out of another team's pool, and not where the rule gives leads to a team that they are not in.
    """
    owner_id = asked.household_owner_id
    if owner_id is None or owner_id in had_it or not stands_in(rule, owner_id, asked, at, staff):
        return False
    team_id = rule.team_id or asked.team_id
    return team_id is None or team_id in staff.agents[owner_id].team_ids


def is_away(agent: Agent, at: datetime) -> bool:
    """Whether they said that they are."""
    return any(begins <= at < ends for begins, ends in agent.away)


def _unfit(rule: AssignmentRule, agent: Agent, asked: Asked, at: datetime, staff: Staff) -> Why | None:
    if rule.licensed and not _licensed(agent, asked, day_of(at, staff.zone)):
        return "not_licensed"
    if rule.speaks and asked.language is not None and not spoken(asked.language, agent.languages or frozenset({"en"})):
        return "other_language"
    return None


def _licensed(agent: Agent, asked: Asked, today: date) -> bool:
    """Nobody is licensed where it is not known where: a lead without a state waits for somebody to ask."""
    return any(
        licence.state == asked.state
        and (not licence.lines or asked.line is None or asked.line in licence.lines)
        and (licence.expires_on is None or licence.expires_on >= today)
        for licence in agent.licences
    )


def decide(
    rules: Sequence[AssignmentRule],
    asked: Asked,
    at: datetime,
    staff: Staff,
    load: Load,
    *,
    fit: Sequence[int] | None = None,
    had_it: frozenset[UUID] = frozenset(),
) -> Given | Kept:
    """Whom a lead goes to now, by the first rule that fits and has somebody; or why to nobody. Changes nothing."""
    kept = Kept("no_rule", None, {})
    for place in kind_of(rules, asked, at, staff.zone)[0] if fit is None else fit:
        rule = rules[place]
        if keeps_household(rule, asked, at, staff, had_it):
            return Given(asked, rule, asked.household_owner_id, with_household=True)
        if rule.by == "claim":
            return Kept("to_be_claimed", rule, {})
        why: defaultdict[Why, int] = defaultdict(int)
        able = []
        for seat in seats_of(rule, staff):
            reason = why_not(rule, seat, asked, at, staff, load, had_it)
            if reason is None:
                able.append(seat)
            else:
                why[reason] += 1
        if able:
            return Given(asked, rule, _whose_turn(rule, able, load).user_id)
        if kept.rule is None:
            kept = Kept("nobody", rule, dict(why))
        if rule.otherwise == "wait":
            break
    return kept


def _whose_turn(rule: AssignmentRule, able: Sequence[Seat], load: Load) -> Seat:
    turns = load.turns[rule.rule_id]
    if rule.by == "load":
        return min(able, key=lambda seat: (load.open[seat.user_id] / seat.weight, turns.at(seat.user_id), seat.user_id))
    return min(able, key=lambda seat: (turns.at(seat.user_id), seat.user_id))


def give(given: Given, at: datetime, staff: Staff, load: Load) -> None:
    """What everybody has, once a lead was given."""
    if given.user_id is None:
        return
    if not given.with_household:
        # What is theirs already takes nobody's turn.
        weight = next((seat.weight for seat in given.rule.seats if seat.user_id == given.user_id), 1)
        load.turns[given.rule.rule_id].take(given.user_id, weight)
    load.has_one_more(given.user_id, at, staff)


class Backlog:
    """Leads that wait, by kind; each kind the oldest first."""

    def __init__(self, rules: Sequence[AssignmentRule], zone: str) -> None:
        self._rules, self._zone = rules, zone
        self._by_hours = any(rule.when.hours for rule in rules)
        self._there: dict[UUID, Asked] = {}
        self._of: dict[Kind, list[tuple[datetime, UUID, int, Asked]]] = {}
        """Heaps. What is not `_there` any more, or is another there, is passed over once it is the first."""
        self._added = 0
        self._new: set[Kind] = set()
        """Of which something was added since it was drained."""

    @property
    def size(self) -> int:
        """How many wait."""
        return len(self._there)

    def __iter__(self) -> Iterator[Asked]:
        return iter(self._there.values())

    def __contains__(self, lead_id: UUID) -> bool:
        return lead_id in self._there

    def add(self, asked: Asked, at: datetime) -> None:
        """One more; in the place of itself, where it waited as it was before."""
        self._there[asked.lead_id] = asked
        kind = kind_of(self._rules, asked, at, self._zone)
        self._added += 1
        self._new.add(kind)
        heapq.heappush(self._of.setdefault(kind, []), (asked.since, asked.lead_id, self._added, asked))

    def remove(self, lead_id: UUID) -> None:
        """It waits no longer."""
        self._there.pop(lead_id, None)

    def drain(self, at: datetime, staff: Staff, load: Load, *, new_alone: bool = False) -> Iterator[Given]:
        """Gives what can be given now, the oldest of all first; `load` is changed with each.

        What one of a kind waits for, all of its kind wait for: within a moment people only get fuller. `new_alone`: since
        it was drained they only got fuller, too, and so kinds are looked at to which something was added.
        """
        if self._by_hours:
            self._sort_anew(at)
        households: dict[UUID | None, UUID | None] = {}
        kinds, self._new = self._new if new_alone else set(self._of), set()
        heads = [head for kind in kinds & self._of.keys() if (head := self._head(kind)) is not None]
        heapq.heapify(heads)
        while heads:
            *_, kind, asked = heapq.heappop(heads)
            if asked.household_id in households:
                # Somebody of theirs was given at this moment.
                asked = replace(asked, household_owner_id=households[asked.household_id])
            decided = decide(self._rules, asked, at, staff, load, fit=kind[0])
            if isinstance(decided, Kept):
                continue
            self.remove(asked.lead_id)
            give(decided, at, staff, load)
            if asked.household_id is not None:
                households[asked.household_id] = decided.user_id
            if (head := self._head(kind)) is not None:
                heapq.heappush(heads, head)
            yield decided

    def _head(self, kind: Kind) -> tuple[datetime, UUID, int, Kind, Asked] | None:
        """The oldest of a kind that some rule is for."""
        waiting = self._of[kind]
        while waiting and self._there.get(waiting[0][1]) is not waiting[0][-1]:
            heapq.heappop(waiting)
        if not waiting:
            del self._of[kind]
            return None
        since, lead_id, added, asked = waiting[0]
        return (since, lead_id, added, kind, asked) if kind[0] else None

    def _sort_anew(self, at: datetime) -> None:
        """Which rules fit depends on the hour."""
        everybody = list(self)
        self._of = {}
        for asked in everybody:
            self.add(asked, at)


def pool_of(rules: Sequence[AssignmentRule], asked: Asked, at: datetime, zone: str) -> AssignmentRule | None:
    """The rule in whose team's pool a lead is to wait; None where it is in one, or no rule that fits has a team."""
    if asked.team_id is not None:
        return None
    for place in kind_of(rules, asked, at, zone)[0]:
        if rules[place].team_id is not None:
            return rules[place]
        if rules[place].otherwise == "wait":
            return None
    return None


_LANGUAGES = {
    "english": "en", "spanish": "es", "español": "es", "espanol": "es", "french": "fr", "chinese": "zh", "mandarin": "zh",
    "cantonese": "yue", "vietnamese": "vi", "korean": "ko", "tagalog": "tl", "russian": "ru", "arabic": "ar",
    "portuguese": "pt", "haitian creole": "ht", "german": "de", "polish": "pl", "italian": "it", "hindi": "hi", "japanese": "ja",
}  # fmt: skip


def language_of(said: object) -> str | None:
    """The code of a language as people write it; None for what is none."""
    told = str(said).strip().lower() if said else ""
    if told in _LANGUAGES:
        return _LANGUAGES[told]
    primary = told.partition("-")[0]
    return told if 2 <= len(primary) <= 3 and primary.isalpha() else None
