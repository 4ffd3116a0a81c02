"""To which thread a message belongs: by what it answers, else by who writes and the subject."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from gardenos_chassis.tenancy import Session
from sqlalchemy import Select, select

from gardenos_comms.mime import Email, subject_key
from gardenos_comms.tables import emails, messages, threads

_SAME_SUBJECT_WITHIN = timedelta(days=90)

_Look: TypeAlias = Select[tuple[UUID, UUID | None]]


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation, and with whom it is, if that is known."""

    id: UUID
    person_id: UUID | None


async def thread_of(session: Session, agency_id: UUID, found: Email, writers: Collection[UUID]) -> Thread | None:
    """The thread that a message goes on with, or None if it begins one. `writers` are the people it may be from.

    References alone are not trusted: anybody may write any Message-ID into a header, and a stranger's message does
    not belong among a client's.
    """
    for look in _looks(agency_id, found, writers):
        row = (await session.execute(look.limit(1))).first()
        if row is not None:
            return Thread(row.id, row.person_id)
    return None


def _looks(agency_id: UUID, found: Email, writers: Collection[UUID]) -> Iterator[_Look]:
    if found.sender is None:
        return
    of_writer = threads.c.person_id.in_(writers) if writers else threads.c.sender == found.sender
    theirs = select(threads.c.id, threads.c.person_id).where(
        threads.c.agency_id == agency_id, of_writer, threads.c.channel == "email"
    )
    if found.references:
        yield (
            theirs.join(
                messages, (messages.c.agency_id == threads.c.agency_id) & (messages.c.thread_id == threads.c.id)
            )
            .join(emails, (emails.c.agency_id == messages.c.agency_id) & (emails.c.message_id == messages.c.id))
            .where(emails.c.header_id.in_(found.references))
            .order_by(messages.c.received_at.desc())
        )
    if subject := subject_key(found.subject):
        recent = threads.c.last_at > found.received_at - _SAME_SUBJECT_WITHIN
        yield theirs.where(threads.c.subject_key == subject, recent).order_by(threads.c.last_at.desc())
