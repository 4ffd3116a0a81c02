"""What the comms service publishes."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from gardenos_contracts.event import Event
from gardenos_contracts.personal import Personal
from gardenos_contracts.values import (
    CallId,
    ClientId,
    Direction,
    LeadId,
    MessageId,
    Moment,
    PersonalText,
    PersonId,
    ThreadId,
    UserId,
)


class Disposition(StrEnum):
    """How a call ended."""

    CONNECTED = "connected"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    CALLBACK_REQUESTED = "callback_requested"
    NOT_INTERESTED = "not_interested"
    DO_NOT_CALL = "do_not_call"

    @property
    def is_contact(self) -> bool:
        """Whether the other side could notice it: not so a busy line, nor somebody else's."""
        return self not in (Disposition.BUSY, Disposition.WRONG_NUMBER)


class CallLogged(Event, service="comms", version=1):
    """A telephone call took place, or was tried."""

    call_id: CallId
    thread_id: ThreadId
    person_id: PersonId
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    user_id: UserId
    """Who of the agency was on the call."""
    direction: Direction
    started_at: Moment
    duration_seconds: int
    disposition: Disposition
    transcript: PersonalText = None
    notes: PersonalText = None


class Attachment(BaseModel):
    """A file that came with a message, described and not carried."""

    model_config = ConfigDict(frozen=True)

    filename: str
    media_type: str
    size: int
    """Bytes."""


class MessageReceived(Event, service="comms", version=1):
    """A message reached the agency.

    `person_id` is None while nobody known wrote it.
    """

    message_id: MessageId
    thread_id: ThreadId
    person_id: PersonId | None = None
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    channel: str
    """`email`."""
    sender: PersonalText
    """Address, lower case; None if the message names none."""
    sender_name: PersonalText = None
    recipients: Annotated[tuple[str, ...], Personal(())] = ()
    subject: Annotated[str, Personal("")]
    text: Annotated[str, Personal("")]
    """The readable text: decoded, HTML made plain, quoted history kept."""
    attachments: Annotated[tuple[Attachment, ...], Personal(())] = ()
    received_at: Moment


class ConversationsForgotten(Event, service="comms", version=1):
    """What was said with a person was forgotten with them, also what they wrote before anybody knew them.

    Or what somebody wrote whom nobody ever knew, and whose agency keeps such mail no longer.
    """

    person_id: PersonId
    """Of somebody unknown: the thread."""
    thread_ids: tuple[ThreadId, ...]
    communication_ids: tuple[UUID, ...]
    """The ids of the calls and messages in these threads."""

    def forgets(self) -> tuple[UUID, ...]:
        """The person, the threads, and what was in them."""
        return (self.person_id, *self.thread_ids, *self.communication_ids)


class WebhookMade(Event, service="comms", version=1):
    """From here on, published events of these types are sent to an address outside."""

    webhook_id: UUID
    name: str
    host: str
    """Of the address; the rest of it may be a secret, and is told to nobody."""
    event_types: tuple[str, ...] | None = None
    """None: all, also those that come to be."""
    personal: bool
    """Whether what is told of people goes along."""


class WebhookChanged(Event, service="comms", version=1):
    """Another name, address or choice of events: all of it, as it is now."""

    webhook_id: UUID
    name: str
    host: str
    event_types: tuple[str, ...] | None = None
    personal: bool


class WebhookSecretRotated(Event, service="comms", version=1):
    """A webhook signs by a new secret, for a day by the one before as well."""

    webhook_id: UUID


class WebhookPaused(Event, service="comms", version=1):
    """Nothing is sent to a webhook until somebody resumes it. Its agency's owners and admins want to know."""

    webhook_id: UUID
    name: str
    because: Literal["by hand", "it failed for days", "its receiver is gone"]
    failing_since: Moment | None = None


class WebhookResumed(Event, service="comms", version=1):
    """What happens from here on is sent again."""

    webhook_id: UUID


class WebhookRemoved(Event, service="comms", version=1):
    """A webhook is gone, with its secrets and its log."""

    webhook_id: UUID
