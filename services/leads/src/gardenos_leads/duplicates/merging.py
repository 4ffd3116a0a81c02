"""Two leads of one person become one, and two again: what is chosen, what follows, and what was changed since.

Of each field one value is kept: whatever whoever merges chose, else what the surviving lead has, else what the other has. Tags,
shares and campaigns of both are kept; who was of no household is of the other's; left alone is who is worked on as neither. A
merge taken back sets each field back that is still as the merge left it; what was changed since stays where it is, and is told
before.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_contracts import Event, Fact
from gardenos_contracts.campaigns import LeadEnrolled, LeadWithdrawn
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadsMerged, LeadsUnmerged, LeadUnmerged
from gardenos_contracts.lead_lists import FieldValue, LeadFieldsFilled, LeadTagsChanged
from gardenos_contracts.lead_recycling import LeadRecyclingCancelled
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadShared,
    LeadStageChanged,
    LeadUnshared,
    Stage,
)

from gardenos_leads.households.domain import become
from gardenos_leads.lead import DETAILS, Details, Lead, evolve
from gardenos_leads.lists.fields import OWN
from gardenos_leads.pipelines.stays import in_stage_since
from gardenos_leads.recycling.domain import Recycled

Side: TypeAlias = Literal["lead", "other"]

OWNER, STAGE = "owner", "stage"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of two leads, side by side."""

    name: str
    """As details are called; `owner` with the team; `stage`; `fields.<key>` of the agency's own."""
    lead: Any
    other: Any
    suggested: Side

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.lead != self.other)


def refuse_to_merge(lead: Lead, other: Lead) -> None:
    """Raises Conflict where these two cannot be one, and says what to do; Invalid where they are one lead."""
    if lead.lead_id == other.lead_id:
        raise Invalid("this is one lead: choose another to merge it with", pointer="/other_id")
    for each in (lead, other):
        if each.forgotten:
            raise Conflict("this person was forgotten: nothing more is kept of them")
        if each.merged_into is not None:
            raise Conflict(f"lead {each.lead_id} was merged already: merge with lead {each.merged_into}")
        if each.removed:
            raise Conflict(f"lead {each.lead_id} was removed: restore it first")
    if lead.client_id is not None and other.client_id is not None:
        raise Conflict(
            f"both became clients, {lead.client_id} and {other.client_id}: two clients cannot be merged."
            " Keep the policies with one of them, and tell the leads apart"
        )
    if other.client_id is not None:
        raise Conflict(
            f"lead {other.lead_id} became client {other.client_id}: keep that one, and merge this one into it"
        )


def side_by_side(lead: Lead, other: Lead) -> list[Field]:
    """All that is chosen from, in the order in which people read it."""
    found = [_field(name, lead.details[name], other.details[name]) for name in DETAILS]  # type: ignore[literal-required]
    whose = ((lead.owner_id, lead.team_id), (other.owner_id, other.team_id))
    # Who was lost once and asked again by another way is worked; and whoever works on them goes on.
    found.append(Field(STAGE, lead.stage, other.stage, _further(lead, other)))
    found.append(Field(OWNER, *whose, "other" if lead.owner_id is None and other.owner_id is not None else "lead"))
    keys = sorted(lead.fields.keys() | other.fields.keys())
    return found + [_field(f"{OWN}{key}", lead.fields.get(key), other.fields.get(key)) for key in keys]


def _field(name: str, lead: Any, other: Any) -> Field:
    return Field(name, lead, other, "other" if _empty(lead) and not _empty(other) else "lead")


def _empty(value: Any) -> bool:
    return value is None or not str(value)


_ORDER = {stage: place for place, stage in enumerate((Stage.LOST, *(s for s in Stage if s is not Stage.LOST)))}


def _further(lead: Lead, other: Lead) -> Side:
    return "other" if _ORDER[other.stage] > _ORDER[lead.stage] else "lead"


@dataclass(frozen=True, slots=True)
class Merge:
    """What is recorded of a merge, on each of the two leads."""

    of_lead: Sequence[Event]
    of_other: Sequence[Event]


def merge(
    lead: Lead,
    other: Lead,
    chosen: Mapping[str, Side],
    *,
    merge_id: UUID,
    do_not_call: bool = False,
    since: datetime | None = None,
) -> Merge:
    """The other is this lead from now on. What is not `chosen` is as suggested. Raises Conflict and Invalid.

    `since`: since when the other is in its stage, in which they are all along where that is kept.
    """
    refuse_to_merge(lead, other)
    fields = side_by_side(lead, other)
    if unknown := set(chosen) - {field.name for field in fields}:
        raise Invalid(f"these leads have no such field: {', '.join(sorted(unknown))}", pointer="/chosen")
    taken = [field for field in fields if field.differs and chosen.get(field.name, field.suggested) == "other"]
    if lead.client_id is not None and any(field.name == STAGE for field in taken):
        raise Invalid("this lead was won, and stays won", pointer="/chosen/stage")
    into = _as(lead, taken, tags=lead.tags | other.tags, shared_with=_shared(lead, other))
    into = replace(
        into,
        campaigns=_campaigns(lead, other),
        household=lead.household or other.household,
        recycled=_recycled(lead, other),
    )
    if any(field.name == STAGE for field in taken):
        into = replace(into, stage_key=other.stage_key)
    changes = list(changes_from(lead, into, since))
    told = LeadsMerged(
        merge_id=merge_id,
        lead_id=lead.lead_id,
        person_id=lead.person_id,
        merged_lead_id=other.lead_id,
        merged_person_id=other.person_id,
        taken=tuple(field.name for field in taken),
        captured_at=min(lead.captured_at, other.captured_at),
        merged_captured_at=other.captured_at,
        do_not_call=do_not_call,
        followed_by=len(changes),
    )
    ids = {"lead_id": other.lead_id, "person_id": other.person_id}
    gone = LeadMergedInto(merge_id=merge_id, **ids, into_lead_id=lead.lead_id, into_person_id=lead.person_id)
    return Merge([told, *changes], [gone, LeadRemoved(**ids)])


def _shared(lead: Lead, other: Lead) -> frozenset[UUID]:
    """A client is shared by itself, and its lead no longer apart."""
    return lead.shared_with if lead.client_id is not None else lead.shared_with | other.shared_with


def _campaigns(lead: Lead, other: Lead) -> frozenset[UUID]:
    """Those of both; that which the other came from is one that this one is in."""
    came_from = frozenset(filter(None, (other.campaign_id,)))
    return (lead.campaigns | other.campaigns | came_from) - {lead.campaign_id}


def _recycled(lead: Lead, other: Lead) -> Recycled | None:
    """Left alone is who is worked on as neither: until the earlier of the days."""
    if any(each.stage is Stage.WON or (not each.stage.closed and each.recycled is None) for each in (lead, other)):
        return None
    there = (each.recycled for each in (lead, other) if each.recycled is not None)
    return min(there, key=lambda recycled: recycled.comes_back_on, default=None)


def _as(lead: Lead, taken: Collection[Field], *, tags: frozenset[str], shared_with: frozenset[UUID]) -> Lead:
    values = {field.name: field.other for field in taken}
    return _with(lead, values, tags=tags, shared_with=shared_with)


def _with(lead: Lead, values: Mapping[str, Any], *, tags: frozenset[str], shared_with: frozenset[UUID]) -> Lead:
    """The lead with other values, by the names of `Field`."""
    details = Details(**{**lead.details, **{name: values[name] for name in DETAILS if name in values}})  # type: ignore[typeddict-item]
    own = {**lead.fields, **{name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}}
    owner_id, team_id = values.get(OWNER, (lead.owner_id, lead.team_id))
    return replace(
        lead,
        details=details,
        stage=values.get(STAGE, lead.stage),
        owner_id=owner_id,
        team_id=team_id,
        fields={key: value for key, value in own.items() if value is not None},
        tags=tags,
        shared_with=shared_with,
    )


def changes_from(lead: Lead, into: Lead, since: datetime | None = None) -> Iterator[Event]:
    """The events by which a lead becomes as another state of it says; `since`: in its stage, where that is not from now on."""
    ids = {"lead_id": lead.lead_id, "person_id": lead.person_id}
    if into.details != lead.details:
        yield LeadDetailsChanged(**ids, **into.details)
    if (into.owner_id, into.team_id) != (lead.owner_id, lead.team_id):
        whose = {"owner_id": into.owner_id, "team_id": into.team_id}
        yield LeadAssigned(**ids, **whose, previous_owner_id=lead.owner_id)
    if into.place != lead.place:
        was = {"previous_stage": lead.stage, "previous_key": lead.stage_key}
        yield LeadStageChanged(**ids, **was, stage=into.stage, key=into.stage_key, since=since)
    if into.tags != lead.tags:
        added, removed = sorted(into.tags - lead.tags), sorted(lead.tags - into.tags)
        yield LeadTagsChanged(**ids, added=tuple(added), removed=tuple(removed))
    values: dict[str, FieldValue] = {
        key: into.fields.get(key)
        for key in sorted(lead.fields.keys() | into.fields.keys())
        if into.fields.get(key) != lead.fields.get(key)
    }
    if values:
        yield LeadFieldsFilled(**ids, values=values)
    for campaign_id in sorted(into.campaigns - lead.campaigns):
        yield LeadEnrolled(**ids, campaign_id=campaign_id)
    for campaign_id in sorted(lead.campaigns - into.campaigns):
        yield LeadWithdrawn(**ids, campaign_id=campaign_id)
    yield from become(lead, into.household)
    for user_id in sorted(into.shared_with - lead.shared_with):
        yield LeadShared(**ids, user_id=user_id)
    for user_id in sorted(lead.shared_with - into.shared_with):
        yield LeadUnshared(**ids, user_id=user_id)
    # By another stage it is left alone no more.
    recycled = lead.recycled if into.place == lead.place else None
    if into.recycled is None and recycled is not None:
        yield LeadRecyclingCancelled(**ids)
    elif into.recycled is not None and into.recycled != recycled:
        yield into.recycled.said(**ids)


@dataclass(frozen=True, slots=True)
class Since:
    """A field that a merge changed, and that was changed again since: it stays as it is now."""

    name: str
    before: Any
    merged: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Unmerge:
    """What taking a merge back leads to, and what it leaves."""

    back: Sequence[Field]
    """Fields that are set back: `lead` is what they are now, `other` what they will be."""
    stays: Sequence[Since]
    into: Lead
    captured_at: datetime
    since: datetime | None
    """Since when it was in its stage when they were merged: it is there all along, where it is set back to it."""


def unmerge(history: Sequence[Fact[Any]], merge_id: UUID) -> Unmerge:
    """By the surviving lead's history. Raises Conflict where the two are not one, or cannot be told apart now."""
    before, left, now = _states(history, merge_id)
    if now.forgotten:
        raise Conflict("this person was forgotten: nothing more is kept of them")
    if now.merged_into is not None:
        raise Conflict(f"this lead was merged into lead {now.merged_into} itself: take that back first")
    if merge_id not in _open_merges(history):
        raise Conflict("this merge was taken back already")
    back: list[Field] = []
    stays: list[Since] = []
    values: dict[str, Any] = {}
    was, had, has = _values(before), _values(left), _values(now)
    for name in had | was:
        old, merged, present = was.get(name), had.get(name), has.get(name)
        if old == merged:
            continue
        if merged == present:
            values[name] = old
            back.append(Field(name, present, old, "other"))
        else:
            stays.append(Since(name, old, merged, present))
    into = _with(
        now,
        values,
        tags=now.tags - (left.tags - before.tags),
        shared_with=now.shared_with - (left.shared_with - before.shared_with),
    )
    household = before.household if now.household == left.household else now.household
    into = replace(into, campaigns=now.campaigns - (left.campaigns - before.campaigns), household=household)
    if STAGE in values:
        into = replace(into, stage_key=before.stage_key)
    return Unmerge(back, stays, into, _captured_without(history, merge_id), _since_before(history, merge_id))


def unmerged(plan: Unmerge, now: Lead, other: Lead, merge_id: UUID) -> Merge:
    """What is recorded of it, on each of the two."""
    told = LeadsUnmerged(
        merge_id=merge_id,
        lead_id=now.lead_id,
        person_id=now.person_id,
        merged_lead_id=other.lead_id,
        merged_person_id=other.person_id,
        captured_at=plan.captured_at,
    )
    ids = {"lead_id": other.lead_id, "person_id": other.person_id}
    alone = LeadUnmerged(merge_id=merge_id, **ids, from_lead_id=now.lead_id, from_person_id=now.person_id)
    return Merge([told, *changes_from(now, plan.into, plan.since)], [alone, LeadRestored(**ids)])


def _values(lead: Lead) -> dict[str, Any]:
    # The agency's own fields come last.
    return {**lead.details, OWNER: (lead.owner_id, lead.team_id), STAGE: lead.stage, **lead.known}


def _states(history: Sequence[Fact[Any]], merge_id: UUID) -> tuple[Lead, Lead, Lead]:
    """The lead before a merge, as the merge left it, and now."""
    state: Lead | None = None
    before: Lead | None = None
    left: Lead | None = None
    follow = 0
    for fact in history:
        event = fact.data
        if isinstance(event, LeadsMerged) and event.merge_id == merge_id:
            before, follow = state, event.followed_by + 1
        state = evolve(state, event)
        if follow:
            follow -= 1
            left = state
    if before is None or left is None or state is None:
        raise Conflict("this lead knows of no such merge")
    return before, left, state


def _since_before(history: Sequence[Fact[Any]], merge_id: UUID) -> datetime | None:
    def earlier(fact: Fact[Any]) -> bool:
        return not (isinstance(fact.data, LeadsMerged) and fact.data.merge_id == merge_id)

    return in_stage_since(list(takewhile(earlier, history)))


def _open_merges(history: Sequence[Fact[Any]]) -> dict[UUID, LeadsMerged]:
    """Those that were not taken back."""
    found: dict[UUID, LeadsMerged] = {}
    for fact in history:
        if isinstance(fact.data, LeadsMerged):
            found[fact.data.merge_id] = fact.data
        elif isinstance(fact.data, LeadsUnmerged):
            found.pop(fact.data.merge_id, None)
    return found


def _captured_without(history: Sequence[Fact[Any]], merge_id: UUID) -> datetime:
    """When a lead became known, as itself or as another that is still merged into it."""
    own = [fact.data.captured_at for fact in history if isinstance(fact.data, LeadCaptured)]
    others = (merge.merged_captured_at for id, merge in _open_merges(history).items() if id != merge_id)
    return min([*own, *others])
