"""Conversations are kept no longer than their agency wants, as far as they are not somebody's whom it knows.

What was said with a person is sealed with that person's key, and goes with them. By itself goes what somebody wrote whom
nobody ever knew, and of all mail the original: what was attached, and what its text does not have.
"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from gardenos_chassis.events import Context
from gardenos_chassis.jobs import Job
from gardenos_chassis.retention import Rule, months_before, retention, unit_of_night
from gardenos_chassis.rows import rows_in
from gardenos_chassis.tenancy import driver_of
from sqlalchemy import select

from gardenos_comms.forgetting import forget_stranger
from gardenos_comms.tables import threads

_PAGE = 200
_EMPTY = """
with old as (
    select emails.message_id from emails join messages
        on messages.agency_id = emails.agency_id and messages.id = emails.message_id
    where emails.agency_id = $1 and emails.raw is not null and messages.agency_id = $1 and messages.received_at < $2
    limit 500
)
update emails set raw = null from old where emails.agency_id = $1 and emails.message_id = old.message_id
"""


async def a_night(job: Job, rule: Rule) -> None:
    """All that follows from an agency's rule now. Each page, and each thread, is a transaction of its own."""
    if rule.conversations_months is None:
        return
    before = months_before(datetime.now(UTC), rule.conversations_months)
    emptied = 1
    while emptied:
        emptied = await _empty_originals(job, before)
    allowed = f"agency:keeps conversations for {rule.conversations_months} months"
    context, last = replace(job.context, rule=allowed), None
    while page := await _strangers(job, before, last):
        for last, email in page:
            await _forget(job, context, last, email, before)


async def _empty_originals(job: Job, before: datetime) -> int:
    async with job.store.database.transaction(job.agency_id) as session:
        return rows_in(await driver_of(session).execute(_EMPTY, job.agency_id, before))


async def _strangers(job: Job, before: datetime, after: UUID | None) -> list[tuple[UUID, str | None]]:
    """Threads of nobody known in which nothing was written for long, in the order of their ids, after one."""
    old = select(threads.c.id, threads.c.sender).where(
        threads.c.agency_id == job.agency_id, threads.c.person_id.is_(None), threads.c.last_at < before
    )
    if after is not None:
        old = old.where(threads.c.id > after)
    async with job.store.database.transaction(job.agency_id) as session:
        return [(row.id, row.sender) for row in await session.execute(old.order_by(threads.c.id).limit(_PAGE))]


async def _forget(job: Job, context: Context, thread_id: UUID, email: str | None, before: datetime) -> None:
    async with unit_of_night(job, context) as work:
        await forget_stranger(work, thread_id, email, before)


keeping = retention("comms", a_night)
