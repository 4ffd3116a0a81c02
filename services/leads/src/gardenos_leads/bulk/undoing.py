"""One lead set back to what it was before a bulk action, where it is still as that left it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_contracts import Event, Received
from gardenos_contracts.leads import Stage

from gardenos_leads.bulk.actions import (
    AnyAction,
    Assign,
    Became,
    BulkFate,
    ChangeTags,
    Enrol,
    Move,
    RecycleMany,
    Remove,
)
from gardenos_leads.lead import Lead, evolve
from gardenos_leads.pipelines.stays import in_stage_since
from gardenos_leads.recycling.recycle import cancel


def before_of(history: Sequence[Received[Event]], cause: str) -> tuple[Lead, Lead] | None:
    """What a lead was before the events that have this cause, and after them; None if there are none."""
    lead: Lead | None = None
    before: Lead | None = None
    after: Lead | None = None
    for fact in history:
        was, lead = lead, evolve(lead, fact.data)
        if fact.causation_id == cause and was is not None:
            before, after = before or was, lead
    return (before, after) if before is not None and after is not None else None


def set_back(action: AnyAction, history: Sequence[Received[Event]], cause: str, *, over_changes: bool) -> Became:
    """What becomes of a lead when a bulk action is taken back: each field by itself, tags one by one unless all were replaced."""
    states = before_of(history, cause)
    lead: Lead | None = None
    for fact in history:
        lead = evolve(lead, fact.data)
    if states is None or lead is None:
        return Became(BulkFate.NOTHING, "this was not done to it")
    before, after = states
    if lead.removed and not isinstance(action, Remove):
        return Became(BulkFate.GONE, "it was removed since: restore it first")
    conflicts = [] if over_changes else _conflicts(action, before, after, lead, history)
    if conflicts:
        fields = " and ".join(_WORDS[each["field"]] for each in conflicts)
        return Became(BulkFate.CONFLICT, f"its {fields} was changed since", conflicts=tuple(conflicts))
    try:
        events = tuple(_back(action, before, after, lead, _since(history, cause)))
    except (Conflict, Invalid) as refused:
        return Became(BulkFate.NOT_ALLOWED, refused.detail)
    return Became(BulkFate.DONE, events=events) if events else Became(BulkFate.NOTHING, "it is as it was before")


_WORDS = {
    "owner_id": "owner",
    "team_id": "team",
    "stage": "stage",
    "tags": "list of tags",
    "comes_back_on": "day on which it comes back",
}


def _since(history: Sequence[Received[Event]], cause: str) -> datetime | None:
    """Since when it was in the stage in which the action found it."""
    return in_stage_since(list(takewhile(lambda fact: fact.causation_id != cause, history)))


def _back(action: AnyAction, before: Lead, after: Lead, lead: Lead, since: datetime | None) -> Iterable[Event]:
    match action:
        case Assign():
            return lead.assign(before.owner_id, before.team_id)
        case Move():
            return _left_alone(before, lead, lead.move(before.stage, before.stage_key, since))
        case ChangeTags(mode="replace"):
            return lead.tag(before.tags, lead.tags - before.tags)
        case ChangeTags():
            # What others gave or took besides is theirs.
            return lead.tag(before.tags - after.tags, after.tags - before.tags)
        case RecycleMany():
            if before.recycled is None or lead.stage is Stage.WON:
                return cancel(lead)
            return () if lead.recycled == before.recycled else (before.recycled.said(lead.lead_id, lead.person_id),)
        case Enrol():
            return lead.withdraw(action.campaign_id)
        case Remove():
            return _left_alone(before, lead, lead.restore()) if lead.removed else ()
    raise AssertionError(action.kind)


def _left_alone(before: Lead, lead: Lead, back: Iterable[Event]) -> Iterator[Event]:
    """What sets it back, and that it is left alone as it was, or as somebody said since: by another stage that ends."""
    recycled = lead.recycled or before.recycled
    now = lead
    for event in back:
        yield event
        now = evolve(now, event)
    if now is not lead and recycled is not None and now.recycled != recycled:
        yield recycled.said(lead.lead_id, lead.person_id)


def _conflicts(
    action: AnyAction, before: Lead, after: Lead, lead: Lead, history: Sequence[Received[Event]]
) -> list[dict[str, Any]]:
    """The fields that are neither as the action left them nor as they were before it."""
    found = []
    for name, of in _fields(action).items():
        if of(lead) != of(after) and of(lead) != of(before):
            by, at = _last_changed(history, of)
            to = None if name == "tags" else of(lead)
            found.append({"field": name, "to": None if to is None else str(to), "by": by, "at": at.isoformat()})
    return found


def _fields(action: AnyAction) -> dict[str, Callable[[Lead], Any]]:
    match action:
        case Assign():
            return {"owner_id": _owner, "team_id": _team}
        case Move():
            return {"stage": lambda lead: lead.place[1]}
        case RecycleMany():
            return {"comes_back_on": lambda lead: lead.recycled and lead.recycled.comes_back_on}
        case ChangeTags(mode="replace"):
            return {"tags": lambda lead: lead.tags}
    return {}


def _owner(lead: Lead) -> UUID | None:
    return lead.owner_id


def _team(lead: Lead) -> UUID | None:
    return lead.team_id


def _last_changed(history: Sequence[Received[Event]], of: Callable[[Lead], Any]) -> tuple[str, datetime]:
    lead: Lead | None = None
    last = history[0]
    for fact in history:
        was, lead = lead, evolve(lead, fact.data)
        if was is None or of(was) != of(lead):
            last = fact
    return str(last.actor), last.occurred_at
