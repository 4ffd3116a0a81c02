"""What is done in a night: posts that are old are emptied, leads that are old are announced, and forgotten a week later.

Each lead is a transaction of its own that looks once more whether it is kept too long, so a night may end at any moment and is
gone on with. Who is forgotten already is in no list of it.
"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.ids import derived_id
from gardenos_chassis.jobs import Job
from gardenos_chassis.retention import Rule, months_before, retention, unit_of_night
from gardenos_contracts import Event, Received

from gardenos_leads.bulk.running import histories_of
from gardenos_leads.capturing.log import empty_posts
from gardenos_leads.duplicates.commands import folded, record_forgetting
from gardenos_leads.retention import disposal
from gardenos_leads.retention.queries import how_many_closed, is_closed, some_closed

_PAGE = 200


async def a_night(job: Job, rule: Rule) -> None:
    """All that follows from an agency's rule now."""
    await this_night(job, rule, datetime.now(UTC))


async def this_night(job: Job, rule: Rule, now: datetime) -> None:
    """The same at a moment."""
    await _empty_posts(job, rule, now)
    history = await _announcements(job.store, job.agency_id)
    said = disposal.announced(history)
    if said is None:
        await _announce(job, rule, now, len(history))
        return
    before = disposal.forgotten_before(said, rule, now)
    if before is not None and rule.today(now) < said.on:
        return
    if before is not None:
        allowed = f"agency:keeps closed leads for {rule.closed_leads_months} months"
        await _forget(job, replace(job.context, causation_id=history[-1].id, rule=allowed), before)
    async with unit_of_night(job, job.context) as work:
        work.record(_stream_of(job.agency_id), len(history), disposal.end(job.agency_id, rule))


def _stream_of(agency_id: UUID) -> UUID:
    return derived_id("lead disposals", agency_id)


async def _announcements(store: EventStore, agency_id: UUID) -> list[Received[Event]]:
    async with store.database.transaction(agency_id) as session:
        return (await histories_of(session, [_stream_of(agency_id)]))[_stream_of(agency_id)]


async def _announce(job: Job, rule: Rule, now: datetime, version: int) -> None:
    before = disposal.closed_before(rule, now)
    if before is None:
        return
    async with unit_of_night(job, job.context) as work:
        leads = await how_many_closed(work.session, job.agency_id, before)
        work.record(_stream_of(job.agency_id), version, disposal.announce(job.agency_id, rule, leads, now))


async def _forget(job: Job, context: Context, before: datetime) -> None:
    last: UUID | None = None
    while True:
        async with job.store.database.transaction(job.agency_id) as session:
            page = await some_closed(session, job.agency_id, before, after=last, most=_PAGE)
        if not page:
            return
        for last in page:
            await _forget_if_old(job, context, before, last)


async def _forget_if_old(job: Job, context: Context, before: datetime, lead_id: UUID) -> None:
    async with unit_of_night(job, context) as work:
        # Read first: whoever works the lead after that is told by its version, and whoever did so before by its row.
        await folded(work, lead_id)
        if await is_closed(work.session, job.agency_id, before, lead_id):
            await record_forgetting(work, lead_id)


async def _empty_posts(job: Job, rule: Rule, now: datetime) -> None:
    if rule.conversations_months is None:
        return
    before = months_before(now, rule.conversations_months)
    emptied = 1
    while emptied:
        async with job.store.database.transaction(job.agency_id) as session:
            emptied = await empty_posts(session, job.agency_id, before)


keeping = retention("leads", a_night)
