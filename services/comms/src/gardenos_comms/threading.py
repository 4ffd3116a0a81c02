"""To which thread a message belongs: by what it answers, else by who writes and the subject."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from gardenos_chassis.ids import derived_id
from gardenos_chassis.tenancy import Session
from sqlalchemy import Select, select

from gardenos_comms.mime import Email, subject_key
from gardenos_comms.tables import emails, messages, threads

_SAME_SUBJECT_WITHIN = timedelta(days=90)


async def thread_of(session: Session, found: Email, person_id: UUID | None, message_id: UUID) -> UUID:
    """An existing thread of the same writer, or a new one of the message's own.

    References alone are not trusted: anybody may write any Message-ID into a header, and a stranger's message does
    not belong among a client's.
    """
    for look in _looks(found, person_id):
        thread_id: UUID | None = (await session.execute(look.limit(1))).scalar_one_or_none()
        if thread_id is not None:
            return thread_id
    return derived_id("thread", message_id)


def _looks(found: Email, person_id: UUID | None) -> Iterator[Select[tuple[UUID]]]:
    if found.sender is None:
        return
    of_writer = threads.c.person_id == person_id if person_id is not None else threads.c.sender == found.sender
    theirs = select(threads.c.id).where(of_writer, threads.c.channel == "email")
    if found.references:
        yield (
            theirs.join(
                messages, (messages.c.agency_id == threads.c.agency_id) & (messages.c.thread_id == threads.c.id)
            )
            .join(emails, (emails.c.agency_id == messages.c.agency_id) & (emails.c.message_id == messages.c.id))
            .where(emails.c.key.in_(found.references))
            .order_by(messages.c.received_at.desc())
        )
    if subject := subject_key(found.subject):
        recent = threads.c.last_at > found.received_at - _SAME_SUBJECT_WITHIN
        yield theirs.where(threads.c.subject_key == subject, recent).order_by(threads.c.last_at.desc())
