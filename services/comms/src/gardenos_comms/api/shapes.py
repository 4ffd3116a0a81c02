"""The shapes of this service's answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.http.shapes import Shape, Withholding
from gardenos_contracts import ActorKind
from gardenos_contracts.comms import Disposition
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import Direction
from pydantic import Field


class Call(Shape):
    """A telephone call that took place, or was tried."""

    id: UUID
    thread_id: UUID
    person_id: UUID
    lead_id: UUID | None
    client_id: UUID | None
    user_id: UUID
    """Who of the agency was on the call."""
    direction: Direction
    started_at: datetime
    duration_seconds: int
    disposition: Disposition
    transcript: str | None
    notes: str | None


class Attachment(Shape):
    """A file that came with a message."""

    filename: str
    media_type: str
    size: int
    """Bytes."""


class Message(Shape):
    """A message that reached the agency."""

    id: UUID
    thread_id: UUID
    person_id: UUID | None
    """Null while nobody known wrote it."""
    lead_id: UUID | None
    client_id: UUID | None
    channel: Literal["email"]
    sender: str | None
    """Address, lower case; null if the message names none."""
    sender_name: str | None
    recipients: list[str]
    subject: str
    text: str
    """Decoded, HTML made plain, quoted history kept."""
    truncated: bool
    """Whether `text` is only the beginning."""
    attachments: list[Attachment]
    received_at: datetime


class Thread(Shape):
    """A conversation: all calls with a person, or the messages that answer one another."""

    id: UUID
    channel: Literal["phone", "email"]
    subject: str
    person_id: UUID | None
    lead_id: UUID | None
    client_id: UUID | None
    person_name: str | None
    """Null while nobody known is in it."""
    sender: str | None
    """The address that began it."""
    sender_name: str | None
    last_at: datetime
    last_snippet: str
    """The first words of the latest entry."""
    entries_count: int


class CallEntry(Call):
    """A call in its thread."""

    kind: Literal["call"]


class MessageEntry(Message):
    """A message in its thread."""

    kind: Literal["message"]


Entry: TypeAlias = Annotated[CallEntry | MessageEntry, Field(discriminator="kind")]


class WholeThread(Thread):
    """A conversation with all it holds, the oldest entry first."""

    entries: list[Entry]


class TimelineActor(Shape):
    """Who did it."""

    kind: ActorKind
    id: str
    """Of a person the user's id; else the name of what did it."""
    name: str | None
    """Of a person, once it is known here."""


class FieldChange(Withholding):
    """What one field was, and what it became."""

    field: str
    old: str | None
    new: str | None


class TimelineDetail(Shape):
    """What else there is to say; which fields are there depends on the kind of entry."""

    source: str | None = None
    """Where a captured lead came from."""
    changes: Sequence[FieldChange] = ()
    """Of changed details."""
    owner_id: UUID | None = None
    owner_name: str | None = None
    previous_owner_id: UUID | None = None
    previous_owner_name: str | None = None
    stage: Stage | None = None
    previous_stage: Stage | None = None
    reason: str | None = None
    """Why the stage changed."""
    outcome: str | None = None
    """What came of a task that is done."""
    client_id: UUID | None = None
    """The client that a lead became, or that was onboarded."""


class TimelineEntry(Shape):
    """Something that happened with a person, as a lead or as a client."""

    id: UUID
    kind: Literal[
        "captured", "details_changed", "assigned", "stage_changed", "converted", "onboarded", "call", "message", "task"
    ]
    occurred_at: datetime
    actor: TimelineActor
    title: str
    """In words: `Stage: new → contacted`."""
    person_id: UUID
    lead_id: UUID | None
    client_id: UUID | None
    detail: TimelineDetail
    call: Call | None
    """Of an entry of this kind."""
    message: Message | None
    """Of an entry of this kind."""
