"""Rows meet the leads that are there: who is new, and who is known already and by what."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Session
from gardenos_contracts.values import PersonName
from sqlalchemy import select

from gardenos_leads import matching
from gardenos_leads.importing.plan import Plan
from gardenos_leads.importing.rows import Fate, Judged, Reason
from gardenos_leads.lists.fields import OWN
from gardenos_leads.matching import Called, Key, Known
from gardenos_leads.tables import leads

_WORDS = {"email": "email address", "phone": "telephone number", "external_id": "id", "name": "name and ZIP code"}
_FIELDS = (
    "email", "phone", "street", "city", "postal_code", "state", "birth_date", "line_of_business", "current_carrier", "x_date",
)  # fmt: skip


@dataclass(slots=True)
class Met:
    """A row that was judged, and whom it is about."""

    judged: Judged
    fate: Fate
    lead_id: UUID | None = None
    """Of somebody new, theirs to be; of somebody known whom it changes, theirs."""
    duplicate_of: UUID | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    """What is to become other than it is."""


@dataclass(slots=True)
class Seen:
    """Who was met in earlier rows of the file. A run finds its own leads in the table; a look ahead has written none."""

    rows: MutableMapping[UUID, int] = field(default_factory=dict)
    """Leads, each with the row that was about it."""
    keys: dict[tuple[Key, str], list[Known]] = field(default_factory=dict)
    called: dict[str, list[tuple[Called, Known]]] = field(default_factory=dict)
    """By ZIP code."""


async def meet(
    session: Session, caller: Caller, plan: Plan, batch: Sequence[Judged], seen: Seen, *, ahead: bool
) -> list[Met]:
    """What each row comes to, in order. `ahead`: nothing will be written, so the next batch must know of this one."""
    agency_id = caller.agency_id
    somebody = [row for row in batch if row.fate is Fate.CAPTURED]
    there = await matching.all_known(session, agency_id, {key for row in somebody for key in row.keys(plan.match_by)})
    by_name: dict[int, Known] = {}
    if "name" in plan.match_by:
        named = [(row.record.row, called) for row in somebody if (called := _called(row)) is not None]
        by_name = await matching.alike(session, agency_id, named, plan.alike)
    fresh = seen if ahead else Seen(rows=seen.rows)
    found: list[tuple[Judged, _Match | None]] = []
    for row in batch:
        match = _match(row, plan, there, by_name, fresh) if row.fate is Fate.CAPTURED else None
        found.append((row, match))
        if row.fate is Fate.CAPTURED and match is None:
            _remember(row, plan, fresh)
    stands = await _as_they_stand(session, agency_id, plan, found)
    return [_met(row, match, plan, caller, stands, fresh) for row, match in found]


@dataclass(frozen=True, slots=True)
class _Match:
    known: Known
    by: str


def _match(
    row: Judged,
    plan: Plan,
    there: Mapping[tuple[Key, str], list[Known]],
    by_name: Mapping[int, Known],
    seen: Seen,
) -> _Match | None:
    for by in plan.match_by:
        if by == "name":
            if (alike := by_name.get(row.record.row) or _alike_in_file(row, seen, plan.alike)) is not None:
                return _Match(alike, by)
            continue
        value = row.details.get(by)
        several = [*there.get((by, value), ()), *seen.keys.get((by, value), ())] if value else []
        # Nobody shares an id.
        apart = plan.household and by != "external_id"
        people = matching.people_of(several, row.details["name"].given, households_apart=apart)
        if people:
            return _Match(people[0], by)
        if several:
            row.reasons.append(Reason(by, "somebody of the same household has it too"))
    return None


def _alike_in_file(row: Judged, seen: Seen, least: float) -> Known | None:
    called = _called(row)
    if called is None:
        return None
    return next((who for other, who in seen.called.get(called.zip, ()) if called.like(other, least)), None)


def _remember(row: Judged, plan: Plan, seen: Seen) -> None:
    """Somebody new, for the rows after it."""
    who = Known(new_id(), new_id(), plan.owner_id, plan.team_id, row.details["name"].given, None)
    row.details["lead"] = who
    seen.rows[who.id] = row.record.row
    for key in row.keys(plan.match_by):
        seen.keys.setdefault(key, []).append(who)
    if "name" in plan.match_by and (called := _called(row)) is not None:
        seen.called.setdefault(called.zip, []).append((called, who))


def _called(row: Judged) -> Called | None:
    """Where enough was said of it."""
    name: PersonName = row.details["name"]
    zip = row.details.get("postal_code")
    if not (zip and name.family and name.given):
        return None
    return Called(matching.sorted_name(name.given, name.family), zip[:5], row.details.get("street"))


async def _as_they_stand(
    session: Session, agency_id: UUID, plan: Plan, found: Sequence[tuple[Judged, _Match | None]]
) -> dict[UUID, Mapping[str, Any]]:
    """What is known of those whom rows may change."""
    if plan.duplicates != "update":
        return {}
    wanted = {match.known.id for _, match in found if match is not None}
    names = ("id", "given_name", "family_name", "notes", "fields", *_FIELDS)
    rows = await session.execute(
        select(*(leads.c[name] for name in names)).where(leads.c.agency_id == agency_id, leads.c.id.in_(wanted))
    )
    return {row["id"]: dict(row) for row in rows.mappings()}


def _met(
    row: Judged,
    match: _Match | None,
    plan: Plan,
    caller: Caller,
    stands: Mapping[UUID, Mapping[str, Any]],
    seen: Seen,
) -> Met:
    if row.fate is not Fate.CAPTURED:
        return Met(row, row.fate)
    if match is None:
        return Met(row, Fate.CAPTURED, lead_id=row.details["lead"].id)
    who = match.known
    duplicate = Met(row, Fate.DUPLICATE, duplicate_of=who.id)
    earlier = seen.rows.get(who.id)
    if earlier is not None and plan.duplicates != "inquiry":
        row.reasons.append(Reason(None, f"the same person as in row {earlier}"))
        return duplicate
    told = f"a lead with this {_WORDS[match.by]} is there already"
    if plan.duplicates == "skip":
        row.reasons.append(Reason(match.by, told))
        return duplicate
    whose = (who.owner_id, who.team_id, who.person_id)
    if earlier is None and not (caller.sees(*whose) and caller.writes(*whose)):
        row.reasons.append(Reason(match.by, f"{told}, and is not yours to change"))
        return duplicate
    if plan.duplicates == "inquiry":
        return Met(row, Fate.INQUIRY, lead_id=who.id, duplicate_of=who.id)
    seen.rows[who.id] = row.record.row
    changes = _changes(row.details, stands.get(who.id, {}))
    if not changes:
        row.reasons.append(Reason(match.by, f"{told}, and nothing here is new"))
        return duplicate
    changed = [*(name for name in changes if name != "fields"), *(f"{OWN}{key}" for key in changes.get("fields", {}))]
    row.reasons += [Reason(name, "changed") for name in changed]
    return Met(row, Fate.UPDATED, lead_id=who.id, duplicate_of=who.id, changes=changes)


def _changes(details: Mapping[str, Any], stands: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says that is not so yet. What it does not say stays; notes are added to."""
    changes = {name: details[name] for name in _FIELDS if details.get(name) and details[name] != stands.get(name)}
    name: PersonName = details["name"]
    now = PersonName(given=stands.get("given_name") or "", family=stands.get("family_name") or "")
    given = PersonName(given=name.given or now.given, family=name.family or now.family)
    if given != now:
        changes["name"] = given
    before, notes = stands.get("notes") or "", details.get("notes")
    if notes and notes not in before:
        changes["notes"] = f"{before}\n{notes}".strip()[:10_000]
    own, known = details.get("fields", {}), stands.get("fields") or {}
    if new := {key: value for key, value in own.items() if value is not None and value != known.get(key)}:
        changes["fields"] = new
    return changes
