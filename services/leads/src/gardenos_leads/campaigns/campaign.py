"""A campaign: what may happen to it, as pure functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from gardenos_chassis.errors import Conflict, FieldError, Invalid, NotFound
from gardenos_contracts import Event
from gardenos_contracts.campaigns import (
    CampaignChanged,
    CampaignClosed,
    CampaignCostCorrected,
    CampaignCostRecorded,
    CampaignCostRemoved,
    CampaignKind,
    CampaignPaused,
    CampaignPlanned,
    CampaignReopened,
    CampaignResumed,
    CostKind,
    Utm,
)
from gardenos_contracts.leads import CampaignLaunched
from gardenos_contracts.values import Money

MOST_COSTS = 500
"""Of one campaign."""


class Status(StrEnum):
    """How far a campaign is."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is said of a campaign by who plans it."""

    name: str
    source: str
    kind: CampaignKind = CampaignKind.OTHER
    currency: str = "USD"
    budget_minor: int | None = None
    goal: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    utm: Utm = field(default_factory=Utm)


@dataclass(frozen=True, slots=True)
class Cost:
    """Money that was spent, or came back."""

    kind: CostKind
    amount: Money
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as its events made it."""

    id: UUID
    plan: Plan
    status: Status = Status.DRAFT
    costs: Mapping[UUID, Cost] = field(default_factory=dict)

    def change(self, plan: Plan) -> Iterator[Event]:
        """Planned otherwise. Raises Invalid, and Conflict where its costs would be in another currency than it."""
        refuse_nonsense(plan)
        if plan.currency != self.plan.currency and self.costs:
            raise Conflict(f"its costs are in {self.plan.currency}: correct or remove them first")
        if plan != self.plan:
            yield CampaignChanged(campaign_id=self.id, **_told(plan))

    def become(self, status: Status, note: str = "") -> Iterator[Event]:
        """Launched, paused, resumed, closed or reopened. Nothing happens where it is so already. Raises Conflict."""
        match self.status, status:
            case before, after if before is after:
                return
            case Status.DRAFT, Status.RUNNING:
                yield CampaignLaunched(campaign_id=self.id, name=self.plan.name, source=self.plan.source)
            case Status.RUNNING, Status.PAUSED:
                yield CampaignPaused(campaign_id=self.id)
            case Status.PAUSED, Status.RUNNING:
                yield CampaignResumed(campaign_id=self.id)
            case _, Status.CLOSED:
                yield CampaignClosed(campaign_id=self.id, note=note)
            case Status.CLOSED, Status.RUNNING:
                yield CampaignReopened(campaign_id=self.id)
            case _:
                raise Conflict(f"a campaign that is {self.status} does not become {status}")

    def record_cost(self, cost_id: UUID, cost: Cost) -> Iterator[Event]:
        """Money was spent, or came back; after the end as well, for bills come late. Raises Invalid and Conflict."""
        self._refuse_other_currency(cost)
        if len(self.costs) >= MOST_COSTS:
            raise Conflict(f"a campaign has at most {MOST_COSTS} costs: sum up small ones")
        yield CampaignCostRecorded(
            campaign_id=self.id, cost_id=cost_id, kind=cost.kind, amount=cost.amount, on=cost.on, note=cost.note
        )

    def correct_cost(self, cost_id: UUID, cost: Cost) -> Iterator[Event]:
        """It was otherwise. Raises NotFound and Invalid."""
        self._refuse_other_currency(cost)
        if cost != self._cost(cost_id):
            yield CampaignCostCorrected(
                campaign_id=self.id, cost_id=cost_id, kind=cost.kind, amount=cost.amount, on=cost.on, note=cost.note
            )

    def remove_cost(self, cost_id: UUID) -> Iterator[Event]:
        """It never was. Raises NotFound."""
        self._cost(cost_id)
        yield CampaignCostRemoved(campaign_id=self.id, cost_id=cost_id)

    def _cost(self, cost_id: UUID) -> Cost:
        if cost_id not in self.costs:
            raise NotFound("this campaign has no such cost")
        return self.costs[cost_id]

    def _refuse_other_currency(self, cost: Cost) -> None:
        if cost.amount.currency != self.plan.currency:
            raise Invalid(f"this campaign is counted in {self.plan.currency}", pointer="/amount/currency")


def plan(id: UUID, plan: Plan) -> Iterator[Event]:
    """A new campaign, which does not run yet. Raises Invalid."""
    refuse_nonsense(plan)
    yield CampaignPlanned(campaign_id=id, **_told(plan))


def launch(id: UUID, wanted: Plan) -> Iterator[Event]:
    """A new campaign that runs from the start. Raises Invalid."""
    yield from plan(id, wanted)
    yield CampaignLaunched(campaign_id=id, name=wanted.name, source=wanted.source)


def evolve(campaign: Campaign | None, event: Event) -> Campaign:
    """The campaign after an event. Raises TypeError for an event that is none of a campaign's."""
    match event:
        case CampaignPlanned():
            return Campaign(event.campaign_id, _plan_of(event))
        case CampaignLaunched() if campaign is None:
            # There were campaigns before there were plans.
            return Campaign(event.campaign_id, Plan(event.name, event.source), Status.RUNNING)
    if campaign is None:
        raise TypeError(f"{event.event_type} is no beginning of a campaign")
    match event:
        case CampaignChanged():
            return replace(campaign, plan=_plan_of(event))
        case CampaignLaunched() | CampaignResumed() | CampaignReopened():
            return replace(campaign, status=Status.RUNNING)
        case CampaignPaused():
            return replace(campaign, status=Status.PAUSED)
        case CampaignClosed():
            return replace(campaign, status=Status.CLOSED)
        case CampaignCostRecorded() | CampaignCostCorrected():
            cost = Cost(event.kind, event.amount, event.on, event.note)
            return replace(campaign, costs={**campaign.costs, event.cost_id: cost})
        case CampaignCostRemoved():
            return replace(campaign, costs={id: cost for id, cost in campaign.costs.items() if id != event.cost_id})
    raise TypeError(f"{event.event_type} is no event of a campaign")


def refuse_nonsense(plan: Plan) -> None:
    """Raises Invalid for what cannot be."""
    if plan.starts_on and plan.ends_on and plan.ends_on < plan.starts_on:
        wrong = FieldError("/ends_on", "a campaign does not end before it starts")
        raise Invalid(wrong.detail, errors=[wrong])


_SAID = tuple(Plan.__dataclass_fields__)


def _plan_of(event: CampaignPlanned | CampaignChanged) -> Plan:
    return Plan(**{name: getattr(event, name) for name in _SAID})


def _told(plan: Plan) -> "dict[str, object]":
    return {name: getattr(plan, name) for name in _SAID}
