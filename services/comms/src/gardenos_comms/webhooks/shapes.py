"""The shapes of answers about webhooks."""

from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.http.shapes import Shape

from gardenos_comms.webhooks.webhook import Reason

DeliveryState: TypeAlias = Literal["waiting", "delivered", "failed", "held", "dropped"]


class Webhook(Shape):
    """Where which of the agency's published events are sent."""

    id: UUID
    version: int
    name: str
    url: str
    event_types: list[str] | None
    """Null: all, also those that come to be."""
    personal: bool
    """Whether what is told of people goes along."""
    state: Literal["active", "paused"]
    paused_because: Reason | None
    failing_since: datetime | None
    """When the first of the failures in a row was; null if the last try went well."""
    rest_until: datetime | None
    """Until when nothing is tried, after several failures in a row."""
    succeeded_at: datetime | None
    """When one was delivered the last time, to the minute."""
    old_secret_until: datetime | None
    """Until when the secret before the newest signs as well."""
    made_at: datetime
    changed_at: datetime


class WebhookWithSecret(Webhook):
    """A webhook, and the secret that it signs by: shown now, and never again."""

    secret: str


class EventType(Shape):
    """A published event that can be chosen."""

    type: str
    service: str
    words: str
    """What it says, in one sentence."""
    personal: bool
    """Whether it tells of people."""


class Delivery(Shape):
    """An event that is, or was to be, sent to a webhook. Nothing is kept of what was sent or answered."""

    id: UUID
    message_id: UUID
    """As receivers know it: the header `webhook-id`, the same at every redelivery."""
    event_type: str
    """`webhook.test` for a test."""
    state: DeliveryState
    """`held`: the webhook was paused; `dropped`: its person was forgotten."""
    tries: int
    status: int | None
    """Of the last answer; null if there was none."""
    milliseconds: int | None
    reason: str | None
    """Why the last try, or all of it, came to nothing."""
    made_at: datetime
    tried_at: datetime | None
    next_at: datetime | None


class Redelivering(Shape):
    """What is sent once more."""

    deliveries: int
    more: bool
    """Whether there are more: give the command again."""
