"""Leads follow their pipelines when these change: the first of them with the change, all others by a job, some a transaction.

Where a lead is follows from what was said of it last and from the pipelines as they are. So it is put down of no lead that it
is still to move: a run looks at all of them in the order of their ids, from where it was left, and begins anew when pipelines
change once more. Who is moved by somebody meanwhile is where the new pipelines have them by that.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.events import Context
from gardenos_chassis.events.store import LostRace, telling_lost_races
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.rows import rows_in
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_pipelines import PipelineStage
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from gardenos_leads.pipelines.pipeline import Pipelines
from gardenos_leads.pipelines.projections import OF_PIPELINES
from gardenos_leads.pipelines.queries import called, pipelines_of
from gardenos_leads.pipelines.tables import lead_placings
from gardenos_leads.tables import leads

PLACE = "leads.place-leads"
BATCH = 500
"""Leads a transaction: whoever wants to move one of them waits for no longer than that."""
_RACES = 20

# Named twice, so that the server looks them up also where it does not know yet how many leads there are.
_MOVE = """
update leads set pipeline = placed.pipeline, stage_key = placed.key, rots_at = stage_since + make_interval(days => placed.days)
from unnest($2::uuid[], $3::text[], $4::text[], $5::int[]) as placed (id, pipeline, key, days)
where leads.agency_id = $1 and leads.id = any($2::uuid[]) and leads.id = placed.id
    and (leads.pipeline, leads.stage_key, leads.rots_at)
        is distinct from (placed.pipeline, placed.key, stage_since + make_interval(days => placed.days))
"""

placing = Jobs(at_once=2)


async def put_down_placing(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Has leads follow a change, in the transaction that makes it; of an agency of few, all have by then.

    No read table: a rebuild has `place_all` instead.
    """
    told = [fact for fact in facts if isinstance(fact.data, OF_PIPELINES)]
    if not told:
        return
    last = told[-1]
    begun: dict[str, Any] = {
        "version": last.version, "status": "running", "after": None, "leads": None, "moved": 0,
        "begun_at": datetime.now(UTC), "ended_at": None,
    }  # fmt: skip
    # First of all: by this whoever still follows the pipelines as they were is waited for, and goes no further.
    kept = insert(lead_placings).values(agency_id=last.agency_id, **begun)
    await session.execute(kept.on_conflict_do_update(index_elements=["agency_id"], set_=begun))
    if await _some(session, last.agency_id, None, 0):
        await enqueue(session, PLACE, {"version": last.version}, because_of=Context.of(last), key=str(last.version))


async def place_all(session: Session, agency_id: UUID) -> None:
    """All of an agency's leads are where its pipelines have them, in this transaction."""
    there, _ = await pipelines_of(session, agency_id)
    after: UUID | None = None
    while rows := await _next(session, agency_id, after):
        await _move(session, agency_id, there, rows)
        after = rows[-1].id


async def _given_up(job: Job, _: Exception) -> None:
    async with job.store.database.transaction(job.agency_id) as session:
        ours = (lead_placings.c.agency_id == job.agency_id, lead_placings.c.version == job.arguments["version"])
        under_way = lead_placings.c.status == "running"
        await session.execute(update(lead_placings).where(*ours, under_way).values(status="failed"))


@placing.on(PLACE, given_up=_given_up)
async def place(job: Job) -> None:
    """Has them follow, from where it was left; again where somebody changed the same leads in another order."""
    races = 0
    while True:
        try:
            with telling_lost_races():
                async with job.store.database.transaction(job.agency_id) as session:
                    if not await _further(session, job):
                        return
        except LostRace:
            races += 1
            if races > _RACES:
                raise
        else:
            races = 0


async def _further(session: Session, job: Job) -> bool:
    """Counts those that are to move, and then moves some; False once there are no more, or this is no longer its to do."""
    of_this = (lead_placings.c.agency_id == job.agency_id, lead_placings.c.version == job.arguments["version"])
    so_far = select(lead_placings.c.after, lead_placings.c.leads, lead_placings.c.moved)
    run = (await session.execute(so_far.where(*of_this, lead_placings.c.status != "done").with_for_update())).first()
    if run is None or not await job.holds(session):
        return False
    if run.leads is None:
        total = run.moved + await _to_move(session, job.agency_id, run.after)
        await session.execute(update(lead_placings).where(*of_this).values(leads=total, status="running"))
        return True
    if await _some(session, job.agency_id, run.after, run.moved):
        return True
    await job.finish(session)
    return False


async def _some(session: Session, agency_id: UUID, after: UUID | None, moved: int) -> bool:
    """Has the next leads of a run follow, whose row is held, and puts down how far it is; False once there are no more."""
    there, _ = await pipelines_of(session, agency_id)
    rows = await _next(session, agency_id, after)
    moved += await _move(session, agency_id, there, rows)
    more = len(rows) == BATCH
    now: dict[str, Any] = {"moved": moved, "status": "running" if more else "done"}
    now |= {"after": rows[-1].id} if more else {"ended_at": datetime.now(UTC)}
    await session.execute(update(lead_placings).where(lead_placings.c.agency_id == agency_id).values(now))
    return more


async def _next(session: Session, agency_id: UUID, after: UUID | None) -> Sequence[Any]:
    """Leads with what was said of them last, which they keep until the commit."""
    said = (leads.c.id, leads.c.line_of_business, leads.c.stage, leads.c.stage_given)
    found = select(*said).where(leads.c.agency_id == agency_id).order_by(leads.c.id).limit(BATCH)
    if after is not None:
        found = found.where(leads.c.id > after)
    return (await session.execute(found.with_for_update(key_share=True))).all()


async def _move(session: Session, agency_id: UUID, there: Pipelines, rows: Sequence[Any]) -> int:
    """Gives how many of them were not where they belong, and are now."""
    places = [_place(there, row) for row in rows]
    moved = await driver_of(session).execute(
        _MOVE,
        agency_id,
        [row.id for row in rows],
        [pipeline for pipeline, _ in places],
        [at.key for _, at in places],
        [at.rots_after_days for _, at in places],
    )
    return rows_in(moved)


async def _to_move(session: Session, agency_id: UUID, after: UUID | None) -> int:
    """How many leads after this one are not where they belong."""
    said = (leads.c.line_of_business, leads.c.stage, leads.c.stage_given)
    stands = (leads.c.pipeline, leads.c.stage_key, (leads.c.rots_at - leads.c.stage_since).label("allowed"))
    found = select(*said, *stands, func.count().label("leads")).where(leads.c.agency_id == agency_id)
    if after is not None:
        found = found.where(leads.c.id > after)
    there, _ = await pipelines_of(session, agency_id)
    left = 0
    for row in await session.execute(found.group_by(*said, *stands)):
        pipeline, at = _place(there, row)
        allowed = None if at.rots_after_days is None else timedelta(days=at.rots_after_days)
        if (row.pipeline, row.stage_key, row.allowed) != (pipeline, at.key, allowed):
            left += row.leads
    return left


def _place(there: Pipelines, row: Any) -> tuple[str, PipelineStage]:
    """Where a lead of which this was said belongs."""
    pipeline = there.of(None if row.line_of_business is None else LineOfBusiness(row.line_of_business))
    return called(pipeline.line), pipeline.place(Stage(row.stage), row.stage_given)
