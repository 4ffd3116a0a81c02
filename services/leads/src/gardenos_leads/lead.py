"""A lead: what may happen to a prospect on the way to a first policy."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.ids import derived_id
from gardenos_contracts import Event
from gardenos_contracts.campaigns import LeadEnrolled, LeadWithdrawn
from gardenos_contracts.lead_assignment import LeadUnanswered
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadsMerged, LeadsUnmerged, LeadUnmerged
from gardenos_contracts.lead_lists import FieldValue, LeadFieldsFilled, LeadTagsChanged
from gardenos_contracts.lead_pipelines import PipelineStage
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadShared,
    LeadStageChanged,
    LeadUnshared,
    PersonForgotten,
    Stage,
)
from gardenos_contracts.values import LineOfBusiness, PersonName

from gardenos_leads.households.domain import OF_HOUSEHOLDS, Membership, evolve_membership
from gardenos_leads.lists.fields import OWN
from gardenos_leads.pipelines.pipeline import STANDARD, Pipeline
from gardenos_leads.records.domain import NOTHING, OF_RECORDS, Records, evolve_records
from gardenos_leads.records.following import lines_follow
from gardenos_leads.recycling.domain import OF_RECYCLING, Recycled, evolve_recycled, return_follows


class Details(TypedDict):
    """What is known of the prospect, as the events carry it."""

    name: PersonName
    email: str | None
    phone: str | None
    street: str | None
    city: str | None
    postal_code: str | None
    state: str | None
    birth_date: Any
    line_of_business: LineOfBusiness | None
    current_carrier: str | None
    x_date: Any
    notes: str | None


DETAILS = tuple(Details.__annotations__)


@dataclass(frozen=True, slots=True)
class Lead:
    """A prospect. State is what its events made it."""

    lead_id: UUID
    person_id: UUID
    details: Details
    source: str
    campaign_id: UUID | None
    captured_at: datetime
    owner_id: UUID | None
    team_id: UUID | None
    stage: Stage = Stage.NEW
    stage_key: str | None = None
    """The stage of its pipeline, as it was said last; None: the first of its kind."""
    client_id: UUID | None = None
    forgotten: bool = False
    removed: bool = False
    shared_with: frozenset[UUID] = frozenset()
    tags: frozenset[str] = frozenset()
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    """What is known under the agency's own fields, by key."""
    campaigns: frozenset[UUID] = frozenset()
    """Those it is in, beside the one that it came from."""
    merged_into: UUID | None = None
    """The lead that the person goes on as, where they were kept as two."""
    merged: frozenset[UUID] = frozenset()
    """Leads that were this person as well, and go on as this one."""
    records: Records = NOTHING
    household: Membership | None = None
    """With whom they live, and as what."""
    recycled: Recycled | None = None
    """Until when it is left alone, if it is."""

    @property
    def place(self) -> tuple[Stage, str]:
        """Where it is, as it was said last."""
        return self.stage, self.stage_key or self.stage.value

    @property
    def line(self) -> LineOfBusiness | None:
        """Of the insurance they ask for: by it is told through which pipeline it goes."""
        return self.details["line_of_business"]

    def change_details(self, **changes: Any) -> Iterator[Event]:
        """New details; None empties one. Nothing happens where nothing differs."""
        self.require_known()
        changed = Details(**{**self.details, **changes})  # type: ignore[typeddict-item]
        _require_a_way_to_know(changed)
        if changed != self.details:
            ids = {"lead_id": self.lead_id, "person_id": self.person_id}
            told = LeadDetailsChanged(lead_id=self.lead_id, person_id=self.person_id, **changed)
            lines = lines_follow(self.records, self.details, changed, **ids)
            yield from with_its_return(self, (*lines, told))

    def assign(
        self,
        owner_id: UUID | None,
        team_id: UUID | None,
        *,
        rule_id: UUID | None = None,
        rule: str | None = None,
        with_household: bool = False,
    ) -> Iterator[Event]:
        """To a producer, or back to a team's pool; by a rule, or by hand. A closed lead stays with whom it was."""
        self._require_open("assigned")
        if (owner_id, team_id) != (self.owner_id, self.team_id):
            yield LeadAssigned(
                lead_id=self.lead_id,
                person_id=self.person_id,
                owner_id=owner_id,
                team_id=team_id,
                previous_owner_id=self.owner_id,
                rule_id=rule_id,
                rule=rule,
                with_household=with_household,
            )

    def unanswered(self, rule_id: UUID, rule: str, minutes: int, told: Collection[UUID]) -> Iterator[Event]:
        """Nobody was in touch in the time that a rule gives."""
        self._require_open("answered")
        if self.owner_id is not None:
            yield LeadUnanswered(
                lead_id=self.lead_id,
                person_id=self.person_id,
                owner_id=self.owner_id,
                team_id=self.team_id,
                rule_id=rule_id,
                rule=rule,
                minutes=minutes,
                told=tuple(sorted(told)),
            )

    def move(self, stage: Stage, key: str | None = None, since: datetime | None = None) -> Iterator[Event]:
        """To where it was before, whatever its pipeline asks of leads that come there; a won lead is a client.

        `since`: it was there all along, for what came between is taken back.
        """
        self._require_movable(stage)
        if (stage, key or stage.value) != self.place:
            yield LeadStageChanged(
                lead_id=self.lead_id, person_id=self.person_id, stage=stage, previous_stage=self.stage, key=key,
                previous_key=self.stage_key, since=since,
            )  # fmt: skip

    def move_in(
        self, pipeline: Pipeline, to: str, reason: str | None = None, exit_reason: str | None = None
    ) -> Iterator[Event]:
        """Along its pipeline, or back, to the stage of a key or the first of a kind; a lost lead may be reopened.

        Raises Invalid, with what is missing, where something must be known of leads that come there.
        """
        self.require_known()
        stage, here = pipeline.named(to), pipeline.place(self.stage, self.stage_key)
        self._require_movable(stage.kind)
        if (stage.kind, stage.key) == (self.stage, here.key):
            return
        self.require_filled(stage)
        if stage.kind is Stage.LOST:
            _require_a_reason(pipeline, reason, exit_reason)
        elif exit_reason is not None:
            raise Invalid("only who is lost is so for a reason", pointer="/exit_reason")
        yield LeadStageChanged(
            lead_id=self.lead_id,
            person_id=self.person_id,
            stage=stage.kind,
            previous_stage=self.stage,
            reason=reason,
            pipeline=pipeline.line,
            key=stage.key,
            name=stage.name,
            previous_key=here.key,
            previous_name=here.name,
            exit_reason=exit_reason,
        )

    def require_filled(self, stage: PipelineStage) -> None:
        """Raises Invalid, naming each, where something is not known that must be of leads in a stage."""
        missing = [name for name in stage.required if not self._knows(name)]
        if missing:
            needs = f"must be known before a lead is in {stage.name}"
            raise Invalid.many([(f"/{name.replace('.', '/')}", f"{name} {needs}") for name in missing])

    def _knows(self, name: str) -> bool:
        if name.startswith(OWN):
            return name.removeprefix(OWN) in self.fields
        value: Any = self.details.get(name)
        return value is not None and str(value) != ""

    @property
    def known(self) -> dict[str, Any]:
        """All that people write down of it: its details, and the agency's own fields as `fields.<key>`."""
        return {**self.details, **{f"{OWN}{key}": value for key, value in self.fields.items()}}

    def convert(self, at: datetime, pipeline: Pipeline = STANDARD) -> Iterator[Event]:
        """The prospect becomes a client, once. Raises Invalid where something must be known of who is won."""
        self.require_known()
        if self.client_id is not None:
            raise Conflict(f"this lead was converted already: see client {self.client_id}")
        self.require_filled(pipeline.won)
        yield LeadConverted(
            lead_id=self.lead_id,
            person_id=self.person_id,
            client_id=derived_id("client of", self.lead_id),
            **{name: self.details[name] for name in _CONVERTED},  # type: ignore[literal-required]
            campaign_id=self.campaign_id,
            source=self.source,
            owner_id=self.owner_id,
            team_id=self.team_id,
            captured_at=self.captured_at,
            converted_at=at,
            shared_with=tuple(sorted(self.shared_with)),
        )
        for user_id in sorted(self.shared_with):
            yield from self.unshare(user_id)

    def share(self, user_id: UUID) -> Iterator[Event]:
        """A colleague has it in their scope as well."""
        self.require_known()
        if self.client_id is not None:
            raise Conflict("this lead became a client: share the client, and this comes with it")
        if user_id not in self.shared_with:
            yield LeadShared(lead_id=self.lead_id, person_id=self.person_id, user_id=user_id)

    def unshare(self, user_id: UUID) -> Iterator[Event]:
        """A colleague has it in their scope no longer, unless by their role."""
        if user_id in self.shared_with:
            yield LeadUnshared(lead_id=self.lead_id, person_id=self.person_id, user_id=user_id)

    def remove(self) -> Iterator[Event]:
        """It is shown no more, until it is restored. Nothing happens a second time."""
        if self.client_id is not None:
            raise Conflict("this lead became a client, and stays with their history")
        if not self.removed and not self.forgotten:
            yield LeadRemoved(lead_id=self.lead_id, person_id=self.person_id)

    def restore(self) -> Iterator[Event]:
        """What was removed is back as it was."""
        if self.forgotten:
            raise Conflict("this person was forgotten: nothing more is kept of them")
        if self.merged_into is not None:
            raise Conflict(f"this lead was merged into lead {self.merged_into}: take the merge back there")
        if self.removed:
            yield LeadRestored(lead_id=self.lead_id, person_id=self.person_id)

    def tag(self, add: Collection[str], remove: Collection[str]) -> Iterator[Event]:
        """It is given tags and loses others; what is given and taken at once is given."""
        self.require_known()
        added, removed = frozenset(add) - self.tags, (frozenset(remove) & self.tags) - frozenset(add)
        if len(self.tags | added) - len(removed) > MOST_TAGS:
            raise Invalid(f"a lead has at most {MOST_TAGS} tags", pointer="/add")
        if added or removed:
            yield LeadTagsChanged(
                lead_id=self.lead_id,
                person_id=self.person_id,
                added=tuple(sorted(added)),
                removed=tuple(sorted(removed)),
            )

    def fill(self, values: Mapping[str, FieldValue]) -> Iterator[Event]:
        """What is known under fields of the agency's own; None where nothing is any more."""
        self.require_known()
        changed = {key: value for key, value in values.items() if self.fields.get(key) != value}
        if changed:
            yield LeadFieldsFilled(lead_id=self.lead_id, person_id=self.person_id, values=changed)

    def enrol(self, campaign_id: UUID) -> Iterator[Event]:
        """Into a campaign; nothing happens where it is in it, or came from it. Whether that takes anybody is its own affair."""
        self.require_known()
        if campaign_id != self.campaign_id and campaign_id not in self.campaigns:
            yield LeadEnrolled(lead_id=self.lead_id, person_id=self.person_id, campaign_id=campaign_id)

    def withdraw(self, campaign_id: UUID) -> Iterator[Event]:
        """Out of a campaign again."""
        if campaign_id in self.campaigns:
            yield LeadWithdrawn(lead_id=self.lead_id, person_id=self.person_id, campaign_id=campaign_id)

    def forget(self) -> Iterator[Event]:
        """What is known of the person is given up, for good. Nothing happens a second time."""
        if not self.forgotten:
            yield PersonForgotten(lead_id=self.lead_id, person_id=self.person_id, client_id=self.client_id)

    def require_known(self) -> None:
        """Raises Conflict for one that was forgotten, removed or merged into another."""
        if self.forgotten:
            raise Conflict("this person was forgotten: nothing more is kept of them")
        if self.merged_into is not None:
            raise Conflict(f"this lead was merged into lead {self.merged_into}: go on with that one")
        if self.removed:
            raise Conflict("this lead was removed: restore it first")

    def _require_movable(self, to: Stage) -> None:
        self.require_known()
        if self.stage == Stage.WON:
            raise Conflict(f"this lead was won: go on with client {self.client_id}")
        if to == Stage.WON:
            raise Invalid("a lead is won by its conversion; convert it instead", pointer="/stage")

    def _require_open(self, what: str) -> None:
        self.require_known()
        if self.stage.closed:
            raise Conflict(f"a closed lead cannot be {what}; reopen it first")


MOST_TAGS = 100

_CONVERTED = ("name", "email", "phone", "street", "city", "postal_code", "state", "birth_date", "line_of_business")


def capture(event: LeadCaptured) -> Iterator[Event]:
    """A new lead. Raises Invalid without a name, an email address or a telephone number."""
    _require_a_way_to_know(_details_of(event))
    yield event


def evolve(lead: Lead | None, event: Event) -> Lead:
    """The state after one more event. Raises TypeError for an event that is none of a lead's."""
    if lead is not None and (recycled := evolve_recycled(lead.recycled, event)) != lead.recycled:
        lead = replace(lead, recycled=recycled)
    if lead is not None and isinstance(event, OF_RECYCLING):
        return lead
    if lead is not None and isinstance(event, OF_RECORDS):
        return replace(lead, records=evolve_records(lead.records, event))
    if lead is not None and isinstance(event, OF_HOUSEHOLDS):
        return replace(lead, household=evolve_membership(lead.household, event))
    match event:
        case LeadCaptured():
            return Lead(
                lead_id=event.lead_id,
                person_id=event.person_id,
                details=_details_of(event),
                source=event.source,
                campaign_id=event.campaign_id,
                captured_at=event.captured_at,
                owner_id=event.owner_id,
                team_id=event.team_id,
            )
        case LeadDetailsChanged() if lead is not None:
            return replace(lead, details=_details_of(event))
        case LeadAssigned() if lead is not None:
            return replace(lead, owner_id=event.owner_id, team_id=event.team_id)
        case LeadStageChanged() if lead is not None:
            return replace(lead, stage=event.stage, stage_key=event.key)
        case LeadConverted() if lead is not None:
            return replace(lead, stage=Stage.WON, stage_key=None, client_id=event.client_id)
        case LeadShared() if lead is not None:
            return replace(lead, shared_with=lead.shared_with | {event.user_id})
        case LeadUnshared() if lead is not None:
            return replace(lead, shared_with=lead.shared_with - {event.user_id})
        case LeadTagsChanged() if lead is not None:
            return replace(lead, tags=(lead.tags - set(event.removed)) | set(event.added))
        case LeadFieldsFilled() if lead is not None:
            known = {**lead.fields, **event.values}
            return replace(lead, fields={key: value for key, value in known.items() if value is not None})
        case LeadEnrolled() if lead is not None:
            return replace(lead, campaigns=lead.campaigns | {event.campaign_id})
        case LeadWithdrawn() if lead is not None:
            return replace(lead, campaigns=lead.campaigns - {event.campaign_id})
        case LeadInquired() | LeadUnanswered() if lead is not None:
            return lead
        case LeadRemoved() if lead is not None:
            return replace(lead, removed=True)
        case LeadRestored() if lead is not None:
            return replace(lead, removed=False)
        case LeadsMerged() if lead is not None:
            return replace(lead, merged=lead.merged | {event.merged_lead_id}, captured_at=event.captured_at)
        case LeadsUnmerged() if lead is not None:
            return replace(lead, merged=lead.merged - {event.merged_lead_id}, captured_at=event.captured_at)
        case LeadMergedInto() if lead is not None:
            return replace(lead, merged_into=event.into_lead_id)
        case LeadUnmerged() if lead is not None:
            return replace(lead, merged_into=None)
        case PersonForgotten() if lead is not None:
            nothing = Details(**{**dict.fromkeys(DETAILS), "name": PersonName()})  # type: ignore[typeddict-item]
            left: dict[str, Any] = {"tags": frozenset(), "fields": {}, "records": NOTHING, "household": None}
            return replace(lead, details=nothing, forgotten=True, **left)
    raise TypeError(f"{event.event_type} is no event of a lead")


def with_its_return(lead: Lead, events: Iterable[Event]) -> Iterator[Event]:
    """What happens to a lead, and that it comes back on another day where that hangs on an X-date which is another now."""
    for event in events:
        lead = evolve(lead, event)
        yield event
    ids = {"lead_id": lead.lead_id, "person_id": lead.person_id}
    yield from return_follows(lead.recycled, lead.records, lead.details, **ids)


def _details_of(event: LeadCaptured | LeadDetailsChanged) -> Details:
    found: Details = {name: getattr(event, name) for name in DETAILS}  # type: ignore[assignment]
    return found


def _require_a_reason(pipeline: Pipeline, reason: str | None, exit_reason: str | None) -> None:
    """One of the agency's, or another in words of its own; where it gives none to choose from, none is asked for."""
    if exit_reason is None:
        if pipeline.exit_reasons and not (reason or "").strip():
            raise Invalid("say why: choose a reason, or write another", pointer="/exit_reason")
    elif exit_reason not in pipeline.exit_reasons:
        raise Invalid("your agency gives no such reason to choose from", pointer="/exit_reason")


def _require_a_way_to_know(details: Details) -> None:
    if not (str(details["name"]) or details["email"] or details["phone"]):
        raise Invalid("a lead needs a name, an email address or a telephone number", pointer="/name")
