"""Leads are given by the rules in force: after they were captured, the oldest first, by jobs that any process goes on with.

Each batch is one transaction: it holds the agency's lock, reads everything anew, and records what the pure rules decide. So
caps hold whoever else is at work, and what was killed half way has either given a lead or not. While something waits, it is
looked again each minute: somebody's hours begin, a day's cap is new, an absence ends.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import Conflict
from gardenos_chassis.events import Consumer, UnitOfWork
from gardenos_chassis.events.store import LostRace
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.jobs.queue import Argument
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import ActorKind, Event, Received
from gardenos_contracts.identity import (
    RoleChanged,
    UserDeactivated,
    UserJoined,
    UserMovedTeams,
    UserReactivated,
)
from gardenos_contracts.lead_assignment import AssignmentRule, AssignmentSwitchedOn
from gardenos_contracts.lead_households import LeadJoinedHousehold
from gardenos_contracts.lead_lists import LeadFieldsFilled
from gardenos_contracts.lead_recycling import LeadCameBack, LeadRecyclingCancelled
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadShared,
    LeadStageChanged,
    LeadUnshared,
)

from gardenos_leads.assigning.domain import (
    Asked,
    Backlog,
    Given,
    Load,
    Staff,
    decide,
    give,
    goes_by_score,
    pool_of,
    stands_in,
)
from gardenos_leads.assigning.knowing import (
    asked_of,
    keep_turns,
    load_of,
    rules_in_force,
    staff_of,
    take_turns,
    waiting,
)
from gardenos_leads.bulk.running import histories_of
from gardenos_leads.lead import Lead, evolve

ASSIGN = "leads.assign"
ANSWERED = "leads.see-answered"
AWAY = "leads.owner-away"

BATCH = 200
MOST_LOOKED_AT = 50_000
_LOOK_AGAIN = timedelta(minutes=1)
_RACES = 50

waking = Consumer(
    "leads.assigning",
    listens_to=[
        LeadCaptured, LeadAssigned, LeadStageChanged, LeadConverted, LeadRemoved, LeadRestored, LeadDetailsChanged,
        LeadFieldsFilled, LeadJoinedHousehold, LeadCameBack, LeadRecyclingCancelled, AssignmentSwitchedOn, UserJoined,
        RoleChanged, UserMovedTeams, UserDeactivated, UserReactivated,
    ],
)  # fmt: skip
assigning = Jobs(at_once=2)


@waking.on_batch
async def something_happened(events: Sequence[Received[Event]], db: Session) -> None:
    """What waits may find somebody now.

    What says who may take it gets a look of its own: one that is going on has read that before.
    """
    await wake(db, events[-1])
    said = [received for received in events if isinstance(received.data, LeadJoinedHousehold | AssignmentSwitchedOn)]
    if said:
        await wake(db, said[-1], key=said[-1].id)


async def wake(db: Session, because_of: Received[Event], *, key: str = "now") -> None:
    """Has the backlog looked at, if rules are in force.

    With a `key` of its own even while a look is going on: that one sees leads which come meanwhile, but has read who works how.
    """
    if await rules_in_force(db, because_of.agency_id) is not None:
        await enqueue(db, ASSIGN, because_of=because_of, key=key)


_ANY_WAITS = "select exists (select from lead_backlog where agency_id = $1 and lead_id = any($2))"


async def wake_for_scores(db: Session, because_of: Received[Event], scored: Sequence[UUID]) -> None:
    """Has the backlog looked at where a lead of it has another score, if rules in force go by that.

    It is a look of its own: one that is going on has read the scores before.
    """
    rules = await rules_in_force(db, because_of.agency_id) or ()
    if any(rule.active and goes_by_score(rule.when) for rule in rules) and await driver_of(db).fetchval(
        _ANY_WAITS, because_of.agency_id, scored
    ):
        await enqueue(db, ASSIGN, because_of=because_of, key=str(because_of.id))


@assigning.on(ASSIGN)
async def assign(job: Job) -> None:
    """Gives what waits, the oldest first, as long as somebody has room."""
    races = 0
    more = True
    while more:
        try:
            async with job.store.unit_of_work(job.context) as work:
                more = await _give_some(job, work)
            races = 0
        except LostRace:
            # Somebody claimed or changed one of them at this moment; all is read anew.
            races += 1
            if races > _RACES:
                raise


async def _give_some(job: Job, work: UnitOfWork) -> bool:
    session, agency_id = work.session, job.agency_id
    await take_turns(session, agency_id)
    if not await job.holds(session):
        return False
    rules = await rules_in_force(session, agency_id)
    if rules is None:
        return False
    now = datetime.now(UTC)
    there = await waiting(session, agency_id, MOST_LOOKED_AT)
    staff = await staff_of(session, agency_id, now)
    load = await load_of(session, agency_id, staff, now)
    decided = _decided(rules, there, now, staff, load)
    await _record(work, decided, now)
    await keep_turns(session, agency_id, load)
    if len(decided) == BATCH:
        return True
    # It is off the queue before it is looked whether more came: who comes after that puts another down.
    await job.finish(session)
    given = {each.asked.lead_id for each in decided if each.user_id is not None}
    if await _others(session, agency_id, [asked.lead_id for asked in there]):
        await enqueue(session, ASSIGN, because_of=job.context, key="now")
    elif len(given) < len(there):
        await enqueue(session, ASSIGN, because_of=job.context, key="in a minute", at=now + _LOOK_AGAIN)
    return False


_OTHERS = "select exists (select from lead_backlog where agency_id = $1 and lead_id <> all($2))"


async def _others(session: Session, agency_id: UUID, seen: Sequence[UUID]) -> bool:
    return len(seen) < MOST_LOOKED_AT and bool(await driver_of(session).fetchval(_OTHERS, agency_id, list(seen)))


def _decided(
    rules: Sequence[AssignmentRule], there: Sequence[Asked], now: datetime, staff: Staff, load: Load
) -> list[Given]:
    """As many as are a transaction: to whom they go, or in whose pool they wait to be claimed."""
    backlog = Backlog(rules, staff.zone)
    for asked in there:
        backlog.add(asked, now)
    decided: list[Given] = []
    for given in backlog.drain(now, staff, load):
        decided.append(given)
        if len(decided) == BATCH:
            return decided
    for asked in backlog:
        if (rule := pool_of(rules, asked, now, staff.zone)) is not None:
            decided.append(Given(asked, rule, None))
            if len(decided) == BATCH:
                break
    return decided


async def _record(work: UnitOfWork, decided: Sequence[Given], now: datetime) -> None:
    histories = await histories_of(work.session, [each.asked.lead_id for each in decided])
    for each in decided:
        lead, version = _folded(histories[each.asked.lead_id])
        if lead is not None:
            await _assign(work, lead, version, each, now)


async def _assign(work: UnitOfWork, lead: Lead, version: int, each: Given, now: datetime) -> None:
    rule = each.rule
    team_id = lead.team_id if rule.team_id is None else rule.team_id
    events = list(
        lead.assign(each.user_id, team_id, rule_id=rule.rule_id, rule=rule.name, with_household=each.with_household)
    )
    version = work.record(lead.lead_id, version, events, occurred_at=now)
    if events and each.user_id is not None and rule.answer_minutes is not None:
        told: dict[str, Argument] = {
            "lead_id": lead.lead_id,
            "version": version,
            "owner_id": each.user_id,
            "rule_id": rule.rule_id,
        }
        due = now + timedelta(minutes=rule.answer_minutes)
        key = f"{lead.lead_id}:{version}"
        await enqueue(work.session, ANSWERED, told, because_of=work.context, key=key, at=due, person_id=lead.person_id)


def _folded(history: Sequence[Received[Event]]) -> tuple[Lead | None, int]:
    lead: Lead | None = None
    for fact in history:
        lead = evolve(lead, fact.data)
    return lead, history[-1].version if history else 0


_TOUCHED = """
select coalesce(first_touched_at >= $3, false) or coalesce(last_contacted_at >= $3, false)
from leads where agency_id = $1 and id = $2
"""
_LEADS_OF_TEAM = "select lead_ids from heard_teams where agency_id = $1 and team_id = $2"
_NO_TOUCH = (LeadAssigned, LeadShared, LeadUnshared)


@assigning.on(ANSWERED)
async def see_answered(job: Job) -> None:
    """The time that a rule gives is over: if nobody was in touch, it is said so, and the lead goes on if the rule has it so."""
    lead_id, owner_id = UUID(job.arguments["lead_id"]), UUID(job.arguments["owner_id"])
    async with job.store.unit_of_work(job.context) as work:
        await take_turns(work.session, job.agency_id)
        if not await job.holds(work.session):
            return
        history = (await histories_of(work.session, [lead_id]))[lead_id]
        lead, version = _folded(history)
        rules = await rules_in_force(work.session, job.agency_id) or ()
        rule = next((each for each in rules if str(each.rule_id) == job.arguments["rule_id"]), None)
        if lead is None or rule is None or rule.answer_minutes is None or not _is_still(lead, owner_id):
            return
        given = job.arguments["version"]
        if await _touched(work.session, job.agency_id, lead_id, history, given):
            return
        leaders = await driver_of(work.session).fetchval(_LEADS_OF_TEAM, job.agency_id, lead.team_id) or []
        told = [UUID(str(id)) for id in leaders]
        version = work.record(lead_id, version, lead.unanswered(rule.rule_id, rule.name, rule.answer_minutes, told))
        had = {fact.data.owner_id for fact in history if isinstance(fact.data, LeadAssigned)} | {owner_id}
        had_it = frozenset(id for id in had if id)
        leads = [id for id in told if id not in had_it] if rule.escalate else []
        if await _to_one_of(work, lead, version, rule, leads):
            return
        if rule.unanswered == "reroute":
            await _reroute(work, lead, version, rules, had_it, or_pool=False)


def _is_still(lead: Lead, owner_id: UUID) -> bool:
    gone = lead.stage.closed or lead.forgotten or lead.removed or lead.merged_into is not None
    return lead.owner_id == owner_id and not gone


async def _touched(
    session: Session, agency_id: UUID, lead_id: UUID, history: Sequence[Received[Event]], given: int
) -> bool:
    """Whether a person did something about the lead since it was given: called, wrote, moved or changed it."""
    later = [fact for fact in history if fact.version > given]
    if any(fact.actor.kind is ActorKind.PERSON and not isinstance(fact.data, _NO_TOUCH) for fact in later):
        return True
    at = next(fact.occurred_at for fact in history if fact.version == given)
    return bool(await driver_of(session).fetchval(_TOUCHED, agency_id, lead_id, at))


async def _to_one_of(work: UnitOfWork, lead: Lead, version: int, rule: AssignmentRule, named: Sequence[UUID]) -> bool:
    """To the first of these who may take it, whom people named for that; whether there was anybody."""
    now = datetime.now(UTC)
    staff = await staff_of(work.session, work.context.agency_id, now) if named else Staff({})
    asked = await _asked(work, lead, now)
    for user_id in named:
        if stands_in(rule, user_id, asked, now, staff):
            await _assign(work, lead, version, Given(asked, rule, user_id), now)
            return True
    return False


async def _reroute(
    work: UnitOfWork,
    lead: Lead,
    version: int,
    rules: Sequence[AssignmentRule],
    had_it: frozenset[UUID],
    *,
    or_pool: bool,
) -> None:
    """To somebody else, by the same rules; where there is nobody, back into the pool, or it stays."""
    now = datetime.now(UTC)
    staff = await staff_of(work.session, work.context.agency_id, now)
    load = await load_of(work.session, work.context.agency_id, staff, now)
    asked = await _asked(work, lead, now)
    decided = decide(rules, asked, now, staff, load, had_it=had_it)
    if isinstance(decided, Given):
        give(decided, now, staff, load)
        await _assign(work, lead, version, decided, now)
        await keep_turns(work.session, work.context.agency_id, load)
    elif or_pool:
        work.record(lead.lead_id, version, lead.assign(None, lead.team_id))


_SCORE = "select score from leads where agency_id = $1 and id = $2"


async def _asked(work: UnitOfWork, lead: Lead, now: datetime) -> Asked:
    """As its own events made it; its score is told by others."""
    details: Any = lead.details
    score = await driver_of(work.session).fetchval(_SCORE, work.context.agency_id, lead.lead_id)
    return asked_of(
        {
            "lead_id": lead.lead_id,
            "since": now,
            "source": lead.source,
            "campaign_id": lead.campaign_id,
            "state": details["state"],
            "postal_code": details["postal_code"],
            "line_of_business": details["line_of_business"],
            "language": lead.fields.get("language"),
            "score": score,
            "team_id": lead.team_id,
        }
    )


_ABSENCE = """
select covered_by from absences where agency_id = $1 and absence_id = $2 and not cancelled
    and starts_at <= now() and ends_at > now()
"""
_UNTOUCHED_OF = """
select l.id, g.rule_id, g.version from leads l join lateral (
    select rule_id, user_id, version, given_at from leads_given
    where agency_id = l.agency_id and lead_id = l.id order by version desc limit 1
) g on g.user_id = l.owner_id
where l.agency_id = $1 and l.owner_id = $2 and l.stage not in ('won', 'lost') and l.forgotten_at is null
    and l.removed_at is null and coalesce(l.first_touched_at < g.given_at, true)
    and coalesce(l.last_contacted_at < g.given_at, true)
order by l.captured_at, l.id
"""


@assigning.on(AWAY)
async def owner_away(job: Job) -> None:
    """Somebody goes away: leads that a rule gave them, and that nobody was in touch with, go on as the rule has it.

    To who covers for them, where somebody does who may take it; else to whose turn it is. Where the absence was cancelled,
    or is over, nothing happens.
    """
    user_id, absence_id = UUID(job.arguments["user_id"]), UUID(job.arguments["absence_id"])
    async with job.store.database.transaction(job.agency_id) as session:
        absence = await driver_of(session).fetchrow(_ABSENCE, job.agency_id, absence_id)
        if absence is None:
            return
        covered_by = None if absence["covered_by"] is None else UUID(str(absence["covered_by"]))
        found = await driver_of(session).fetch(_UNTOUCHED_OF, job.agency_id, user_id)
    for lead_id, rule_id, given in found:
        await _goes_on(job, UUID(str(lead_id)), UUID(str(rule_id)), given, user_id, covered_by)
    async with job.store.unit_of_work(job.context) as work:
        await enqueue(work.session, ASSIGN, because_of=job.context, key="now")


async def _goes_on(job: Job, lead_id: UUID, rule_id: UUID, given: int, user_id: UUID, covered_by: UUID | None) -> None:
    """One lead, by a transaction of its own; decided anew, for its owner may have been quicker."""
    while True:
        try:
            async with job.store.unit_of_work(job.context) as work:
                await take_turns(work.session, job.agency_id)
                if not await job.holds(work.session):
                    return
                rules = await rules_in_force(work.session, job.agency_id) or ()
                rule = next((each for each in rules if each.rule_id == rule_id), None)
                history = (await histories_of(work.session, [lead_id]))[lead_id]
                lead, version = _folded(history)
                if rule is None or rule.when_away != "reroute" or lead is None or not _is_still(lead, user_id):
                    return
                if await _touched(work.session, job.agency_id, lead_id, history, given):
                    return
                if not await _to_one_of(work, lead, version, rule, [covered_by] if covered_by else []):
                    await _reroute(work, lead, version, rules, frozenset({user_id}), or_pool=True)
                return
        except LostRace:
            continue
        except Conflict:
            return
