"""For how long a lead was in each of its stages, by its events. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_duplicates import LeadsMerged, LeadsUnmerged
from gardenos_contracts.lead_recycling import LeadCameBack
from gardenos_contracts.leads import LeadCaptured, LeadConverted, LeadStageChanged, Stage


@dataclass(frozen=True, slots=True)
class Stay:
    """A lead in one stage."""

    stage: Stage
    key: str | None
    """As it was said; None: the first of its kind."""
    name: str | None
    """What the stage was called then; None where nobody said."""
    since: datetime
    version: int
    """Of the event by which it came there."""
    until: datetime | None = None
    until_version: int | None = None
    taken_back: bool = False
    """Whether it is told of by another one: this was a mistake, or what came between was, and it was here all along."""

    def is_at(self, stage: Stage, key: str | None) -> bool:
        """Whether this is where somebody says that it is."""
        return self.stage == stage and (self.key or self.stage.value) == (key or stage.value)


def stays(history: Sequence[Fact[Event]]) -> list[Stay]:
    """In the order in which it came there; the last is where it is now. None of a lead without a beginning."""
    found: list[Stay] = []
    for fact in history:
        match event := fact.data:
            case LeadCaptured():
                found = [Stay(Stage.NEW, None, None, event.captured_at, fact.version)]
            case LeadStageChanged() if found:
                here = Stay(event.stage, event.key, event.name, event.since or fact.occurred_at, fact.version)
                found = list(_followed_by(found, here, fact))
            case LeadConverted() if found:
                won = Stay(Stage.WON, None, None, event.converted_at, fact.version)
                found = list(_followed_by(found, won, fact))
            case LeadCameBack() if found and not found[-1].stage.closed:
                # What it waited for is not held against it. Who was closed is in another stage by what follows.
                anew = replace(found[-1], since=fact.occurred_at, version=fact.version)
                found = list(_followed_by(found, anew, fact))
            case LeadsMerged() | LeadsUnmerged() if found:
                # Who became known earlier, as the other, was new since then.
                began = found[0].since
                found = [replace(each, since=event.captured_at) if each.since == began else each for each in found]
    return found


def in_stage_since(history: Sequence[Fact[Event]]) -> datetime | None:
    """Since when a lead is where it is."""
    there = stays(history)
    return there[-1].since if there else None


def _followed_by(found: Sequence[Stay], here: Stay, by: Fact[Event]) -> Iterator[Stay]:
    left = replace(found[-1], until=by.occurred_at, until_version=by.version)
    before = [*found[:-1], left]
    # It is where it was at the same time already: what is told between is told of a mistake.
    again = [
        place for place, stay in enumerate(before) if stay.since == here.since and stay.is_at(here.stage, here.key)
    ]
    for place, stay in enumerate(before):
        yield replace(stay, taken_back=True) if again and place >= again[0] else stay
    yield here
