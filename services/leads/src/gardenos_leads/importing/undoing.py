"""An import taken back, as a job: leads that only came from it are removed, what it changed is set back.

What somebody has touched since is theirs, and stays: of each row it is told what became of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.errors import Conflict
from gardenos_chassis.events import UnitOfWork
from gardenos_chassis.events.store import LostRace
from gardenos_chassis.jobs import Job
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Actor, ActorKind, Event, Fact
from gardenos_contracts.leads import LeadCaptured
from sqlalchemy import bindparam, select, update

from gardenos_leads import lead as aggregate
from gardenos_leads.importing.aggregate import ImportStatus, folded
from gardenos_leads.importing.rows import Fate
from gardenos_leads.importing.running import acting, put, still, task_of
from gardenos_leads.importing.tables import import_rows, imports
from gardenos_leads.lists.fields import OWN
from gardenos_leads.tables import leads

_BATCH = 100
_RACES = 20

Undone: TypeAlias = Literal["removed", "restored", "kept"]

_FIELDS = {
    "postal_code": "ZIP code", "birth_date": "birth date", "line_of_business": "line of business",
    "current_carrier": "current carrier", "x_date": "X-date",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row when its import was taken back."""

    undone: Undone
    reason: str | None = None


async def undo(job: Job) -> None:
    """Takes an import back, from where it was left: the last row first."""
    import_id = UUID(job.arguments["import_id"])
    task = await task_of(job, import_id)
    if task is None or task.status is not ImportStatus.UNDOING:
        return
    races, more = 0, True
    while more:
        try:
            async with job.store.unit_of_work(acting(job, import_id)) as work:
                if not await still(work.session, job, import_id, ImportStatus.UNDOING):
                    return
                more = await _some(work, job.agency_id, import_id)
        except LostRace:
            # Somebody worked on one of them at this moment; what they left is read anew.
            races += 1
            if races > _RACES:
                raise
            continue
        races = 0
    async with job.store.unit_of_work(acting(job, import_id)) as work:
        if not await still(work.session, job, import_id, ImportStatus.UNDOING):
            return
        whose = (imports.c.agency_id == job.agency_id, imports.c.id == import_id)
        so_far = (await work.session.execute(select(imports.c.undone).where(*whose))).scalar_one()
        outcome = {"removed": 0, "restored": 0, "kept": 0} | (so_far or {})
        state, version = folded(await work.load(import_id))
        work.record(import_id, version, state.undone(outcome))
        values = {"status": ImportStatus.UNDONE, "undone": outcome, "finished_at": datetime.now(UTC)}
        await put(work.session, job.agency_id, import_id, **values)
        await job.finish(work.session)


async def _some(work: UnitOfWork, agency_id: UUID, import_id: UUID) -> bool:
    """A batch of rows, from behind; False once there are no more."""
    of_this = (import_rows.c.agency_id == agency_id, import_rows.c.import_id == import_id)
    written = import_rows.c.fate.in_((Fate.CAPTURED, Fate.UPDATED, Fate.INQUIRY))
    left = select(import_rows.c.row, import_rows.c.fate, import_rows.c.lead_id)
    left = left.where(*of_this, written, import_rows.c.undone.is_(None)).order_by(import_rows.c.row.desc())
    rows = (await work.session.execute(left.limit(_BATCH))).all()
    if not rows:
        return False
    touched = await _contacted(work.session, agency_id, [row.lead_id for row in rows])
    outcomes = []
    for row in rows:
        outcome = await _undone(work, import_id, row.lead_id, Fate(row.fate), touched)
        outcomes.append({"at_row": row.row, "undone": outcome.undone, "reason": outcome.reason})
    told = update(import_rows).where(*of_this, import_rows.c.row == bindparam("at_row"))
    told = told.values(undone=bindparam("undone"), undone_reason=bindparam("reason"))
    await work.session.execute(told, outcomes)
    await _count(work.session, agency_id, import_id, outcomes)
    return True


async def _count(session: Session, agency_id: UUID, import_id: UUID, outcomes: Sequence[Mapping[str, Any]]) -> None:
    whose = (imports.c.agency_id == agency_id, imports.c.id == import_id)
    before = (await session.execute(select(imports.c.undone).where(*whose))).scalar_one()
    counts = Counter(before or {})
    counts.update(str(each["undone"]) for each in outcomes)
    await put(session, agency_id, import_id, undone=dict(counts))


async def _contacted(session: Session, agency_id: UUID, lead_ids: Sequence[UUID]) -> set[UUID]:
    """Those with whom there was contact, of which other services tell."""
    had = leads.c.first_contacted_at.is_not(None) | (leads.c.contact_attempts > 0)
    wanted = select(leads.c.id).where(leads.c.agency_id == agency_id, leads.c.id.in_(lead_ids), had)
    return set((await session.execute(wanted)).scalars())


async def _undone(work: UnitOfWork, import_id: UUID, lead_id: UUID, fate: Fate, contacted: set[UUID]) -> Outcome:
    if fate is Fate.INQUIRY:
        return Outcome("kept", "that they asked once more stays in their history")
    history = await work.load(lead_id)
    before, lead, version = states(history, import_id)
    if lead is None or lead.forgotten:
        return Outcome("kept", "this person was forgotten")
    if fate is Fate.CAPTURED:
        events, outcome = taken_out(history, lead, import_id, contacted=lead_id in contacted)
    else:
        events, outcome = set_back(before, lead)
    work.record(lead_id, version, events)
    return outcome


@dataclass(frozen=True, slots=True)
class Before:
    """What an import changed of a lead: each field as it was before, and as it was left."""

    was: Mapping[str, Any]
    left: Mapping[str, Any]


def states(history: Sequence[Fact[Any]], import_id: UUID) -> tuple[Before, aggregate.Lead | None, int]:
    """What the import changed, the lead now, and its version."""
    was: dict[str, Any] = {}
    left: dict[str, Any] = {}
    lead: aggregate.Lead | None = None
    version = 0
    for fact in history:
        after = aggregate.evolve(lead, fact.data)
        if lead is not None and _by(fact, import_id):
            then, now = lead.known, after.known
            for name, value in now.items():
                if value != then.get(name):
                    was.setdefault(name, then.get(name))
                    left[name] = value
        lead, version = after, fact.version
    return Before(was, left), lead, version


def taken_out(
    history: Sequence[Fact[Any]], lead: aggregate.Lead, import_id: UUID, *, contacted: bool
) -> tuple[list[Event], Outcome]:
    """A lead that only came from the import is removed; one that somebody touched since is theirs."""
    if lead.removed:
        return [], Outcome("removed", "it was removed already")
    if contacted:
        return [], Outcome("kept", "there has been contact since")
    since = next((fact for fact in history if not _by(fact, import_id)), None)
    if since is not None:
        return [], Outcome("kept", "it was changed since")
    if not isinstance(history[0].data, LeadCaptured) or history[0].data.import_id != import_id:
        return [], Outcome("kept", "it did not come from this import")
    return list(lead.remove()), Outcome("removed")


def set_back(before: Before, lead: aggregate.Lead) -> tuple[list[Event], Outcome]:
    """What the import changed is as before it, but for what was changed since."""
    if lead.removed:
        return [], Outcome("kept", "it was removed since")
    now = lead.known
    same = [name for name, value in before.left.items() if now.get(name) == value]
    stays = [name for name in before.left if name not in same]
    why = f"changed since: {', '.join(_FIELDS.get(name, name.removeprefix(OWN)) for name in stays)}" if stays else None
    try:
        own = {name.removeprefix(OWN): before.was[name] for name in same if name.startswith(OWN)}
        details = {name: before.was[name] for name in same if not name.startswith(OWN)}
        events = [*lead.change_details(**details), *lead.fill(own)]
    except Conflict as refused:
        return [], Outcome("kept", refused.detail)
    return events, Outcome("restored" if same else "kept", why)


def _by(fact: Fact[Any], import_id: UUID) -> bool:
    return fact.actor == Actor(ActorKind.IMPORT, str(import_id))
