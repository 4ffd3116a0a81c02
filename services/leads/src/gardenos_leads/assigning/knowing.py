"""What the rules look at, out of the tables: who works here and how, what everybody has, and what waits."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
from gardenos_chassis.agency_zones import zone_named, zone_of
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts.lead_assignment import AssignmentRule
from gardenos_contracts.values import Role
from sqlalchemy import select

from gardenos_leads.assigning.domain import Asked, Load, Staff, Turns, day_of, language_of
from gardenos_leads.assigning.staffing import agent_of
from gardenos_leads.assigning.tables import absences, assignment_rules, assignment_turns, work_profiles
from gardenos_leads.lists.tables import agency_zones

_LOCK = "select pg_advisory_xact_lock(hashtextextended('assigning ' || $1, 0))"
_PEOPLE = "select user_id, role, team_ids, active from standings where agency_id = $1 and role <> 'service'"
_OPEN = """
select owner_id, count(*) from leads
where agency_id = $1 and owner_id = any($2) and stage not in ('won', 'lost') and forgotten_at is null and removed_at is null
    and comes_back_on is null
group by owner_id
"""
_GIVEN = "select user_id, count(*) from leads_given where agency_id = $1 and given_at >= $2 group by user_id"
_WAITING = """
select b.lead_id, b.since, l.source, l.campaign_id, l.state, l.postal_code, l.line_of_business, l.fields->>'language' as language,
    l.score, l.team_id, l.household_id, case when l.household_id is not null then (
        select m.owner_id from leads m
        where m.agency_id = $1 and m.household_id = l.household_id and m.id <> l.id and m.owner_id is not null
            and m.stage <> 'lost' and m.removed_at is null
        order by m.last_contacted_at desc nulls last, m.captured_at, m.id limit 1
    ) end as household_owner_id
from lead_backlog b join leads l on l.agency_id = b.agency_id and l.id = b.lead_id
where b.agency_id = $1 order by b.since, b.lead_id limit $2
"""
_KEEP_TURNS = """
insert into assignment_turns (agency_id, rule_id, now, served)
select $1, rule_id, now, served::jsonb from unnest($2::uuid[], $3::float8[], $4::text[]) as new (rule_id, now, served)
on conflict (agency_id, rule_id) do update set now = excluded.now, served = excluded.served
"""


async def take_turns(session: Session, agency_id: UUID) -> None:
    """Until the commit nobody else gives leads by rules in this agency: so caps hold."""
    await driver_of(session).execute(_LOCK, str(agency_id))


async def rules_in_force(session: Session, agency_id: UUID) -> Sequence[AssignmentRule] | None:
    """The agency's; None where none are."""
    found = select(assignment_rules.c.active).where(assignment_rules.c.agency_id == agency_id)
    return rules_of((await session.execute(found)).scalar_one_or_none())


def rules_of(kept: Sequence[Mapping[str, Any]] | None) -> Sequence[AssignmentRule] | None:
    """Rules as a table keeps them."""
    return None if kept is None else [AssignmentRule.model_validate(rule) for rule in kept]


async def staff_of(session: Session, agency_id: UUID, since: datetime) -> Staff:
    """Who works here, with their absences that go on after a moment."""
    zone = (await zone_of(session, agency_zones, agency_id)).key
    profiles = select(work_profiles.c.user_id, work_profiles.c.profile).where(work_profiles.c.agency_id == agency_id)
    known = {row.user_id: row.profile for row in await session.execute(profiles)}
    gone = (absences.c.agency_id == agency_id, absences.c.ends_at > since, absences.c.cancelled.is_(False))
    away: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for row in await session.execute(select(absences).where(*gone)):
        away.setdefault(row.user_id, []).append((row.starts_at, row.ends_at))
    found = await driver_of(session).fetch(_PEOPLE, agency_id)
    agents = [
        agent_of(
            UUID(str(row["user_id"])),
            Role(row["role"]),
            row["team_ids"],
            row["active"],
            known.get(row["user_id"]) or {},
            away.get(row["user_id"], ()),
            zone,
        )
        for row in found
    ]
    return Staff.of(agents, zone)


async def load_of(session: Session, agency_id: UUID, staff: Staff, at: datetime) -> Load:
    """What everybody has now, was given today, and whose turn it is."""
    load = Load()
    for owner_id, count in await driver_of(session).fetch(_OPEN, agency_id, list(staff.agents)):
        load.open[UUID(str(owner_id))] = count
    today = day_of(at, staff.zone)
    midnight = datetime.combine(today, time(), zone_named(staff.zone)).astimezone(UTC)
    for user_id, count in await driver_of(session).fetch(_GIVEN, agency_id, midnight):
        load.given[UUID(str(user_id)), today] = count
    kept = select(assignment_turns).where(assignment_turns.c.agency_id == agency_id)
    for row in await session.execute(kept):
        load.turns[row.rule_id] = Turns(row.now, {UUID(id): at for id, at in row.served.items()})
    return load


async def keep_turns(session: Session, agency_id: UUID, load: Load) -> None:
    """Whose turn it is, for the next time."""
    served = [orjson.dumps({str(id): at for id, at in turns.served.items()}).decode() for turns in load.turns.values()]
    nows = [turns.now for turns in load.turns.values()]
    await driver_of(session).execute(_KEEP_TURNS, agency_id, list(load.turns), nows, served)


async def waiting(session: Session, agency_id: UUID, most: int) -> list[Asked]:
    """What waits, the oldest first."""
    return [asked_of(row) for row in await driver_of(session).fetch(_WAITING, agency_id, most)]


def asked_of(row: Mapping[str, Any]) -> Asked:
    """A lead as rules look at it."""
    return Asked(
        lead_id=UUID(str(row["lead_id"])),
        since=row["since"],
        source=row["source"],
        campaign_id=_id(row["campaign_id"]),
        state=row["state"],
        postal_code=row["postal_code"],
        line=row["line_of_business"],
        language=language_of(row["language"]),
        score=row["score"],
        team_id=_id(row["team_id"]),
        household_id=_id(row.get("household_id")),
        household_owner_id=_id(row.get("household_owner_id")),
    )


def _id(found: object) -> UUID | None:
    return None if found is None else UUID(str(found))


def days_ago(days: int) -> datetime:
    """A moment so many days before now."""
    return datetime.now(UTC) - timedelta(days=days)
