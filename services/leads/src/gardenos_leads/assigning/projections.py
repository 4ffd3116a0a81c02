"""Events in: the rules in force, what waits, what was given by which rule, and how soon leads were answered."""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import ActorKind, Event, Fact
from gardenos_contracts.lead_assignment import (
    AssignmentDrafted,
    AssignmentRule,
    AssignmentSwitchedOff,
    AssignmentSwitchedOn,
    LeadUnanswered,
)
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadUnmerged
from gardenos_contracts.lead_households import LeadJoinedHousehold, LeadLeftHousehold
from gardenos_contracts.lead_recycling import LeadCameBack, LeadRecycled, LeadRecyclingCancelled
from gardenos_contracts.leads import (
    ImportStarted,
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadRemoved,
    LeadRestored,
    LeadStageChanged,
    PersonForgotten,
    Stage,
)
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from gardenos_leads.assigning.tables import (
    assignment_rules,
    assignment_versions,
    leads_given,
    leads_unanswered,
)

_QUIET = "insert into quiet_imports (agency_id, import_id) values ($1, $2) on conflict do nothing"
# What came from a quiet import is nobody's to give.
_ARRIVED = """
insert into lead_answers (agency_id, lead_id, arrived_at, to_assign, first_owner_id, first_owned_at)
select $1, lead_id, arrived_at, owner_id is null and not exists (
        select from quiet_imports q where q.agency_id = $1 and q.import_id = new.import_id
    ), owner_id, case when owner_id is not null then recorded_at end
from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::timestamptz[])
    as new (lead_id, arrived_at, owner_id, import_id, recorded_at)
"""
_WAITS = """
insert into lead_backlog (agency_id, lead_id, since)
select a.agency_id, a.lead_id, a.arrived_at from lead_answers a
where a.agency_id = $1 and a.lead_id = any($2) and a.to_assign on conflict do nothing
"""
_WAITS_AGAIN = """
insert into lead_backlog (agency_id, lead_id, since)
select l.agency_id, l.id, l.captured_at from leads l
where l.agency_id = $1 and l.id = $2 and l.owner_id is null and l.stage not in ('won', 'lost')
    and l.forgotten_at is null and l.removed_at is null and l.merged_into is null and l.comes_back_on is null
    and not exists (select from quiet_imports q where q.agency_id = $1 and q.import_id = l.import_id)
on conflict do nothing
"""
_WAITS_NO_MORE = "delete from lead_backlog where agency_id = $1 and lead_id = $2"
_OWNED = """
update lead_answers set first_owner_id = $3, first_owned_at = $4
where agency_id = $1 and lead_id = $2 and first_owner_id is null
"""
_MOVED = """
update lead_answers set moved_at = least(moved_at, $3) where agency_id = $1 and lead_id = $2
"""


# Nobody had it: it is written down once somebody has.
_CAME_HELD = """
insert into lead_holdings (agency_id, lead_id, version, at, owner_id, state, was_state)
select $1, lead_id, version, at, owner_id, 'open', 'open'
from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::uuid[]) as new (lead_id, version, at, owner_id)
"""
# What was set aside goes on as it was before.
_HELD = """
insert into lead_holdings
    (agency_id, lead_id, version, at, owner_id, household_id, state, was_owner_id, was_household_id, was_state)
select $1, $2, $3, $4, case when $5 then $6::uuid else owner_id end, case when $7 then $8::uuid else household_id end,
    coalesce(case when $9::text <> 'back' then $9 when $9 = 'back' then (
        select h.state from lead_holdings h where h.agency_id = $1 and h.lead_id = $2 and h.state <> 'aside'
        order by h.version desc limit 1
    ) else state end, 'open'),
    owner_id, household_id, coalesce(state, 'open')
from (values (1)) as one (one) left join lateral (
    select owner_id, household_id, state from lead_holdings where agency_id = $1 and lead_id = $2 order by version desc limit 1
) before on true
"""


async def project_holdings(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps whose leads were, of which household and in which state: a replay sees them as they were at its moment."""
    driver = driver_of(session)
    came = [(fact, fact.data) for fact in facts if isinstance(fact.data, LeadCaptured) and fact.data.owner_id]
    if came:
        await driver.execute(
            _CAME_HELD,
            came[0][0].agency_id,
            [lead.lead_id for _, lead in came],
            [fact.version for fact, _ in came],
            [fact.occurred_at for fact, _ in came],
            [lead.owner_id for _, lead in came],
        )
    for fact in facts:
        if (held := _held(fact.data)) is not None:
            owned, joined, state = held
            this = (fact.agency_id, fact.stream_id, fact.version, fact.occurred_at)
            await driver.execute(
                _HELD, *this, bool(owned), *(owned or [None]), bool(joined), *(joined or [None]), state
            )


_FORGET_SCORES = "delete from lead_scores where agency_id = $1 and lead_id = $2"


async def forget_scores(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Of who is forgotten nothing stays of how promising they were."""
    for fact in facts:
        if isinstance(fact.data, PersonForgotten):
            await driver_of(session).execute(_FORGET_SCORES, fact.agency_id, fact.stream_id)


_Held: TypeAlias = tuple[list[UUID | None], list[UUID | None], str | None]


def _held(event: Event) -> _Held | None:
    """Whose it is, of which household, and its state, as far as an event tells: an empty list and None where it does not."""
    match event:
        case LeadAssigned():
            return [event.owner_id], [], None
        case LeadJoinedHousehold():
            return [], [event.household_id], None
        case LeadLeftHousehold():
            return [], [None], None
        case LeadStageChanged():
            return [], [], event.stage.value if event.stage.closed else "open"
        case LeadConverted():
            return [], [], Stage.WON.value
        case LeadRemoved() | LeadMergedInto() | PersonForgotten() | LeadRecycled():
            return [], [], "aside"
        case LeadRestored() | LeadUnmerged() | LeadCameBack() | LeadRecyclingCancelled():
            return [], [], "back"
    return None


async def project_assigning(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps what waits, what was given, and how soon leads were answered; after the leads themselves were brought up to date."""
    driver = driver_of(session)
    for fact in facts:
        if isinstance(fact.data, ImportStarted) and not fact.data.run_automations:
            await driver.execute(_QUIET, fact.agency_id, fact.stream_id)
    captured = [(fact, fact.data) for fact in facts if isinstance(fact.data, LeadCaptured)]
    if captured:
        await driver.execute(
            _ARRIVED,
            captured[0][0].agency_id,
            [lead.lead_id for _, lead in captured],
            [fact.occurred_at if lead.import_id else lead.captured_at for fact, lead in captured],
            [lead.owner_id for _, lead in captured],
            [lead.import_id for _, lead in captured],
            [fact.occurred_at for fact, _ in captured],
        )
        await driver.execute(_WAITS, captured[0][0].agency_id, [lead.lead_id for _, lead in captured])
    for fact in facts:
        this = (fact.agency_id, fact.stream_id)
        match event := fact.data:
            case LeadAssigned():
                await _assigned(session, fact, event)
            case LeadStageChanged():
                await driver.execute(_MOVED, *this, fact.occurred_at)
                await driver.execute(_WAITS_NO_MORE if event.stage.closed else _WAITS_AGAIN, *this)
            case LeadConverted():
                await driver.execute(_MOVED, *this, fact.occurred_at)
                await driver.execute(_WAITS_NO_MORE, *this)
            case LeadRemoved() | LeadMergedInto() | PersonForgotten() | LeadRecycled():
                await driver.execute(_WAITS_NO_MORE, *this)
            case LeadRestored() | LeadUnmerged() | LeadCameBack() | LeadRecyclingCancelled():
                await driver.execute(_WAITS_AGAIN, *this)
            case LeadUnanswered():
                row = {
                    "agency_id": fact.agency_id,
                    "lead_id": event.lead_id,
                    "version": fact.version,
                    "at": fact.occurred_at,
                }
                said = {"owner_id": event.owner_id, "rule": event.rule, "minutes": event.minutes}
                await session.execute(insert(leads_unanswered).values(**row, **said))


async def _assigned(session: Session, fact: Fact[Event], event: LeadAssigned) -> None:
    """Who puts a lead back into the pool by hand leaves it to be claimed; what is automatic leaves it to the rules."""
    driver, this = driver_of(session), (fact.agency_id, event.lead_id)
    if event.owner_id is not None:
        await driver.execute(_WAITS_NO_MORE, *this)
        await driver.execute(_OWNED, *this, event.owner_id, fact.occurred_at)
    elif event.previous_owner_id is not None:
        await driver.execute(_WAITS_AGAIN if fact.actor.kind is ActorKind.AUTOMATION else _WAITS_NO_MORE, *this)
    if event.owner_id is not None and event.rule_id is not None:
        row = {
            "agency_id": fact.agency_id,
            "lead_id": event.lead_id,
            "version": fact.version,
            "given_at": fact.occurred_at,
        }
        await session.execute(
            insert(leads_given).values(**row, user_id=event.owner_id, rule_id=event.rule_id, rule=event.rule or "")
        )


async def project_rules(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps the draft, the rules in force, and those that were."""
    for fact in facts:
        match event := fact.data:
            case AssignmentDrafted():
                await _keep(session, fact, draft=_said(event.rules))
            case AssignmentSwitchedOn():
                rules = _said(event.rules)
                await _off(session, fact)
                await session.execute(
                    insert(assignment_versions).values(
                        agency_id=fact.agency_id,
                        number=event.number,
                        rules=rules,
                        switched_on_at=fact.occurred_at,
                        switched_on_by=str(fact.actor),
                    )
                )
                await _keep(session, fact, draft=rules, active=rules, number=event.number)
            case AssignmentSwitchedOff():
                await _off(session, fact)
                await _keep(session, fact, active=None)


async def _keep(session: Session, fact: Fact[Event], **said: Any) -> None:
    row = {"version": fact.version, "changed_at": fact.occurred_at, **said}
    whole = {"agency_id": fact.agency_id, "draft": [], "number": 0, **row}
    kept = insert(assignment_rules).values(**whole)
    await session.execute(kept.on_conflict_do_update(index_elements=["agency_id"], set_=row))


async def _off(session: Session, fact: Fact[Event]) -> None:
    on = (assignment_versions.c.agency_id == fact.agency_id, assignment_versions.c.switched_off_at.is_(None))
    await session.execute(update(assignment_versions).where(*on).values(switched_off_at=fact.occurred_at))


def _said(rules: Sequence[AssignmentRule]) -> list[dict[str, Any]]:
    return [rule.model_dump(mode="json") for rule in rules]
