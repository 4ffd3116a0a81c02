"""What if: a draft of rules is given what came in, by the functions that serve in earnest, and tells what it would have done.

Nothing is written. One thing after another happens again, in its order: leads come, are scored, are closed and join
households, people join, change how they work, go away and come back. Whoever works here works as was known at that moment.
Who has a lead is in touch as soon as they were, where they had it in fact; else as they usually are; else as anybody is. Only
leads that are open or not answered are remembered on the way.
"""

import heapq
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias
from uuid import UUID

from gardenos_contracts.lead_assignment import AssignmentRule

from gardenos_leads.assigning.domain import (
    Asked,
    Backlog,
    Given,
    Kept,
    Load,
    Waits,
    Why,
    decide,
    give,
    stands_in,
)
from gardenos_leads.assigning.staffing import Absence, StaffChange, StaffThen

State: TypeAlias = Literal["open", "won", "lost", "aside"]
"""Of a lead. Aside: removed, merged, forgotten, or left alone until a later day."""

_LOOKS = timedelta(minutes=15)
"""All that waits is looked at again so often, and whenever somebody may have more room. In earnest: each minute."""
_AFTER = timedelta(seconds=1)
"""Leads are given after they were captured, by a job: what was recorded together with them counts."""
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Past:
    """A lead came without an owner; and what in fact became of it."""

    asked: Asked
    owner_id: UUID | None = None
    """Who had it first."""
    owned_at: datetime | None = None
    touched_at: datetime | None = None

    @property
    def at(self) -> datetime:
        """When it came."""
        return self.asked.since


@dataclass(frozen=True, slots=True)
class Held:
    """Whose a lead is, of which household and in which state, from a moment on; and what was so before."""

    at: datetime
    lead_id: UUID
    owner_id: UUID | None = None
    household_id: UUID | None = None
    state: State = "open"
    was_owner_id: UUID | None = None
    was_household_id: UUID | None = None
    was_state: State = "open"
    replayed: bool = False
    """Whether it is one of those that the draft is asked about: whose it was in fact does not matter then."""


@dataclass(frozen=True, slots=True)
class Scored:
    """How promising a lead is from a moment on."""

    at: datetime
    lead_id: UUID
    score: int


Happening: TypeAlias = Past | Held | Scored | StaffChange


@dataclass(frozen=True, slots=True)
class Before:
    """How things stood when the days began that are asked about."""

    open: Mapping[UUID, int] = field(default_factory=dict)
    """How many open leads each had."""
    members: Sequence[Held] = ()
    """Leads of households that somebody has."""
    usual: Mapping[UUID | None, timedelta] = field(default_factory=dict)
    """How long each takes from having a lead until being in touch: the middle of it, of these days' leads. None: anybody."""


@dataclass(slots=True)
class Told:
    """How it went, or would have gone."""

    per_agent: Counter[UUID] = field(default_factory=Counter)
    """Who had it first."""
    most_open: dict[UUID, int] = field(default_factory=dict)
    """At once, however they came."""
    waits: "array[float]" = field(default_factory=lambda: array("d"))
    """Minutes until somebody had it."""
    responses: "array[float]" = field(default_factory=lambda: array("d"))
    """Minutes until somebody was in touch."""
    unassigned: int = 0
    missed: int = 0
    """Nobody was in touch within the time that is asked about, and it is over."""
    unanswered: int = 0
    """How often nobody was in touch within the time that a rule gives."""
    went_on: int = 0
    """How often a lead went from somebody to somebody else by a rule."""


@dataclass(slots=True)
class WhatIf:
    """A draft beside what happened."""

    leads: int = 0
    happened: Told = field(default_factory=Told)
    draft: Told = field(default_factory=Told)
    waiting: Counter[Waits] = field(default_factory=Counter)
    """Of what would still wait at the end: why."""
    why: Counter[Why] = field(default_factory=Counter)
    """Of the people asked for what would still wait: why they could not take it."""
    most_waiting: int = 0
    per_rule: Counter[UUID] = field(default_factory=Counter)


@dataclass(slots=True)
class _Lead:
    """One of those that are replayed."""

    asked: Asked
    past: Past
    state: State = "open"
    owner_id: UUID | None = None
    rule: AssignmentRule | None = None
    """By which it was given last."""
    touched: bool = False
    had_it: set[UUID] = field(default_factory=set)
    """Empty: it was given to nobody yet."""
    turn: int = 0
    """How often it was given: what was put down for an earlier time is void."""


class Replay:
    """Rules at work on what happened, from one moment on until another.

    `minutes`: later than that, or never, is a miss. Happenings are told in their order.
    """

    def __init__(
        self,
        rules: Sequence[AssignmentRule],
        staff: StaffThen,
        *,
        since: datetime,
        until: datetime,
        minutes: int,
        before: Before | None = None,
    ) -> None:
        self.told = WhatIf()
        self._rules, self._staff = rules, staff
        self._since, self._until, self._within = since, until, timedelta(minutes=minutes)
        self._before = before or Before()
        self._load = Load()
        self._load.open.update(self._before.open)
        self._happened_open = Counter(self._before.open)
        for told in (self.told.happened, self.told.draft):
            told.most_open.update(self._before.open)
        self._backlog = Backlog(rules, staff.now.zone)
        self._leads: dict[UUID, _Lead] = {}
        self._untouched: defaultdict[UUID, set[UUID]] = defaultdict(set)
        """Of whom: leads that they were given, and were not in touch with."""
        self._members: defaultdict[UUID, dict[UUID, UUID]] = defaultdict(dict)
        """Of a household: who has which lead of it."""
        self._waiting_of: defaultdict[UUID, set[UUID]] = defaultdict(set)
        """Of a household: leads that wait."""
        self._due: list[tuple[datetime, int, str, _Lead | Absence, int]] = []
        self._put_down = 0
        self._soon, self._quarter, self._freed = _NEVER, _NEVER, False
        for held in self._before.members:
            self._member(held.household_id, held.lead_id, held.owner_id, held.state)

    @property
    def remembered(self) -> int:
        """How many leads are remembered at this moment."""
        return len(self._leads)

    def go_on(self, happenings: Iterable[Happening]) -> None:
        """These happened next."""
        for happening in happenings:
            self._go_on_to(happening.at)
            match happening:
                case Past():
                    self._came(happening)
                case Held():
                    self._held(happening)
                case Scored():
                    self._scored(happening)
                case StaffChange():
                    self._changed(happening)

    def finish(self) -> WhatIf:
        """Nothing else happened: what it came to."""
        self._go_on_to(self._until)
        self._freed = True
        self._drain(self._until)
        self.told.draft.unassigned += self._backlog.size
        for asked in self._backlog:
            decided = decide(self._rules, asked, self._until, self._staff.now, self._load)
            if isinstance(decided, Kept):
                self.told.waiting[decided.waits] += 1
                self.told.why.update(decided.why)
        return self.told

    def _go_on_to(self, at: datetime) -> None:
        """What is due until a moment, and looks at what waits, in their order."""
        while True:
            look = min(self._soon, self._quarter) if self._backlog.size else _NEVER
            due = self._due[0][0] if self._due else _NEVER
            if min(look, due) > min(at, self._until):
                return
            if due <= look:
                moment, _, what, whose, turn = heapq.heappop(self._due)
                if isinstance(whose, Absence):
                    self._begins(whose, moment)
                elif what == "answered":
                    self._answered(whose, turn, moment)
                else:
                    self._over(whose, turn, moment)
            else:
                self._drain(look)

    def _put(self, at: datetime, what: str, whose: _Lead | Absence, turn: int = 0) -> None:
        self._put_down += 1
        heapq.heappush(self._due, (at, self._put_down, what, whose, turn))

    # What happens.

    def _came(self, past: Past) -> None:
        self.told.leads += 1
        happened, since = self.told.happened, past.asked.since
        over = since + self._within <= self._until
        if past.owner_id is None:
            happened.unassigned += 1
        else:
            happened.per_agent[past.owner_id] += 1
            if past.owned_at is not None:
                happened.waits.append(_minutes(past.owned_at - since))
        if past.touched_at is not None:
            happened.responses.append(_minutes(past.touched_at - since))
        happened.missed += over and (past.touched_at is None or past.touched_at > since + self._within)
        # Until it is answered in time.
        self.told.draft.missed += over
        lead = self._leads[past.asked.lead_id] = _Lead(past.asked, past)
        self._waits(lead, since)
        self._look_soon(since, freed=False)

    def _held(self, held: Held) -> None:
        if held.was_state == "open" and held.was_owner_id is not None:
            self._happened_open[held.was_owner_id] -= 1
        if held.state == "open" and held.owner_id is not None:
            self._happened_open[held.owner_id] += 1
            _at_most(self.told.happened.most_open, held.owner_id, self._happened_open[held.owner_id])
        if held.replayed:
            self._became(held)
            return
        if held.was_state == "open" and held.was_owner_id is not None:
            self._load.open[held.was_owner_id] -= 1
        if held.state == "open" and held.owner_id is not None:
            self._load.open[held.owner_id] += 1
            _at_most(self.told.draft.most_open, held.owner_id, self._load.open[held.owner_id])
        if held.was_household_id != held.household_id:
            self._member(held.was_household_id, held.lead_id, None, held.was_state, held.at)
        self._member(held.household_id, held.lead_id, held.owner_id, held.state, held.at)
        self._look_soon(held.at, freed=held.was_state == "open" and held.was_owner_id is not None)

    def _became(self, held: Held) -> None:
        """One of those that are replayed is closed, or open again, or of another household."""
        lead = self._leads.get(held.lead_id)
        if lead is None:
            return
        owner_id = lead.owner_id
        if held.household_id != lead.asked.household_id:
            self._member(lead.asked.household_id, held.lead_id, None, lead.state, held.at)
            self._waiting_of[lead.asked.household_id or held.lead_id].discard(held.lead_id)
            lead.asked = replace(lead.asked, household_id=held.household_id, household_owner_id=None)
            if held.lead_id in self._backlog:
                self._waits(lead, held.at)
        was_open, lead.state = lead.state == "open", held.state
        is_open = held.state == "open"
        if was_open and not is_open:
            if owner_id is not None:
                self._load.open[owner_id] -= 1
                self._untouched[owner_id].discard(held.lead_id)
            elif held.lead_id in self._backlog:
                # Whoever dealt with it in fact: by these rules nobody had it.
                self._waits_no_more(lead)
                self.told.draft.unassigned += not lead.had_it
            if lead.touched or owner_id is None:
                del self._leads[held.lead_id]
                lead.turn += 1
        elif is_open and not was_open and owner_id is not None:
            self._load.open[owner_id] += 1
            if not lead.touched:
                self._untouched[owner_id].add(held.lead_id)
        self._member(lead.asked.household_id, held.lead_id, owner_id, lead.state, held.at)
        self._look_soon(held.at, freed=was_open and not is_open and owner_id is not None)

    def _scored(self, scored: Scored) -> None:
        lead = self._leads.get(scored.lead_id)
        if lead is None:
            return
        lead.asked = replace(lead.asked, score=scored.score)
        if scored.lead_id in self._backlog:
            self._waits(lead, scored.at)
            self._look_soon(scored.at, freed=False)

    def _changed(self, change: StaffChange) -> None:
        self._staff.tell(change)
        if change.planned is not None and change.planned.ends_at > change.at:
            self._put(max(change.planned.starts_at, change.at), "away", change.planned)
        self._look_soon(change.at, freed=True)

    # What follows from that by the rules.

    def _look_soon(self, at: datetime, *, freed: bool) -> None:
        """`freed`: somebody may take what they could not take before."""
        self._freed |= freed
        # One that is over was for nobody: nothing waited then.
        if self._soon is _NEVER or self._soon < at:
            self._soon = at + _AFTER

    def _drain(self, at: datetime) -> None:
        self._soon = _NEVER
        if not self._backlog.size:
            return
        # Until somebody has more room, or the clock lets somebody begin, what waited goes on waiting: people only get fuller.
        everything = self._freed or at >= self._quarter
        if everything:
            self._quarter, self._freed = _next_look(at), False
        drained = [
            (self._leads[given.asked.lead_id], given.user_id, given.rule)
            for given in self._backlog.drain(at, self._staff.now, self._load, new_alone=not everything)
            if given.user_id is not None
        ]
        # None of them waits any more before the first is told of: it may be of the household of the next.
        for lead, _, _ in drained:
            if lead.asked.household_id is not None:
                self._waiting_of[lead.asked.household_id].discard(lead.asked.lead_id)
        for lead, user_id, rule in drained:
            self._given(lead, user_id, rule, at)
        self.told.most_waiting = max(self.told.most_waiting, self._backlog.size)

    def _given(self, lead: _Lead, user_id: UUID, rule: AssignmentRule, at: datetime) -> None:
        """It is theirs; what they have was counted already."""
        since = lead.asked.since
        if lead.had_it:
            self.told.draft.went_on += 1
        else:
            self.told.per_rule[rule.rule_id] += 1
            self.told.draft.per_agent[user_id] += 1
            self.told.draft.waits.append(_minutes(at - since))
        lead.had_it.add(user_id)
        lead.owner_id, lead.rule = user_id, rule
        if rule.team_id is not None:
            lead.asked = replace(lead.asked, team_id=rule.team_id)
        _at_most(self.told.draft.most_open, user_id, self._load.open[user_id])
        self._untouched[user_id].add(lead.asked.lead_id)
        self._member(lead.asked.household_id, lead.asked.lead_id, user_id, lead.state, at)
        lead.turn += 1
        if (answer := self._answer(lead.past, user_id, at)) is not None:
            self._put(answer, "answered", lead, lead.turn)
        if rule.answer_minutes is not None:
            self._put(at + timedelta(minutes=rule.answer_minutes), "over", lead, lead.turn)

    def _answered(self, lead: _Lead, turn: int, at: datetime) -> None:
        if lead.turn != turn or lead.owner_id is None:
            return
        lead.touched = True
        self._untouched[lead.owner_id].discard(lead.asked.lead_id)
        self.told.draft.responses.append(_minutes(at - lead.asked.since))
        within = lead.asked.since + self._within
        self.told.draft.missed -= within <= self._until and at <= within
        if lead.state != "open":
            del self._leads[lead.asked.lead_id]

    def _over(self, lead: _Lead, turn: int, at: datetime) -> None:
        """The time that the rule gives: to who leads the team, or to somebody else, or it stays."""
        rule = lead.rule
        if lead.turn != turn or lead.touched or lead.state != "open" or rule is None:
            return
        self.told.draft.unanswered += 1
        leaders = self._staff.leaders.get(lead.asked.team_id, ()) if rule.escalate and lead.asked.team_id else ()
        told = self._to_one_of(lead, [id for id in leaders if id not in lead.had_it], rule, at)
        if not told and rule.unanswered == "reroute":
            self._to_somebody_else(lead, frozenset(lead.had_it), at)

    def _begins(self, absence: Absence, at: datetime) -> None:
        """Somebody goes away: what they were not in touch with goes on as its rule has it."""
        if not self._staff.is_planned(absence) or absence.ends_at <= at:
            return
        theirs = [self._leads[id] for id in self._untouched[absence.user_id]]
        for lead in sorted(theirs, key=lambda lead: (lead.asked.since, lead.asked.lead_id)):
            rule = lead.rule
            if rule is None or rule.when_away != "reroute":
                continue
            covers = [] if absence.covered_by is None else [absence.covered_by]
            if self._to_one_of(lead, covers, rule, at):
                continue
            if not self._to_somebody_else(lead, frozenset({absence.user_id}), at):
                self._leaves(lead, absence.user_id)
                lead.owner_id = None
                lead.turn += 1
                self._member(lead.asked.household_id, lead.asked.lead_id, None, lead.state, at)
                self._waits(lead, at)
        self._drain(at)

    def _to_one_of(self, lead: _Lead, named: Sequence[UUID], rule: AssignmentRule, at: datetime) -> bool:
        for user_id in named:
            if stands_in(rule, user_id, lead.asked, at, self._staff.now):
                self._leaves(lead, lead.owner_id)
                self._load.has_one_more(user_id, at, self._staff.now)
                self._given(lead, user_id, rule, at)
                return True
        return False

    def _to_somebody_else(self, lead: _Lead, had_it: frozenset[UUID], at: datetime) -> bool:
        asked = replace(lead.asked, household_id=None, household_owner_id=None)
        decided = decide(self._rules, asked, at, self._staff.now, self._load, had_it=had_it)
        if not isinstance(decided, Given) or decided.user_id is None:
            return False
        self._leaves(lead, lead.owner_id)
        give(decided, at, self._staff.now, self._load)
        self._given(lead, decided.user_id, decided.rule, at)
        return True

    def _leaves(self, lead: _Lead, owner_id: UUID | None) -> None:
        if owner_id is not None:
            self._load.open[owner_id] -= 1
            self._untouched[owner_id].discard(lead.asked.lead_id)

    # Who waits, and whose households they are of.

    def _waits(self, lead: _Lead, at: datetime) -> None:
        """With who has its household at this moment."""
        if not self._backlog.size:
            # Until now nobody looked.
            self._quarter = _next_look(at)
        asked = lead.asked
        if asked.household_id is not None:
            self._waiting_of[asked.household_id].add(asked.lead_id)
            others = self._members.get(asked.household_id, {})
            theirs = next((owner for id, owner in others.items() if id != asked.lead_id), None)
            asked = replace(asked, household_owner_id=theirs)
        self._backlog.add(asked, at)

    def _waits_no_more(self, lead: _Lead) -> None:
        self._backlog.remove(lead.asked.lead_id)
        if lead.asked.household_id is not None:
            self._waiting_of[lead.asked.household_id].discard(lead.asked.lead_id)

    def _member(
        self, household_id: UUID | None, lead_id: UUID, owner_id: UUID | None, state: State, at: datetime | None = None
    ) -> None:
        """Somebody has a lead of a household, or has it no longer; who waits of it is looked at by that."""
        if household_id is None:
            return
        members = self._members[household_id]
        before = members.get(lead_id)
        now = owner_id if state in ("open", "won") else None
        if now == before:
            return
        if now is None:
            del members[lead_id]
            if not members:
                del self._members[household_id]
        else:
            members[lead_id] = now
        if at is not None:
            for waiting in list(self._waiting_of.get(household_id, ())):
                self._waits(self._leads[waiting], at)

    def _answer(self, lead: Past, user_id: UUID, at: datetime) -> datetime | None:
        if lead.owner_id == user_id and lead.owned_at is not None:
            return None if lead.touched_at is None else at + max(lead.touched_at - lead.owned_at, timedelta())
        usual = self._before.usual
        took = usual.get(user_id, usual.get(None))
        return None if took is None else at + took


def _next_look(at: datetime) -> datetime:
    """The next quarter of an hour: at one begin days and, as people write them, hours."""
    return at - (at - datetime.min.replace(tzinfo=UTC)) % _LOOKS + _LOOKS


def _at_most(most: dict[UUID, int], user_id: UUID, now: int) -> None:
    most[user_id] = max(most.get(user_id, 0), now)


def _minutes(took: timedelta) -> float:
    return max(took.total_seconds() / 60, 0.0)


def at_percent(values: Sequence[float], percent: int) -> float | None:
    """The value that so many percent do not exceed; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))], 1)
