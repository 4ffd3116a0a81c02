"""What can be done to many leads, and what becomes of one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.http.fields import WithoutNul
from gardenos_contracts import Event, Received
from gardenos_contracts.lead_pipelines import StageKey
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, field_validator

from gardenos_leads.lead import Lead, evolve
from gardenos_leads.pipelines.pipeline import Pipelines
from gardenos_leads.recycling.asked import Recycle

Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), WithoutNul]


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Assign(_Action):
    """A new owner, or none. Without `team_id` each lead stays with its team."""

    kind: Literal["assign"]
    owner_id: UUID | None
    team_id: UUID | None = None


class Move(_Action):
    """A stage of each lead's pipeline, by its key, or the first of a kind."""

    kind: Literal["stage"]
    stage: StageKey
    reason: Annotated[str, StringConstraints(max_length=1000), WithoutNul] | None = None
    exit_reason: Annotated[str, StringConstraints(max_length=200), WithoutNul] | None = None

    @field_validator("stage")
    @classmethod
    def _not_won(cls, stage: str) -> str:
        if stage == "won":
            raise ValueError("a lead is won by its conversion, one at a time")
        return stage


class ChangeTags(_Action):
    """Tags to give, or to take; or to have instead of all others: then none at all is a choice as well."""

    kind: Literal["tags"]
    mode: Literal["add", "remove", "replace"]
    tags: Annotated[list[Tag], Field(max_length=50)]


class Enrol(_Action):
    """Into a campaign, beside those they are in."""

    kind: Literal["enrol"]
    campaign_id: UUID


class RecycleMany(Recycle):
    """Each is left alone until a day, or before an X-date of its own."""

    kind: Literal["recycle"]


class Remove(_Action):
    """No list shows them any more, until they are restored."""

    kind: Literal["remove"]


Action: TypeAlias = Annotated[Assign | Move | ChangeTags | Enrol | RecycleMany | Remove, Field(discriminator="kind")]


class Undo(_Action):
    """Another bulk action taken back; `over_changes`: also where something was changed since."""

    kind: Literal["undo"]
    over_changes: bool = False


AnyAction: TypeAlias = Annotated[
    Assign | Move | ChangeTags | Enrol | RecycleMany | Remove | Undo, Field(discriminator="kind")
]
_ANY: TypeAdapter[AnyAction] = TypeAdapter(AnyAction)


def action_of(kept: Mapping[str, Any]) -> AnyAction:
    """An action as the table has it. What was not said of it is not there."""
    return _ANY.validate_python(kept)


class BulkFate(StrEnum):
    """What became of a lead."""

    DONE = "done"
    NOTHING = "nothing"
    """It was so already."""
    NOT_ALLOWED = "not_allowed"
    """By whose it is, or by what it is."""
    CHANGED = "changed"
    """Somebody changed it after it was selected."""
    GONE = "gone"
    """It was removed or forgotten, or never was there for the asker."""
    CONFLICT = "conflict"
    """What is to be taken back was changed since, and stays."""


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a lead, why, and what is to be recorded."""

    fate: BulkFate
    reason: str | None = None
    events: tuple[Event, ...] = ()
    conflicts: tuple[Mapping[str, Any], ...] = ()


def folded(facts: Iterable[Received[Event]], until: int | None = None) -> Lead | None:
    """A lead of its history, as far as a version."""
    lead: Lead | None = None
    for fact in facts:
        if until is not None and fact.version > until:
            break
        lead = evolve(lead, fact.data)
    return lead


def decided(action: AnyAction, lead: Lead, pipelines: Pipelines, today: date) -> Iterable[Event]:
    """What follows for one lead. Raises Conflict and Invalid where it cannot be."""
    match action:
        case Assign():
            team_id = action.team_id if "team_id" in action.model_fields_set else lead.team_id
            return lead.assign(action.owner_id, team_id)
        case Move():
            return lead.move_in(pipelines.of(lead.line), action.stage, action.reason, action.exit_reason)
        case ChangeTags(mode="add"):
            return lead.tag(action.tags, ())
        case ChangeTags(mode="remove"):
            return lead.tag((), action.tags)
        case ChangeTags():
            return lead.tag(action.tags, lead.tags - set(action.tags))
        case Enrol():
            return lead.enrol(action.campaign_id)
        case RecycleMany():
            return action.decided(lead, pipelines.of(lead.line), today)
        case Remove():
            return lead.remove()
    raise AssertionError(action.kind)


def judged(action: AnyAction, lead: Lead, selected: Lead, pipelines: Pipelines, today: date) -> Became:
    """What becomes of a lead that is the asker's to change; `selected` is what it was when it was selected."""
    if lead.removed and not isinstance(action, Remove):
        return Became(BulkFate.GONE, "it was removed")
    try:
        events = tuple(decided(action, lead, pipelines, today))
    except (Conflict, Invalid) as refused:
        return Became(BulkFate.NOT_ALLOWED, refused.detail)
    if not events:
        return Became(BulkFate.NOTHING)
    if before_now := _overwritten(action, lead, selected):
        return Became(BulkFate.CHANGED, f"somebody else changed its {before_now} meanwhile")
    return Became(BulkFate.DONE, events=events)


def _overwritten(action: AnyAction, lead: Lead, selected: Lead) -> str | None:
    """What somebody decided after the lead was selected, and this would decide otherwise."""
    match action:
        case Assign() if (lead.owner_id, lead.team_id) != (selected.owner_id, selected.team_id):
            return "owner"
        case Move() if lead.place != selected.place:
            return "stage"
        case RecycleMany() if (lead.place, lead.recycled) != (selected.place, selected.recycled):
            return "stage, or when it comes back,"
        case ChangeTags(mode="replace") if lead.tags != selected.tags:
            return "tags"
    return None
