"""A replay at work: what happened is read in its order, a few thousand at a time, and what it came to is kept to be looked at.

It is a job, for a year's leads take longer than anybody waits for an answer. One that another goes on with begins anew: nothing
but its own row was written.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from gardenos_chassis.agency_zones import zone_of
from gardenos_chassis.events import UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts.lead_assignment import AssignmentRule
from gardenos_contracts.values import Role
from sqlalchemy import func, insert, update

from gardenos_leads.assigning.domain import goes_by_score, seats_of
from gardenos_leads.assigning.knowing import asked_of, rules_of
from gardenos_leads.assigning.replay import Before, Happening, Held, Past, Replay, Scored, Told, WhatIf, at_percent
from gardenos_leads.assigning.staffing import Absence, StaffChange, StaffThen
from gardenos_leads.assigning.tables import what_ifs
from gardenos_leads.lists.tables import agency_zones

REPLAY = "leads.what-if"
KEPT = 20
"""So many replays of an agency are kept to be looked at again."""
BATCH = 2_000
"""Happenings that are read, and replayed, at once."""

_REPLAYED = "a.agency_id = $1 and a.arrived_at >= $2 and a.arrived_at < $3 and a.to_assign and l.removed_at is null"
_OF_LEADS = "from lead_answers a join leads l on l.agency_id = a.agency_id and l.id = a.lead_id"
_TOUCHED = "least(l.first_touched_at, a.moved_at)"
_COUNT = f"select count(*) {_OF_LEADS} where {_REPLAYED}"
# In whose pool they waited is what the rules say.
_CAME = f"""
select a.lead_id, a.arrived_at as since, l.source, l.campaign_id, l.state, l.postal_code, l.line_of_business,
    l.fields->>'language' as language, null::int as score, null::uuid as team_id,
    a.first_owner_id, a.first_owned_at, {_TOUCHED} as touched_at
{_OF_LEADS} where {_REPLAYED} order by a.arrived_at, a.lead_id
"""
_USUAL = f"""
select a.first_owner_id, percentile_cont(0.5) within group (
    order by greatest(extract(epoch from {_TOUCHED} - a.first_owned_at)::float8, 0)
) as seconds
{_OF_LEADS} where {_REPLAYED} and a.first_owner_id is not null and a.first_owned_at is not null and {_TOUCHED} is not null
group by grouping sets ((a.first_owner_id), ())
"""  # noqa: S608 - constants
# Whatever clocks say, a lead came before it was scored.
_SCORED = f"""
select greatest(s.at, a.arrived_at) as at, s.lead_id, s.score
{_OF_LEADS} join lead_scores s on s.agency_id = a.agency_id and s.lead_id = a.lead_id
where {_REPLAYED} and s.at < $3 order by 1, s.lead_id, s.sequence
"""
_UNSCORED = f"""
select count(*) {_OF_LEADS} where {_REPLAYED} and not exists (
    select from lead_scores s where s.agency_id = a.agency_id and s.lead_id = a.lead_id and s.at < $3
)
"""  # noqa: S608 - constants
_HELD = """
select h.at, h.lead_id, h.owner_id, h.household_id, h.state, h.was_owner_id, h.was_household_id, h.was_state,
    coalesce(a.to_assign and a.arrived_at >= $2 and l.removed_at is null, false) as replayed
from lead_holdings h left join lead_answers a on a.agency_id = h.agency_id and a.lead_id = h.lead_id
    left join leads l on l.agency_id = h.agency_id and l.id = h.lead_id
where h.agency_id = $1 and h.at >= $2 and h.at < $3 order by h.at, h.lead_id, h.version
"""
_OPEN_BEFORE = """
select user_id, sum(more) as open from (
    select owner_id as user_id, 1 as more from lead_holdings
    where agency_id = $1 and at < $2 and state = 'open' and owner_id is not null
    union all
    select was_owner_id, -1 from lead_holdings
    where agency_id = $1 and at < $2 and was_state = 'open' and was_owner_id is not null
) changed group by user_id having sum(more) > 0
"""
_MEMBERS_BEFORE = """
select distinct on (lead_id) at, lead_id, owner_id, household_id, state from lead_holdings
where agency_id = $1 and at < $2 and (household_id is not null or was_household_id is not null)
order by lead_id, version desc
"""
_STAFF = "select at, user_id, told::text as told from staff_changes where agency_id = $1 and at < $2 order by sequence"
_WENT_ON = "select count(*) - count(distinct lead_id) from leads_given where agency_id = $1 and given_at >= $2 and given_at < $3"
_UNANSWERED = "select count(*) from leads_unanswered where agency_id = $1 and at >= $2 and at < $3"
_DROP_OLDER = """
delete from what_ifs where agency_id = $1 and id in (
    select id from what_ifs where agency_id = $1 and finished_at is not null order by asked_at desc, id offset $2
)
"""

replaying = Jobs(at_once=1)


async def ask(work: UnitOfWork, rules: Sequence[AssignmentRule], days: int, minutes: int, asked_by: UUID) -> UUID:
    """Has rules replayed over so many days until now; gives the id under which it is looked at."""
    id, now = new_id(), datetime.now(UTC)
    agency_id = work.context.agency_id
    said = {"rules": [rule.model_dump(mode="json") for rule in rules], "days": days, "minutes": minutes}
    row = {"agency_id": agency_id, "id": id, "asked_by": asked_by, "asked_at": now, "status": "waiting", **said}
    await work.session.execute(insert(what_ifs).values(**row, leads_done=0))
    await driver_of(work.session).execute(_DROP_OLDER, agency_id, KEPT - 1)
    await enqueue(work.session, REPLAY, {"what_if_id": id}, because_of=work.context, key=str(id))
    return id


async def _given_up(job: Job, _: Exception) -> None:
    await _say(job, status="failed", finished_at=func.now())


@replaying.on(REPLAY, given_up=_given_up)
async def replay(job: Job) -> None:
    """Goes over what happened, tells how far it is, and keeps what it came to."""
    id = UUID(job.arguments["what_if_id"])
    async with job.store.database.snapshot(job.agency_id) as session:
        asked = await driver_of(session).fetchrow(
            "select rules::text as rules, days, minutes, asked_at from what_ifs where agency_id = $1 and id = $2",
            job.agency_id,
            id,
        )
        if asked is None:
            return
        rules = rules_of(orjson.loads(asked["rules"])) or ()
        until = asked["asked_at"]
        span = (until - timedelta(days=asked["days"]), until)
        leads = await driver_of(session).fetchval(_COUNT, job.agency_id, *span)
        await _say(job, status="running", leads=leads, leads_done=0, started_at=func.now())

        async def so_far(done: int) -> None:
            await _say(job, leads_done=done)

        result = await replayed(session, job.agency_id, rules, *span, asked["minutes"], so_far)
    async with job.store.database.transaction(job.agency_id) as session:
        if await job.finish(session):
            done = {"status": "done", "finished_at": func.now(), "result": result, "leads_done": leads}
            await session.execute(update(what_ifs).where(*_this(job)).values(**done))


def _this(job: Job) -> tuple[Any, ...]:
    return what_ifs.c.agency_id == job.agency_id, what_ifs.c.id == UUID(job.arguments["what_if_id"])


async def _say(job: Job, **now: Any) -> None:
    async with job.store.database.transaction(job.agency_id) as session:
        await session.execute(update(what_ifs).where(*_this(job)).values(**now))


async def replayed(
    session: Session,
    agency_id: UUID,
    rules: Sequence[AssignmentRule],
    since: datetime,
    until: datetime,
    minutes: int,
    so_far: Any = None,
) -> dict[str, Any]:
    """What rules would have done between two moments, beside what was done. `so_far` is told how many leads were replayed."""
    driver, span = driver_of(session), (agency_id, since, until)
    zone = (await zone_of(session, agency_zones, agency_id)).key
    changes = [_change(row) for row in await driver.fetch(_STAFF, agency_id, until)]
    staff = StaffThen(zone, changes)
    usual = await driver.fetch(_USUAL, *span)
    before = Before(
        open={_id(row["user_id"]): int(row["open"]) for row in await driver.fetch(_OPEN_BEFORE, agency_id, since)},
        members=[
            Held(row["at"], _id(row["lead_id"]), _maybe(row["owner_id"]), _maybe(row["household_id"]), row["state"])
            for row in await driver.fetch(_MEMBERS_BEFORE, agency_id, since)
        ],
        # Where nobody ever was in touch, the row of everybody tells nothing.
        usual={_maybe(row[0]): timedelta(seconds=row["seconds"]) for row in usual if row["seconds"] is not None},
    )
    replay = Replay(rules, staff, since=since, until=until, minutes=minutes, before=before)
    by_score = any(goes_by_score(rule.when) for rule in rules)
    async for batch in _in_order(session, changes, *span, by_score=by_score):
        # It is arithmetic: others are served meanwhile.
        await asyncio.to_thread(replay.go_on, batch)
        if so_far is not None:
            await so_far(replay.told.leads)
    told = await asyncio.to_thread(replay.finish)
    told.happened.went_on = await driver.fetchval(_WENT_ON, *span)
    told.happened.unanswered = await driver.fetchval(_UNANSWERED, *span)
    unscored = await driver.fetchval(_UNSCORED, *span) if by_score else 0
    return _shown(told, rules, staff, since) | {"unscored": unscored}


async def _in_order(
    session: Session,
    changes: Sequence[StaffChange],
    agency_id: UUID,
    since: datetime,
    until: datetime,
    *,
    by_score: bool,
) -> AsyncIterator[list[Happening]]:
    """What happened, as it came; never more of it at once than a batch of each kind."""
    span = (agency_id, since, until)
    streams = [
        _listed(changes),
        _read(session, _CAME, _past, span),
        _read(session, _HELD, _held, span),
        *([_read(session, _SCORED, _scored, span)] if by_score else []),
    ]
    heads = [await anext(stream, None) for stream in streams]
    batch: list[Happening] = []
    while any(head is not None for head in heads):
        # Of one moment: who works here first, then who came, then what became of it.
        _, place = min((head.at, place) for place, head in enumerate(heads) if head is not None)
        head = heads[place]
        assert head is not None
        batch.append(head)
        heads[place] = await anext(streams[place], None)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


async def _listed(changes: Sequence[StaffChange]) -> AsyncIterator[Happening]:
    for change in changes:
        yield change


async def _read(session: Session, statement: str, made: Any, span: Any) -> AsyncIterator[Happening]:
    async for row in driver_of(session).cursor(statement, *span, prefetch=BATCH):
        yield made(row)


def _past(row: Mapping[str, Any]) -> Past:
    return Past(asked_of(row), _maybe(row["first_owner_id"]), row["first_owned_at"], row["touched_at"])


def _held(row: Mapping[str, Any]) -> Held:
    return Held(
        row["at"],
        _id(row["lead_id"]),
        _maybe(row["owner_id"]),
        _maybe(row["household_id"]),
        row["state"],
        _maybe(row["was_owner_id"]),
        _maybe(row["was_household_id"]),
        row["was_state"],
        row["replayed"],
    )


def _scored(row: Mapping[str, Any]) -> Scored:
    return Scored(row["at"], _id(row["lead_id"]), row["score"])


def _change(row: Mapping[str, Any]) -> StaffChange:
    told, user_id = orjson.loads(row["told"]), _maybe(row["user_id"])
    planned = told.get("planned")
    absence = None
    if planned is not None and user_id is not None:
        starts, ends = (datetime.fromisoformat(planned[name]) for name in ("starts_at", "ends_at"))
        absence = Absence(UUID(planned["absence_id"]), user_id, starts, ends, _maybe(planned["covered_by"]))
    return StaffChange(
        row["at"],
        user_id,
        role=Role(told["role"]) if "role" in told else None,
        team_ids=frozenset(UUID(id) for id in told["team_ids"]) if "team_ids" in told else None,
        active=told.get("active"),
        profile=told.get("profile"),
        planned=absence,
        cancelled_id=_maybe(told.get("cancelled")),
        led_team_id=_maybe(told.get("team_id")),
        leader_ids=tuple(UUID(id) for id in told.get("lead_ids") or ()),
    )


def _id(found: object) -> UUID:
    return UUID(str(found))


def _maybe(found: object) -> UUID | None:
    return None if found is None else UUID(str(found))


def _shown(told: WhatIf, rules: Sequence[AssignmentRule], staff: StaffThen, since: datetime) -> dict[str, Any]:
    happened, draft = told.happened, told.draft
    asked_for = {seat.user_id for rule in rules for seat in seats_of(rule, staff.now)}
    everybody = {*happened.per_agent, *draft.per_agent}
    return {
        "leads": told.leads,
        "happened": _summed(happened),
        "draft": _summed(draft),
        "agents": [
            {
                "user_id": str(id),
                "happened": happened.per_agent[id],
                "draft": draft.per_agent[id],
                "most_open_happened": happened.most_open.get(id, 0),
                "most_open_draft": draft.most_open.get(id, 0),
            }
            for id in sorted(everybody)
        ],
        "rules": [
            {"rule_id": str(rule.rule_id), "name": rule.name, "leads": told.per_rule[rule.rule_id]} for rule in rules
        ],
        "waiting": dict(told.waiting),
        "why": dict(told.why),
        "most_waiting": told.most_waiting,
        "known_since": [
            {
                "user_id": str(each.user_id),
                "joined_at": each.joined_at and each.joined_at.isoformat(),
                "profile_at": each.profile_at and each.profile_at.isoformat(),
            }
            for each in staff.known_since(since)
            if each.user_id in asked_for
        ],
    }


def _summed(told: Told) -> dict[str, Any]:
    return {
        "assigned": sum(told.per_agent.values()),
        "unassigned": told.unassigned,
        "answered": len(told.responses),
        "missed": told.missed,
        "wait_p50": at_percent(told.waits, 50),
        "wait_p90": at_percent(told.waits, 90),
        "response_p50": at_percent(told.responses, 50),
        "response_p90": at_percent(told.responses, 90),
        "unanswered": told.unanswered,
        "went_on": told.went_on,
    }
