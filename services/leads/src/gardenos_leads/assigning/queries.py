"""What is asked about assignment: the rules, what waits and why, what a draft would do, and who got how many."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts.lead_assignment import AssignmentRule
from sqlalchemy import ColumnElement, Select, func, select

from gardenos_leads.assigning.domain import Given, Staff, decide, seats_of
from gardenos_leads.assigning.knowing import asked_of, days_ago, load_of, rules_in_force, staff_of
from gardenos_leads.assigning.tables import assignment_rules, assignment_versions, lead_backlog, what_ifs
from gardenos_leads.tables import leads

_WHAT_IF = ("id", "asked_at", "asked_by", "days", "minutes", "status", "leads", "leads_done", "finished_at")
_RECEIVED = """
select user_id, rule_id, max(rule) as rule, count(*) as leads from leads_given
where agency_id = $1 and given_at >= $2 group by user_id, rule_id
"""
_UNANSWERED = """
select owner_id, count(*) as leads from leads_unanswered where agency_id = $1 and at >= $2 group by owner_id
"""
_NOTHING: Mapping[str, Any] = {"version": 0, "draft": [], "active": None, "number": 0, "changed_at": None}


async def rules(session: Session, agency_id: UUID) -> dict[str, Any]:
    """The draft and what is in force; before the first there is neither."""
    columns = (assignment_rules.c[name] for name in _NOTHING)
    found = select(*columns).where(assignment_rules.c.agency_id == agency_id)
    row = (await session.execute(found)).mappings().first()
    return dict(row or _NOTHING)


async def versions(session: Session, agency_id: UUID) -> list[dict[str, Any]]:
    """What was in force, the latest first."""
    columns = (column for column in assignment_versions.c if column.name != "agency_id")
    found = select(*columns).where(assignment_versions.c.agency_id == agency_id)
    return await fetch(session, found.order_by(assignment_versions.c.number.desc()).limit(200))


async def backlog(session: Session, caller: Caller, limit: int) -> dict[str, Any]:
    """What waits in the caller's scope, the oldest first, each with why; and how many in all."""
    theirs = [lead_backlog.c.agency_id == caller.agency_id, leads.c.agency_id == caller.agency_id]
    theirs.append(leads.c.id == lead_backlog.c.lead_id)
    if not caller.agency_wide:
        theirs.append(visible_to(caller, leads.c.owner_id, leads.c.team_id, leads.c.person_id))
    shown = select(
        lead_backlog.c.lead_id, lead_backlog.c.since, leads.c.display_name, leads.c.source, leads.c.campaign_id,
        leads.c.state, leads.c.postal_code, leads.c.line_of_business, leads.c.score, leads.c.team_id,
        leads.c.fields["language"].astext.label("language"),
    )  # fmt: skip
    statement = shown.where(*theirs).order_by(lead_backlog.c.since, lead_backlog.c.lead_id)
    found = (await session.execute(statement.limit(limit + 1))).mappings().all()
    now = datetime.now(UTC)
    in_force = await rules_in_force(session, caller.agency_id) or ()
    staff = await staff_of(session, caller.agency_id, now)
    load = await load_of(session, caller.agency_id, staff, now)
    items = []
    for row in found[:limit]:
        decided = decide(in_force, asked_of(dict(row)), now, staff, load)
        items.append(
            {name: row[name] for name in ("lead_id", "display_name", "since", "source", "team_id")}
            | {
                "waits": "room" if isinstance(decided, Given) else decided.waits,
                "rule": None if decided.rule is None else decided.rule.name,
                "why": {} if isinstance(decided, Given) else dict(decided.why),
            }
        )
    return {"items": items, "more": len(found) > limit}


async def replays(session: Session, agency_id: UUID) -> list[dict[str, Any]]:
    """What rules were replayed lately, the latest first; without what they came to."""
    found = _what_ifs(agency_id, *(what_ifs.c[name] for name in _WHAT_IF))
    return await fetch(session, found.order_by(what_ifs.c.asked_at.desc(), what_ifs.c.id))


async def replay(session: Session, agency_id: UUID, id: UUID) -> dict[str, Any]:
    """One of them, with its rules and what it came to, once it is done. Raises NotFound."""
    found = _what_ifs(agency_id, *(what_ifs.c[name] for name in (*_WHAT_IF, "rules", "result")))
    row = (await session.execute(found.where(what_ifs.c.id == id))).mappings().first()
    if row is None:
        raise NotFound("this replay is not there any more: have the rules tried again")
    return dict(row)


def _what_ifs(agency_id: UUID, *columns: ColumnElement[Any]) -> Select[Any]:
    draft = select(assignment_rules.c.draft == what_ifs.c.rules).where(assignment_rules.c.agency_id == agency_id)
    of_draft = func.coalesce(draft.scalar_subquery(), False).label("of_draft")
    return select(*columns, of_draft).where(what_ifs.c.agency_id == agency_id)


async def fairness(session: Session, agency_id: UUID, days: int) -> dict[str, Any]:
    """Of each rule: who got how many, beside what their weight would have given them of what it gave; and who answered late."""
    since = days_ago(days)
    received = await driver_of(session).fetch(_RECEIVED, agency_id, since)
    unanswered = {str(row[0]): row[1] for row in await driver_of(session).fetch(_UNANSWERED, agency_id, since)}
    staff = await staff_of(session, agency_id, since)
    in_force = {str(rule.rule_id): rule for rule in await rules_in_force(session, agency_id) or ()}
    by_rule: dict[str, dict[str, int]] = {}
    names: dict[str, str] = {}
    for row in received:
        by_rule.setdefault(str(row["rule_id"]), {})[str(row["user_id"])] = row["leads"]
        names[str(row["rule_id"])] = row["rule"]
    for rule_id in in_force:
        by_rule.setdefault(rule_id, {})
    items: list[dict[str, Any]] = []
    for rule_id, got in by_rule.items():
        rule = in_force.get(rule_id)
        weights = _weights(rule, staff, got)
        total, whole = sum(got.values()), sum(weights.values()) or 1
        items.append(
            {
                "rule_id": rule_id,
                "name": names.get(rule_id) if rule is None else rule.name,
                "in_force": rule is not None,
                "leads": total,
                "agents": [
                    {
                        "user_id": user_id,
                        "weight": weight,
                        "leads": got.get(user_id, 0),
                        "fair": round(total * weight / whole, 1),
                    }
                    for user_id, weight in sorted(weights.items(), key=lambda each: (-got.get(each[0], 0), each[0]))
                ],
            }
        )
    items.sort(key=lambda item: (not item["in_force"], -item["leads"], item["rule_id"]))
    late = [{"user_id": id, "leads": count} for id, count in sorted(unanswered.items(), key=lambda each: -each[1])]
    return {"days": days, "items": items, "unanswered": late}


def _weights(rule: AssignmentRule | None, staff: Staff, got: Mapping[str, int]) -> dict[str, int]:
    """Of all who are in a rule's turns now, and of those who got leads by it and are not any more."""
    seats = {} if rule is None else {str(seat.user_id): seat.weight for seat in seats_of(rule, staff)}
    return {**dict.fromkeys(got, 0 if seats else 1), **seats}
