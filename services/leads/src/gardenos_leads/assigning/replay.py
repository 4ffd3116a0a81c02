"""What if: a draft of rules is given what came in, by the functions that serve in earnest, and tells what it would have done.

Nothing is written. Who has a lead is in touch as soon as they were, where they had it in fact; else as they usually are; else
as anybody is.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from gardenos_contracts.lead_assignment import AssignmentRule

from gardenos_leads.assigning.domain import Asked, Backlog, Kept, Load, Staff, Waits, Why, decide

_LOOKS = timedelta(minutes=15)
"""What waits is looked at again so often, and whenever another lead comes or is closed. In earnest: each minute."""


@dataclass(frozen=True, slots=True)
class Past:
    """A lead as it came, and what in fact became of it."""

    asked: Asked
    owner_id: UUID | None = None
    """Who had it first."""
    owned_at: datetime | None = None
    touched_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(slots=True)
class Told:
    """How it went, or would have gone."""

    leads: int = 0
    per_agent: Counter[UUID] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    """Minutes until somebody had it."""
    responses: list[float] = field(default_factory=list)
    """Minutes until somebody was in touch."""
    unassigned: int = 0
    missed: int = 0
    """Nobody was in touch within the time that is asked about."""


@dataclass(slots=True)
class WhatIf:
    """A draft beside what happened."""

    happened: Told
    draft: Told
    waiting: Counter[Waits] = field(default_factory=Counter)
    """Of what would still wait at the end: why."""
    why: Counter[Why] = field(default_factory=Counter)
    """Of the people asked for what would still wait: why they could not take it."""
    most_waiting: int = 0
    per_rule: Counter[UUID] = field(default_factory=Counter)


def what_if(
    rules: Sequence[AssignmentRule],
    past: Sequence[Past],
    staff: Staff,
    *,
    until: datetime,
    minutes: int,
    open_before: Mapping[UUID, int] | None = None,
) -> WhatIf:
    """Replays leads in the order in which they came. `minutes`: later than that, or never, is a miss."""
    within = timedelta(minutes=minutes)
    told = WhatIf(happened=_happened(past, within), draft=Told(leads=len(past)))
    usual = _usual(past)
    of = {each.asked.lead_id: each for each in past}
    load = Load()
    load.open.update(open_before or {})
    backlog = Backlog(rules, staff.zone)
    closings: list[tuple[datetime, UUID]] = []

    def drained(at: datetime) -> None:
        for given in backlog.drain(at, staff, load):
            lead, user_id = of[given.asked.lead_id], given.user_id
            if user_id is None:
                continue
            told.per_rule[given.rule.rule_id] += 1
            told.draft.per_agent[user_id] += 1
            told.draft.waits.append(_minutes(at - lead.asked.since))
            _answered(told.draft, lead.asked.since, _answer(lead, user_id, at, usual), within, until)
            if lead.closed_at is not None and lead.closed_at > at:
                heapq.heappush(closings, (lead.closed_at, user_id))
            elif lead.closed_at is not None:
                load.open[user_id] -= 1

    def gone_on(at: datetime, looked: datetime) -> datetime:
        """Closings and looks up to a moment, in their order."""
        while True:
            look = looked + _LOOKS if backlog.size else datetime.max.replace(tzinfo=at.tzinfo)
            closing = closings[0][0] if closings else datetime.max.replace(tzinfo=at.tzinfo)
            if min(look, closing) > at:
                return looked
            if closing <= look:
                load.open[heapq.heappop(closings)[1]] -= 1
                if not backlog.size:
                    continue
            looked = min(look, closing)
            drained(looked)

    looked = past[0].asked.since if past else until
    for lead in past:
        looked = gone_on(lead.asked.since, looked)
        backlog.add(lead.asked, lead.asked.since)
        drained(lead.asked.since)
        looked = lead.asked.since
        told.most_waiting = max(told.most_waiting, backlog.size)
    gone_on(until, looked)
    drained(until)
    told.draft.unassigned = backlog.size
    for asked in backlog:
        told.draft.missed += asked.since + within <= until
        decided = decide(rules, asked, until, staff, load)
        assert isinstance(decided, Kept)
        told.waiting[decided.waits] += 1
        told.why.update(decided.why)
    return told


def _happened(past: Iterable[Past], within: timedelta) -> Told:
    told = Told()
    for lead in past:
        told.leads += 1
        if lead.owner_id is None:
            told.unassigned += 1
        else:
            told.per_agent[lead.owner_id] += 1
            if lead.owned_at is not None:
                told.waits.append(_minutes(lead.owned_at - lead.asked.since))
        if lead.touched_at is not None:
            told.responses.append(_minutes(lead.touched_at - lead.asked.since))
        told.missed += lead.touched_at is None or lead.touched_at > lead.asked.since + within
    return told


def _answered(told: Told, since: datetime, touched_at: datetime | None, within: timedelta, until: datetime) -> None:
    if touched_at is not None and touched_at <= until:
        told.responses.append(_minutes(touched_at - since))
    told.missed += touched_at is None or touched_at > since + within


def _usual(past: Iterable[Past]) -> Mapping[UUID | None, timedelta]:
    """How long each takes from having a lead until being in touch: the middle of it. None: anybody."""
    took: defaultdict[UUID | None, list[float]] = defaultdict(list)
    for lead in past:
        if lead.owner_id is not None and lead.owned_at is not None and lead.touched_at is not None:
            each = max((lead.touched_at - lead.owned_at).total_seconds(), 0.0)
            took[lead.owner_id].append(each)
            took[None].append(each)
    return {who: timedelta(seconds=median(times)) for who, times in took.items()}


def _answer(lead: Past, user_id: UUID, at: datetime, usual: Mapping[UUID | None, timedelta]) -> datetime | None:
    if lead.owner_id == user_id and lead.owned_at is not None:
        return None if lead.touched_at is None else at + max(lead.touched_at - lead.owned_at, timedelta())
    took = usual.get(user_id, usual.get(None))
    return None if took is None else at + took


def _minutes(took: timedelta) -> float:
    return max(took.total_seconds() / 60, 0.0)


def at_percent(values: Sequence[float], percent: int) -> float | None:
    """The value that so many percent do not exceed; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))], 1)
