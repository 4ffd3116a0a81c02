"""Rules replayed over 90 days of one agency, beside reading the same rows in the same order and giving them in plain turns.

A hundred thousand leads (`GARDENOS_BENCH_WHAT_IF_LEADS=`), thirty people of three teams with licences, languages and hours
that change, absences, a tenth of the leads in households; rules ask for licences, hours and caps, escalate and go on. The
baseline asks nobody anything.
"""

import os
import resource
import statistics
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from uuid import UUID

import asyncpg
import orjson
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database, driver_of
from gardenos_chassis.testing.parts import real_parts
from gardenos_contracts.lead_assignment import AssignmentRule, Conditions
from gardenos_leads.assigning.replaying import replayed
from gardenos_leads.settings import LeadsSettings

from bench.measure import Measure, in_turns, say

LEADS = int(os.environ.get("GARDENOS_BENCH_WHAT_IF_LEADS", "100000"))
DAYS = 90
PEOPLE, TEAMS = 30, 3
ROUNDS = 3

_LEADS = """
insert into leads (
    agency_id, id, person_id, given_name, family_name, display_name, sort_name, stage, source, state, line_of_business,
    fields, owner_id, first_touched_at, captured_at, contact_attempts, version
)
select $1, md5('lead ' || n)::uuid, md5('person ' || n)::uuid, 'Maria', '', 'Maria', 'maria',
    case when n % 3 = 0 then 'won' else 'new' end, (array['web form', 'vendor', 'referral'])[1 + n % 3],
    (array['TX', 'OK', 'CA', 'NM', 'AZ'])[1 + n % 5], (array['auto', 'home', 'life'])[1 + n / 7 % 3],
    case when n % 10 = 0 then '{"language": "Spanish"}'::jsonb else '{}' end,
    ($2::uuid[])[1 + n % cardinality($2::uuid[])], $3::timestamptz + n * $4::interval + make_interval(mins => n % 300),
    $3::timestamptz + n * $4::interval, 0, 3
from generate_series(0, $5::int - 1) n
"""
_ANSWERS = """
insert into lead_answers (agency_id, lead_id, arrived_at, to_assign, first_owner_id, first_owned_at)
select $1, id, captured_at, true, owner_id, captured_at + interval '1 minute' from leads where agency_id = $1
"""
_HOLDINGS = """
insert into lead_holdings
    (agency_id, lead_id, version, at, owner_id, household_id, state, was_owner_id, was_household_id, was_state)
select $1, md5('lead ' || n)::uuid, 1 + step, captured_at + step * interval '1 minute' * case when step = 3 then 4000 else 1 end,
    case when step > 1 then owner_id end, case when n % 10 < 1 then md5('household ' || n / 20)::uuid end,
    case when step = 3 then 'won' else 'open' end, case when step > 2 then owner_id end,
    case when n % 10 < 1 and step > 1 then md5('household ' || n / 20)::uuid end, 'open'
from generate_series(0, $2::int - 1) n join leads l on l.agency_id = $1 and l.id = md5('lead ' || n)::uuid,
    generate_series(1, 3) step
where step = 2 or (step = 1 and n % 10 < 1) or (step = 3 and n % 3 = 0)
"""
_TOLD = "insert into staff_changes (agency_id, sequence, at, user_id, told) values ($1, $2, $3, $4, $5::text::jsonb)"


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `what_if`, leads a second, and `what_if_seconds` and `what_if_memory` of one replay."""
    say(f"what_if: {LEADS:,} leads of {DAYS} days")
    until = datetime.now(UTC)
    since = until - timedelta(days=DAYS)
    agency_id, people = new_id(), [new_id() for _ in range(PEOPLE)]
    teams = [new_id() for _ in range(TEAMS)]
    async with real_parts() as parts:
        database = Database.of(await parts.settings(LeadsSettings, "gardenos_leads"))
        try:
            async with database.transaction(agency_id) as session:
                driver = driver_of(session)
                await driver.execute(_LEADS, agency_id, people, since, timedelta(days=DAYS) / LEADS, LEADS)
                await driver.execute(_ANSWERS, agency_id)
                await driver.execute(_HOLDINGS, agency_id, LEADS)
                for sequence, (at, user_id, what) in enumerate(_staff(people, teams, since), 1):
                    await driver.execute(
                        _TOLD, agency_id, sequence, at, user_id, orjson.dumps(what, default=str).decode()
                    )
            owner = await asyncpg.connect((await parts.database("gardenos_leads")).owner_url.replace("+asyncpg", ""))
            await owner.execute("analyze")
            await owner.close()
            rules = _rules(teams)
            before, took = _resident(), []

            async def ours() -> float:
                began = time.perf_counter()
                async with database.snapshot(agency_id) as session:
                    result = await replayed(session, agency_id, rules, since, until, 5)
                took.append(time.perf_counter() - began)
                assert result["leads"] == LEADS
                assert result["draft"]["assigned"] > LEADS / 2
                return LEADS / took[-1]

            first = await ours()
            memory = _resident() - before
            say(f"  {first:,.0f} leads/s, {memory:.0f} MB more")
            rate, plain = await in_turns(
                ours, lambda: _plain(database, agency_id, people), rounds=ROUNDS, unit="leads/s"
            )
        finally:
            await database.close()
    against = "the same rows read in order, and given in plain turns"
    report(Measure("what_if", rate, "leads/s", plain, against))
    report(Measure("what_if_seconds", statistics.median(took), "s", LEADS / plain, against))
    report(Measure("what_if_memory", memory, "MB", before, "the process before"))


async def _plain(database: Database, agency_id: UUID, people: list[UUID]) -> float:
    began, turns, load = time.perf_counter(), cycle(people), Counter[UUID]()
    async with database.snapshot(agency_id) as session:
        cursor = driver_of(session).cursor(
            "select a.arrived_at, l.* from lead_answers a join leads l on l.agency_id = a.agency_id and l.id = a.lead_id"
            " where a.agency_id = $1 order by a.arrived_at, a.lead_id",
            agency_id,
            prefetch=2_000,
        )
        async for _ in cursor:
            load[next(turns)] += 1
    assert load.total() == LEADS
    return LEADS / (time.perf_counter() - began)


def _staff(people: list[UUID], teams: list[UUID], since: datetime) -> list[tuple[datetime, UUID, dict[str, object]]]:
    told: list[tuple[datetime, UUID, dict[str, object]]] = []
    week = [{"weekday": day, "start": "08:00", "end": "20:00"} for day in range(6)]
    for n, user_id in enumerate(people):
        joined = {"role": "agent", "team_ids": [teams[n % TEAMS]], "active": True}
        told.append((since - timedelta(days=100), user_id, joined))
        for month in range(4):
            states = ["TX", "OK", "CA", "NM", "AZ"][: 2 + (n + month) % 4]
            licences = [{"state": state} for state in states]
            profile = {"licences": licences, "languages": ["en", "es"] if n % 2 else ["en"], "working_hours": week}
            told.append((since + timedelta(days=30 * month - 20), user_id, {"profile": profile}))
        for begins in (10 + n, 50 + n):
            away = {"absence_id": new_id(), "starts_at": (since + timedelta(days=begins)).isoformat()}
            away |= {"ends_at": (since + timedelta(days=begins + 7)).isoformat(), "covered_by": people[n - 1]}
            told.append((since + timedelta(days=begins - 5), user_id, {"planned": away}))
    return sorted(told, key=lambda each: each[0])


def _rules(teams: list[UUID]) -> list[AssignmentRule]:
    every = {"most_a_day": 80, "licensed": True, "speaks": True, "answer_minutes": 15, "unanswered": "reroute"}
    return [
        AssignmentRule(
            rule_id=new_id(),
            name=f"Rule {n}",
            team_id=team,
            when=Conditions(sources=(source,)),
            otherwise="next",
            **every,
        )
        for n, (team, source) in enumerate(zip(teams, ("web form", "vendor", "referral"), strict=True))
    ] + [AssignmentRule(rule_id=new_id(), name="Rest", team_id=teams[0], by="load", most_a_day=120)]


def _resident() -> float:
    """The most that this process held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
