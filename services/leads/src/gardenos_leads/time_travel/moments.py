"""A lead at a moment: by what was recorded until then, or by what had happened by then, whenever it was recorded."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from gardenos_chassis.events.changes import changes
from gardenos_contracts import Event, Received
from gardenos_contracts.leads import LeadCaptured, LeadConverted
from pydantic_core import to_jsonable_python

from gardenos_leads.history import shown, title
from gardenos_leads.lead import Lead, evolve

By: TypeAlias = Literal["known", "was"]
"""`known`: what the agency knew then. `was`: what was so then, as it is known today: an imported lead was one before it came."""


@dataclass(frozen=True, slots=True)
class At:
    """A lead as of a moment."""

    lead: Lead
    last: Received[Event]
    """What made it so."""

    @property
    def state(self) -> dict[str, Any]:
        """Its fields as people know them, as JSON has them."""
        return state_of(self.lead)

    def told(self) -> dict[str, Any]:
        """When it became so, and by whom."""
        return {
            "version": self.last.version,
            "recorded_at": self.last.recorded_at,
            "effective_at": effective(self.last),
            "title": title(self.last.data),
            "actor": str(self.last.actor),
        }


def effective(fact: Received[Event]) -> datetime:
    """When it was so in the world, by what is told of it."""
    match event := fact.data:
        case LeadCaptured():
            return event.captured_at
        case LeadConverted():
            return event.converted_at
    return fact.occurred_at


def as_of(history: Sequence[Received[Event]], at: datetime, by: By) -> At | None:
    """The lead as of a moment; None if it was none then."""
    told = told_by(history, at, by)
    return folded(told) if told else None


def told_by(history: Sequence[Received[Event]], at: datetime, by: By) -> Sequence[Received[Event]]:
    """What of a history counts at a moment; nothing, if it was no lead then."""
    told = [fact for fact in history if (fact.recorded_at if by == "known" else effective(fact)) <= at]
    # Without its beginning nothing of it is known.
    return told if told and told[0].version == 1 else []


def folded(facts: Sequence[Received[Event]]) -> At:
    """A lead after the last of these events, of which there is one at least."""
    lead: Lead | None = None
    for fact in facts:
        lead = evolve(lead, fact.data)
    assert lead is not None
    return At(lead, facts[-1])


def state_of(lead: Lead) -> dict[str, Any]:
    """A lead's fields as people know them, as JSON has them."""
    known: dict[str, Any] = to_jsonable_python(shown(lead))
    # Lists of leads do not show it; whoever looks back wants to see that it was so.
    return {**known, "removed": True} if lead.removed else known


def differences(history: Sequence[Received[Event]], before: At | None, after: At) -> list[dict[str, Any]]:
    """The fields that differ between two moments, each with what made it what it is in the later one."""
    found = changes({} if before is None else before.state, after.state)
    made_by: dict[str, Received[Event]] = {}
    lead: Lead | None = None
    state: dict[str, Any] = {}
    for fact in history:
        if fact.version > after.last.version:
            break
        lead = evolve(lead, fact.data)
        was, state = state, state_of(lead)
        for change in changes(was, state):
            made_by[change.field] = fact
    told = []
    for change in found:
        last = made_by.get(change.field, after.last)
        told.append(
            asdict(change)
            | {"title": title(last.data), "actor": str(last.actor), "version": last.version, "at": last.recorded_at}
        )
    return told
