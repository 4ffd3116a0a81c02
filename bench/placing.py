"""A change of a pipeline of very many leads: how long whoever makes it waits, and whoever moves a lead meanwhile.

Two changes: a stage is given up in which a sixth of all leads are, and every stage gets a limit. Ours is the change as it is
recorded, with a worker that has the leads follow; the baseline has them all follow in the transaction of the change.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from uuid import UUID

from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database, driver_of
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.lead_pipelines import PipelineDefined, PipelineStage
from gardenos_contracts.leads import LeadStageChanged, Stage
from gardenos_leads.pipelines.pipeline import STANDARD, stream_of
from gardenos_leads.pipelines.placing import placing, put_down_placing
from gardenos_leads.pipelines.queries import placing_of
from gardenos_leads.projections import project, project_again

from bench.measure import Measure, say
from bench.own import at_work, own_leads

LEADS = int(os.environ.get("GARDENOS_BENCH_PLACED_LEADS", "120000"))

_LEADS = """
insert into leads (
    agency_id, id, person_id, given_name, family_name, display_name, sort_name, email, phone, line_of_business, x_date, stage,
    stage_key, stage_since, source, captured_at, last_contacted_at, version
)
select $1::uuid, gen_random_uuid(), gen_random_uuid(),
    'Given' || n % 997, 'Family' || n % 9973, 'Given Family', 'family' || n % 9973,
    'given' || n || '@example.com', '+1512' || lpad(n::text, 7, '0'),
    (array['auto', 'home', 'life'])[n % 3 + 1], current_date - 100 + n % 700, said.stage, said.stage,
    now() - n * interval '5 minutes', 'web', now() - n * interval '5 minutes', case when n % 3 = 0 then now() end, 0
from generate_series(1, $2::int) as n,
    lateral (select (array['new', 'contacted', 'quoted', 'lost', 'qualified', 'won'])[n % 6 + 1] as stage) as said
"""


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `pipeline_change`, of the stage that is given up. Raises AssertionError where a lead is left behind."""
    say(f"pipelines: {LEADS:,} leads")
    async with own_leads(pool=6) as (database, admin):
        ours, theirs = await _agency(database), await _agency(database)
        await admin.execute("vacuum analyze leads")
        together = EventStore(database, [project_again])
        apart = EventStore(database, [project, put_down_placing])
        found: list[tuple[float, float]] = []
        for what, event in (("a stage is given up", _given_up()), ("all stages get limits", _limited())):
            baseline = await _recorded(together, theirs, event)
            answered = await _followed(database, apart, ours, event, what)
            say(f"  {what}: answered in {answered * 1000:,.0f} ms, with all leads in it {baseline * 1000:,.0f} ms")
            found.append((answered, baseline))
    answered, baseline = found[0]
    against = "all leads in the transaction of the change"
    report(Measure("pipeline_change", 1 / answered, "changes/s", 1 / baseline, against))


async def _agency(database: Database) -> UUID:
    agency_id = new_id()
    async with database.transaction(agency_id) as session:
        await driver_of(session).execute(_LEADS, agency_id, LEADS, timeout=600)
    return agency_id


def _given_up() -> PipelineDefined:
    left = [stage for stage in STANDARD.stages if stage.kind is not Stage.QUALIFIED]
    return PipelineDefined(
        line_of_business=None, name="All", stages=tuple(left), exit_reasons=(), moved={"qualified": "contacted"}
    )


def _limited() -> PipelineDefined:
    def limited(stage: PipelineStage) -> PipelineStage:
        return stage if stage.kind.closed else stage.model_copy(update={"rots_after_days": 7})

    before = _given_up()
    return before.model_copy(update={"stages": tuple(map(limited, before.stages))})


async def _recorded(store: EventStore, agency_id: UUID, event: PipelineDefined) -> float:
    """Seconds until the change is committed."""
    started = time.perf_counter()
    async with store.unit_of_work(_context(agency_id)) as work:
        before = await work.load(stream_of(agency_id))
        work.record(stream_of(agency_id), len(before), [event])
    return time.perf_counter() - started


async def _followed(database: Database, store: EventStore, agency_id: UUID, event: PipelineDefined, what: str) -> float:
    """The same, and says how long all leads took to follow, and one that was moved meanwhile."""
    async with at_work(placing, store):
        started = time.perf_counter()
        answered = await _recorded(store, agency_id, event)
        waits: list[float] = []
        left = await _some_leads(database, agency_id)
        while await _is_under_way(database, agency_id):
            if left:
                waits.append(await _moved(store, agency_id, left.pop()))
            await asyncio.sleep(0.1)
        seconds = time.perf_counter() - started
    async with database.transaction(agency_id) as session:
        behind = "select count(*) from leads where agency_id = $1 and stage_key = 'qualified'"
        assert await driver_of(session).fetchval(behind, agency_id) == 0, "leads were left behind"
    say(f"  {what}: all leads followed in {seconds:,.1f} s; one that was moved meanwhile took {_worst(waits)}")
    return answered


def _worst(waits: Sequence[float]) -> str:
    return f"{max(waits) * 1000:,.0f} ms at most, of {len(waits)}" if waits else "no time: none was"


async def _is_under_way(database: Database, agency_id: UUID) -> bool:
    async with database.transaction(agency_id) as session:
        return await placing_of(session, agency_id) is not None


async def _some_leads(database: Database, agency_id: UUID) -> list[UUID]:
    async with database.transaction(agency_id) as session:
        found = "select id from leads where agency_id = $1 and stage = 'new' and version = 0 limit 500"
        return [row["id"] for row in await driver_of(session).fetch(found, agency_id)]


async def _moved(store: EventStore, agency_id: UUID, lead_id: UUID) -> float:
    event = LeadStageChanged(
        lead_id=lead_id, person_id=lead_id, previous_stage=Stage.NEW, stage=Stage.CONTACTED, key="contacted"
    )
    started = time.perf_counter()
    async with store.unit_of_work(_context(agency_id)) as work:
        work.record(lead_id, 0, [event])
    return time.perf_counter() - started


def _context(agency_id: UUID) -> Context:
    return Context(agency_id, Actor(ActorKind.SYSTEM, "bench"), "bench")
