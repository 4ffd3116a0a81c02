"""A bulk action at work: its leads put down as rows, then a few hundred of them a transaction.

A transaction holds the leads' events and what became of them, so a job that another goes on with does no lead twice. What the
asker may do is what they may at that moment, not when they asked.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

import orjson
from gardenos_chassis.agency_zones import zone_of
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.caller import ApiKey
from gardenos_chassis.auth.permissions import WRITE_RECORDS
from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.errors import Forbidden, Invalid, NotFound, Refusal, Unauthorized
from gardenos_chassis.events import Context, UnitOfWork
from gardenos_chassis.events.store import EVENTS, LostRace, received
from gardenos_chassis.jobs import Job
from gardenos_chassis.tenancy import Session, driver_of, master_keys_of
from gardenos_contracts import Actor, ActorKind, Event, Received
from gardenos_contracts.lead_bulks import BulkOutcome
from gardenos_contracts.values import Role
from sqlalchemy import any_, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Uuid

from gardenos_leads import queries
from gardenos_leads.bulk.actions import (
    AnyAction,
    Assign,
    Became,
    BulkFate,
    Enrol,
    Move,
    RecycleMany,
    Undo,
    action_of,
    folded,
    judged,
)
from gardenos_leads.bulk.aggregate import BulkStatus
from gardenos_leads.bulk.aggregate import folded as bulk_folded
from gardenos_leads.bulk.selecting import Matching, Selection, resolved
from gardenos_leads.bulk.tables import bulk_rows, bulks
from gardenos_leads.bulk.undoing import before_of, set_back
from gardenos_leads.campaigns.enrolling import require_open
from gardenos_leads.lead import Lead
from gardenos_leads.lists.queries import planned_anew
from gardenos_leads.lists.tables import agency_zones
from gardenos_leads.pipelines.pipeline import Pipelines
from gardenos_leads.pipelines.queries import pipelines_of
from gardenos_leads.tables import leads

CHUNK = 200
"""Leads a transaction."""
NOTHING = dict.fromkeys(BulkFate, 0)
_RACES = 20

_HISTORIES = text(f"{EVENTS} where stream_id = any(:ids) order by stream_id, version")
_TELL = """
update bulk_rows set fate = told.fate, reason = told.reason, conflicts = told.conflicts::jsonb
from unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) as told (lead_id, fate, reason, conflicts)
where agency_id = $1 and bulk_id = $2 and bulk_rows.lead_id = told.lead_id
"""
_UNDO_ROWS = text(
    "insert into bulk_rows (agency_id, bulk_id, lead_id, version)"
    " select agency_id, :bulk, lead_id, 0 from bulk_rows as done"
    " where agency_id = :agency and bulk_id = :of and fate = 'done' and not exists ("
    "  select from bulks join bulk_rows as back on back.agency_id = bulks.agency_id and back.bulk_id = bulks.id"
    "  where bulks.agency_id = :agency and bulks.of_bulk = :of and back.lead_id = done.lead_id"
    "  and back.fate in ('done', 'nothing'))"
    " and (cast(:only as uuid[]) is null or lead_id = any(:only))"
)


@dataclass(frozen=True, slots=True)
class Task:
    """A bulk action as its job finds it."""

    id: UUID
    asked_by: Caller
    """Whoever asked, as they were then."""
    actor: Actor
    action: AnyAction
    undone: AnyAction | None
    """What it takes back, if it does."""
    of_bulk: UUID | None
    cause: str
    """The event by which it began: of all that it does, the cause."""
    undone_cause: str
    """The same of what it takes back."""
    selection: Selection
    slips: bool
    status: BulkStatus
    leads: int | None


async def run(job: Job, standings: Standings) -> None:
    """Does it, from where it was left."""
    bulk_id = UUID(job.arguments["bulk_id"])
    task = await task_of(job, bulk_id)
    if task is None or task.status is not BulkStatus.RUNNING:
        return
    welcome = _Welcome(job, standings, task.asked_by)
    races, more = 0, True
    while more:
        try:
            caller = await standings.now(job.store.database, task.asked_by)
            if isinstance(task.action, Assign):
                await welcome.require(task.action.owner_id, task.action.team_id)
        except (Unauthorized, Forbidden, Invalid) as refused:
            # They were deactivated, their agency closed, or whom all was to go to: nobody may go on with this.
            await end(job, bulk_id, BulkOutcome.FAILED, f"it was stopped: {refused.detail}")
            return
        try:
            async with job.store.unit_of_work(_acting(job, task, caller)) as work:
                if not await _still(work.session, job, bulk_id):
                    return
                if task.leads is None:
                    task = await _select(work.session, task, caller)
                else:
                    more = await _some(work, task, caller, welcome)
        except LostRace:
            # Somebody worked on one of them at this moment; what they left is read anew.
            races += 1
            if races > _RACES:
                raise
            continue
        except Refusal as refused:
            # What it was to be done to is nothing that the asker may ask for any more: a field was retired, a view removed.
            await end(job, bulk_id, BulkOutcome.FAILED, f"it was stopped: {refused.detail}")
            return
        races = 0
    await end(job, bulk_id, BulkOutcome.DONE)


async def given_up(job: Job, _: Exception) -> None:
    """One that cannot go on says so; what was done stays, and can be taken back."""
    said = "it could not go on, and whoever runs GardenOS can see why; what was done until then can be undone"
    await end(job, UUID(job.arguments["bulk_id"]), BulkOutcome.FAILED, said)


async def end(job: Job, bulk_id: UUID, outcome: BulkOutcome, problem: str | None = None) -> None:
    """It is over, unless it was already."""
    async with job.store.unit_of_work(job.context) as work:
        if await _still(work.session, job, bulk_id):
            await ended(work, bulk_id, outcome, problem)
            await job.finish(work.session)


async def ended(work: UnitOfWork, bulk_id: UUID, outcome: BulkOutcome, problem: str | None = None) -> None:
    """The same in a transaction that holds it. What it was searched by is kept no longer: it may name somebody."""
    agency_id = work.context.agency_id
    whose = (bulks.c.agency_id == agency_id, bulks.c.id == bulk_id)
    row = (await work.session.execute(select(bulks.c.leads, bulks.c.counts, bulks.c.selection).where(*whose))).one()
    state, version = bulk_folded(await work.load(bulk_id))
    work.record(bulk_id, version, state.end(outcome, row.leads or 0, row.counts))
    selection = dict(row.selection)
    selection.pop("ids", None)
    if (selection.get("matching") or {}).get("q"):
        selection["matching"] = selection["matching"] | {"q": "…"}
    values = {
        "status": outcome.value,
        "problem": problem,
        "finished_at": datetime.now(UTC),
        "selection": selection,
    }
    await work.session.execute(update(bulks).where(*whose).values(**values))


async def _select(session: Session, task: Task, caller: Caller) -> Task:
    """Puts down which leads they are, as they are now."""
    row = {"agency_id": caller.agency_id, "bulk_id": task.id}
    slips = False
    if isinstance(task.action, Undo):
        only = task.selection.ids
        given = {"bulk": task.id, "agency": caller.agency_id, "of": task.of_bulk, "only": only}
        statement = _UNDO_ROWS.bindparams(bindparam("only", type_=ARRAY(Uuid)))
        await session.execute(statement, given)
    elif task.selection.ids is not None:
        named = [row | {"lead_id": id} for id in task.selection.ids]
        await session.execute(insert(bulk_rows), named)
        theirs = queries.ids_of(caller, queries.LeadFilter()).add_columns(leads.c.version)
        known = theirs.where(leads.c.id == any_(bindparam("named", task.selection.ids, ARRAY(Uuid)))).subquery()
        of_this = (bulk_rows.c.agency_id == caller.agency_id, bulk_rows.c.bulk_id == task.id)
        there = update(bulk_rows).where(*of_this, bulk_rows.c.lead_id == known.c.id)
        await session.execute(there.values(version=known.c.version))
    else:
        assert task.selection.matching is not None
        await planned_anew(session)
        total = await _insert_matching(session, task, caller, slips=False)
        slips = not total and bool(await _insert_matching(session, task, caller, slips=True))
    of_this = (bulk_rows.c.agency_id == caller.agency_id, bulk_rows.c.bulk_id == task.id)
    count = select(func.count()).select_from(bulk_rows).where(*of_this).scalar_subquery()
    selection = task.selection.model_dump(mode="json", exclude_none=True) | {"slips": slips}
    whose = (bulks.c.agency_id == caller.agency_id, bulks.c.id == task.id)
    kept = update(bulks).where(*whose).values(leads=count, selection=selection).returning(bulks.c.leads)
    selected = (await session.execute(kept)).scalar_one()
    return replace(task, leads=selected, slips=slips)


async def _insert_matching(session: Session, task: Task, caller: Caller, *, slips: bool) -> int:
    assert task.selection.matching is not None
    wanted = await resolved(session, caller, task.selection.matching, slips=slips)
    ids = queries.ids_of(caller, wanted).subquery()
    version = select(leads.c.version).where(leads.c.agency_id == caller.agency_id, leads.c.id == ids.c.id)
    given = select(
        bindparam("agency", caller.agency_id, Uuid),
        bindparam("bulk", task.id, Uuid),
        ids.c.id,
        version.scalar_subquery(),
    )
    done = await session.execute(insert(bulk_rows).from_select(["agency_id", "bulk_id", "lead_id", "version"], given))
    return int(done.rowcount)


async def _some(work: UnitOfWork, task: Task, caller: Caller, welcome: "_Welcome") -> bool:
    """As many leads as are a transaction; False once there are no more."""
    of_this = (bulk_rows.c.agency_id == caller.agency_id, bulk_rows.c.bulk_id == task.id)
    left = select(bulk_rows.c.lead_id, bulk_rows.c.version).where(*of_this, bulk_rows.c.fate.is_(None))
    rows = (await work.session.execute(left.order_by(bulk_rows.c.lead_id).limit(CHUNK))).all()
    if not rows:
        return False
    if isinstance(task.action, Enrol):
        await require_open(work.session, caller.agency_id, task.action.campaign_id)
    ids = [row.lead_id for row in rows]
    histories = await histories_of(work.session, ids)
    matching = await _matching_still(work.session, task, caller, ids)
    pipelines, today = Pipelines(), date.min
    if isinstance(task.action, Move | RecycleMany):
        today = datetime.now(await zone_of(work.session, agency_zones, caller.agency_id)).date()
        pipelines, _ = await pipelines_of(work.session, caller.agency_id)
    told: list[tuple[UUID, Became]] = []
    for row in rows:
        history = histories[row.lead_id]
        if isinstance(task.action, Undo):
            became = await _taken_back(task, history, caller, welcome)
        else:
            still = matching is None or row.lead_id in matching
            became = _done(task, history, row.version, caller, (pipelines, today), still=still)
        if became.events:
            work.record(row.lead_id, history[-1].version, became.events)
        told.append((row.lead_id, became))
    await _tell(work.session, task, told)
    return len(rows) == CHUNK


def _done(
    task: Task,
    history: Sequence[Received[Event]],
    version: int | None,
    caller: Caller,
    known: tuple[Pipelines, date],
    *,
    still: bool,
) -> Became:
    lead = folded(history)
    if version is None or lead is None:
        return Became(BulkFate.GONE, "there is no such lead")
    if lead.forgotten:
        return Became(BulkFate.GONE, "this person was forgotten")
    refused = _refused(lead, caller, claims=isinstance(task.action, Assign) and task.action.owner_id == caller.user_id)
    if refused is not None:
        return Became(BulkFate.NOT_ALLOWED, refused)
    selected = folded(history, version)
    assert selected is not None
    became = judged(task.action, lead, selected, *known)
    if became.fate is BulkFate.DONE and not still:
        return Became(BulkFate.CHANGED, "it is not among what was asked for any more")
    return became


async def _taken_back(task: Task, history: Sequence[Received[Event]], caller: Caller, welcome: "_Welcome") -> Became:
    assert isinstance(task.action, Undo)
    assert task.undone is not None
    lead = folded(history)
    if lead is None or lead.forgotten:
        return Became(BulkFate.GONE, "this person was forgotten")
    if (refused := _refused(lead, caller, claims=False)) is not None:
        return Became(BulkFate.NOT_ALLOWED, refused)
    became = set_back(task.undone, history, task.undone_cause, over_changes=task.action.over_changes)
    if (
        became.fate is BulkFate.DONE
        and isinstance(task.undone, Assign)
        and (states := before_of(history, task.undone_cause))
    ):
        try:
            await welcome.require(states[0].owner_id, states[0].team_id)
        except (Invalid, NotFound) as strange:
            return Became(BulkFate.NOT_ALLOWED, strange.detail)
    return became


def _refused(lead: Lead, caller: Caller, *, claims: bool) -> str | None:
    """Why a lead is not this person's to change, as it would be told of this lead alone."""
    scope = (lead.owner_id, lead.team_id, lead.person_id)
    if not caller.may(WRITE_RECORDS):
        return "whoever asked for it may change nothing any more"
    if not caller.sees(*scope):
        return "it is not in the scope of whoever asked for it"
    if not caller.writes(*scope) and not (claims and lead.owner_id is None):
        return "nobody has this lead yet: claim it first"
    return None


async def _matching_still(session: Session, task: Task, caller: Caller, ids: Sequence[UUID]) -> set[UUID] | None:
    """Of these those that the filters still match; None where the leads were named."""
    matching = task.selection.matching
    if matching is None or matching == Matching():
        return None
    await planned_anew(session)
    wanted = await resolved(session, caller, matching, slips=task.slips)
    found = queries.ids_of(caller, wanted).where(leads.c.id == any_(bindparam("these", ids, ARRAY(Uuid))))
    return set((await session.execute(found)).scalars())


async def histories_of(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, list[Received[Event]]]:
    """Many leads' histories, by one statement."""
    keys = master_keys_of(session)
    found: defaultdict[UUID, list[Received[Event]]] = defaultdict(list)
    for row in await session.execute(_HISTORIES, {"ids": list(ids)}):
        found[row.stream_id].append(received(row, keys))
    return found


async def _tell(session: Session, task: Task, told: Sequence[tuple[UUID, Became]]) -> None:
    """What became of each, and how many it was done to so far."""
    agency_id = task.asked_by.agency_id
    conflicts = [orjson.dumps(list(became.conflicts)).decode() if became.conflicts else None for _, became in told]
    await driver_of(session).execute(
        _TELL, agency_id, task.id,
        [id for id, _ in told], [became.fate.value for _, became in told], [became.reason for _, became in told],
        conflicts,
    )  # fmt: skip
    whose = (bulks.c.agency_id == agency_id, bulks.c.id == task.id)
    counts = Counter((await session.execute(select(bulks.c.counts).where(*whose))).scalar_one())
    counts.update(became.fate.value for _, became in told)
    await session.execute(update(bulks).where(*whose).values(counts=dict(counts)))


def _acting(job: Job, task: Task, caller: Caller) -> Context:
    """What is done is done by whoever asked, because they asked."""
    return replace(
        job.context,
        actor=task.actor,
        correlation_id=str(task.id),
        causation_id=task.cause,
        on_behalf_of=None if task.actor.kind is ActorKind.PERSON else str(caller.user_id),
        rule=WRITE_RECORDS.told_of(caller.role),
    )


class _Welcome:
    """Whether somebody, and a team, may be given leads; each asked for once."""

    def __init__(self, job: Job, standings: Standings, caller: Caller) -> None:
        self._job, self._standings, self._caller = job, standings, caller
        self._refused: dict[tuple[UUID | None, UUID | None], Invalid | None] = {}

    async def require(self, owner_id: UUID | None, team_id: UUID | None) -> None:
        """Raises Invalid where they work here no longer, or the team is not there any more."""
        pair = (owner_id, team_id)
        if pair not in self._refused:
            try:
                await self._standings.refuse_strangers(
                    self._job.store.database, self._caller, owner_id=owner_id, team_id=team_id
                )
                self._refused[pair] = None
            except Invalid as refused:
                self._refused[pair] = refused
        if (why := self._refused[pair]) is not None:
            raise why


async def _still(session: Session, job: Job, bulk_id: UUID) -> bool:
    """Whether this job is still this worker's, and the bulk action runs; both to the commit."""
    if not await job.holds(session):
        return False
    whose = (bulks.c.agency_id == job.agency_id, bulks.c.id == bulk_id)
    now = (await session.execute(select(bulks.c.status).where(*whose).with_for_update())).scalar_one()
    return BulkStatus(now) is BulkStatus.RUNNING


async def task_of(job: Job, bulk_id: UUID) -> Task | None:
    """The bulk action of a job; None if there is none."""
    async with job.store.database.transaction(job.agency_id) as session:
        found = select(bulks).where(bulks.c.agency_id == job.agency_id, bulks.c.id == bulk_id)
        row = (await session.execute(found)).mappings().first()
        if row is None:
            return None
        of_bulk, undone = row["of_bulk"], None
        begun = await histories_of(session, [bulk_id] if of_bulk is None else [bulk_id, of_bulk])
        if of_bulk is not None:
            of = select(bulks.c.action).where(bulks.c.agency_id == job.agency_id, bulks.c.id == of_bulk)
            undone = action_of((await session.execute(of)).scalar_one())
    actor = Actor.parse(row["actor"])
    key = None
    if actor.kind is ActorKind.KEY:
        key = ApiKey(UUID(actor.id), frozenset(row["key_scopes"] or ()))
    selection = {name: value for name, value in row["selection"].items() if name != "slips"}
    return Task(
        id=bulk_id,
        asked_by=Caller(
            job.agency_id,
            row["created_by"],
            Role(row["role"]),
            frozenset(row["team_ids"]),
            version=row["person_version"],
            key=key,
        ),
        actor=actor,
        action=action_of(row["action"]),
        undone=undone,
        of_bulk=of_bulk,
        cause=begun[bulk_id][0].id,
        undone_cause="" if of_bulk is None else begun[of_bulk][0].id,
        # Of what is taken back all is meant where no lead is named.
        selection=Selection.model_validate(selection)
        if selection
        else Selection.model_construct(ids=None, matching=None),
        slips=bool(row["selection"].get("slips")),
        status=BulkStatus(row["status"]),
        leads=row["leads"],
    )
