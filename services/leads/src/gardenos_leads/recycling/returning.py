"""Recycled leads come back on the morning of their day: a job for each, put down with what says so.

Which job still counts is told by the lead's history alone: one that fires twice, late, or for a day that was given up finds
that the lead is back, or waits for another, and does nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from gardenos_chassis.agency_zones import zone_named
from gardenos_chassis.events import Context, UnitOfWork
from gardenos_chassis.events.store import LostRace
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact, Received
from gardenos_contracts.identity import Weekday
from gardenos_contracts.lead_recycling import LeadRecycled
from sqlalchemy import select

from gardenos_leads.assigning.domain import is_away
from gardenos_leads.assigning.knowing import rules_in_force, staff_of
from gardenos_leads.bulk.running import histories_of
from gardenos_leads.lead import Lead, evolve
from gardenos_leads.lists.tables import agency_zones
from gardenos_leads.pipelines.queries import pipelines_of
from gardenos_leads.recycling.recycle import bring_back

BRING_BACK = "leads.bring-back"
_MORNING = time(8)
"""When the day begins of an agency that says no hours, or is closed on that day."""

returning = Jobs(at_once=2)


async def put_down_returns(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """A job for each lead that is to come back, in the transaction that says so. No read table: a rebuild repeats none."""
    for fact in facts:
        if isinstance(fact.data, LeadRecycled) and fact.data.comes_back_on is not None:
            opens = await opening(session, fact.agency_id, fact.data.comes_back_on)
            await _put_down(session, Context.of(fact), fact.stream_id, fact.version, fact.data.person_id, opens)


async def _put_down(
    session: Session, because: Context, lead_id: UUID, version: int, person_id: UUID, at: datetime
) -> None:
    told: dict[str, str | int | bool | UUID | None] = {"lead_id": lead_id, "version": version}
    key = f"{lead_id}:{version}"
    await enqueue(session, BRING_BACK, told, because_of=because, key=key, at=at, person_id=person_id)


async def opening(session: Session, agency_id: UUID, day: date) -> datetime:
    """When an agency opens on a day, by its own clock."""
    asked = select(agency_zones.c.time_zone, agency_zones.c.business_hours)
    row = (await session.execute(asked.where(agency_zones.c.agency_id == agency_id))).first()
    zone = zone_named(None if row is None else row.time_zone)
    opens = _MORNING if row is None else _opens(row.business_hours or {}, day)
    return datetime.combine(day, opens, zone).astimezone(UTC)


def _opens(hours: Mapping[str, Sequence[Mapping[str, Any]]], day: date) -> time:
    of_day = hours.get(list(Weekday)[day.weekday()]) or ()
    return time.fromisoformat(of_day[0]["opens"]) if of_day else _MORNING


@returning.on(BRING_BACK)
async def come_back(job: Job) -> None:
    """The lead is worked again, unless that was given up; decided anew where somebody else was quicker."""
    while True:
        try:
            async with job.store.unit_of_work(job.context) as work:
                await _come_back(job, work)
            return
        except LostRace:
            continue


async def _come_back(job: Job, work: UnitOfWork) -> None:
    lead_id = UUID(job.arguments["lead_id"])
    if not await job.holds(work.session):
        return
    history = (await histories_of(work.session, [lead_id]))[lead_id]
    lead = _waiting(history, job.arguments["version"])
    if lead is None or lead.recycled is None:
        return
    opens = await opening(work.session, job.agency_id, lead.recycled.comes_back_on)
    if datetime.now(UTC) < opens:
        # The agency's clock is another than it was when this was put down.
        await job.finish(work.session)
        await _put_down(work.session, job.context, lead_id, job.arguments["version"], lead.person_id, opens)
        return
    pipelines, _ = await pipelines_of(work.session, job.agency_id)
    there = await who_goes_on(work.session, job.agency_id)
    events = bring_back(lead, pipelines.of(lead.line), keeps_owner=there)
    work.record(lead_id, history[-1].version, events)


def _waiting(history: Sequence[Received[Event]], version: int) -> Lead | None:
    """The lead, if what was said in this version of when it comes back is what holds."""
    lead: Lead | None = None
    said = 0
    for fact in history:
        lead = evolve(lead, fact.data)
        if isinstance(fact.data, LeadRecycled):
            said = fact.version
    return lead if said == version else None


async def who_goes_on(session: Session, agency_id: UUID) -> Callable[[UUID], bool]:
    """Whether somebody goes on with their leads that come back now.

    Who is away keeps them where there are no rules by which others would get them.
    """
    now = datetime.now(UTC)
    agents = (await staff_of(session, agency_id, now)).agents
    by_rules = await rules_in_force(session, agency_id) is not None

    def goes_on(user_id: UUID) -> bool:
        agent = agents.get(user_id)
        return agent is not None and agent.active and not (by_rules and is_away(agent, now))

    return goes_on
