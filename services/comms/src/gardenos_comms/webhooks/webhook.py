"""A webhook: where which of an agency's published events are sent. What may happen to it, as pure functions."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.settings import SERVICES
from gardenos_contracts import Event, all_events
from gardenos_contracts.comms import (
    WebhookChanged,
    WebhookMade,
    WebhookPaused,
    WebhookRemoved,
    WebhookResumed,
    WebhookSecretRotated,
)

Reason: TypeAlias = Literal["by hand", "it failed for days", "its receiver is gone"]


class State(StrEnum):
    """Whether events are sent."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of a webhook by who makes or changes it. `event_types`: none are all."""

    name: str
    host: str
    event_types: tuple[str, ...] | None
    personal: bool


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as its events made it."""

    id: UUID
    wanted: Wanted
    state: State = State.ACTIVE

    def change(self, wanted: Wanted) -> Iterator[Event]:
        """Another name, host, or choice of events."""
        if wanted != self.wanted:
            yield WebhookChanged(webhook_id=self.id, **_told(wanted))

    def rotate(self) -> Iterator[Event]:
        """It is given a new secret."""
        yield WebhookSecretRotated(webhook_id=self.id)

    def pause(self, because: Reason, *, failing_since: datetime | None = None) -> Iterator[Event]:
        """Nothing is sent from here on."""
        if self.state is State.ACTIVE:
            name = self.wanted.name
            yield WebhookPaused(webhook_id=self.id, name=name, because=because, failing_since=failing_since)

    def resume(self) -> Iterator[Event]:
        """What happens from here on is sent again."""
        if self.state is State.PAUSED:
            yield WebhookResumed(webhook_id=self.id)

    def remove(self) -> Iterator[Event]:
        """It is gone for good."""
        yield WebhookRemoved(webhook_id=self.id)


def make(id: UUID, wanted: Wanted) -> Iterator[Event]:
    """A new webhook."""
    yield WebhookMade(webhook_id=id, **_told(wanted))


def evolve(webhook: Webhook | None, event: Event) -> Webhook | None:
    """The webhook after an event; None once it is removed."""
    match event:
        case WebhookMade():
            return Webhook(event.webhook_id, _wanted(event))
        case WebhookChanged() if webhook:
            return replace(webhook, wanted=_wanted(event))
        case WebhookPaused() if webhook:
            return replace(webhook, state=State.PAUSED)
        case WebhookResumed() if webhook:
            return replace(webhook, state=State.ACTIVE)
        case WebhookRemoved():
            return None
    return webhook


OFFERED: Mapping[str, type[Event]] = {
    event_type: event for event_type, event in all_events().items() if event.service in SERVICES
}
"""What can be chosen: what the platform's own services publish, by type."""


def chosen(event_types: Collection[str] | None) -> tuple[str, ...] | None:
    """The choice of events, each once, in order. Raises Invalid for what is published by nobody."""
    if event_types is None:
        return None
    if not event_types:
        raise Invalid("choose at least one event, or all", pointer="/event_types")
    if unknown := sorted(set(event_types) - OFFERED.keys()):
        raise Invalid(f"no such event is published: {', '.join(unknown)}", pointer="/event_types")
    return tuple(sorted(set(event_types)))


def names_of(event_types: Collection[str] | None) -> frozenset[str] | None:
    """The chosen events without their versions: who chose an event gets its newer versions too. None: all."""
    return None if event_types is None else frozenset(map(name_of, event_types))


def name_of(event_type: str) -> str:
    """`leads.LeadCaptured` of `leads.LeadCaptured.v1`."""
    return event_type.rpartition(".v")[0]


def refuse_paused(state: str) -> None:
    """Raises Conflict where nothing is to be sent."""
    if state != State.ACTIVE:
        raise Conflict("this webhook is paused; resume it first")


def _wanted(event: WebhookMade | WebhookChanged) -> Wanted:
    return Wanted(event.name, event.host, event.event_types, event.personal)


def _told(wanted: Wanted) -> "dict[str, object]":
    return {
        "name": wanted.name,
        "host": wanted.host,
        "event_types": wanted.event_types,
        "personal": wanted.personal,
    }
