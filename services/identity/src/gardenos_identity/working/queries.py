"""Who works how, as far as whoever asks is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import KEEP_WORK, SEE_IDENTITY, Scope
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from sqlalchemy import select

from gardenos_identity.tables import users
from gardenos_identity.working.tables import absences, work_profiles

_PROFILE = tuple(column for column in work_profiles.c if column.name != "agency_id")
_ABSENCE = tuple(column for column in absences.c if column.name != "agency_id")
_ORDER = (Key(absences.c.starts_at, "starts_at"), Key(absences.c.id, "id"))


def keeps(caller: Caller, user_id: UUID, team_ids: frozenset[UUID]) -> bool:
    """Whether somebody keeps the work profile and the absences of a person in these teams."""
    scope = caller.scope_of(KEEP_WORK)
    if scope in (Scope.AGENCY, Scope.NOTHING):
        return scope is Scope.AGENCY
    return user_id == caller.user_id or (scope is Scope.TEAMS and not caller.team_ids.isdisjoint(team_ids))


async def teams_of(session: Session, user_id: UUID) -> frozenset[UUID]:
    """The teams of one person of the agency. Raises NotFound."""
    found = (await session.execute(select(users.c.team_ids).where(users.c.id == user_id))).first()
    if found is None:
        raise NotFound("there is no such person in your agency")
    return frozenset(found.team_ids)


async def profile_of(session: Session, caller: Caller, user_id: UUID) -> dict[str, Any]:
    """How one person works. Raises NotFound."""
    team_ids = await teams_of(session, user_id)
    row = (await session.execute(select(*_PROFILE).where(work_profiles.c.user_id == user_id))).mappings().first()
    unsaid: dict[str, Any] = {"licences": [], "languages": [], "working_hours": [], "time_zone": None, "version": 0}
    found: dict[str, Any] = {"user_id": user_id, **unsaid} if row is None else dict(row)
    hidden = () if keeps(caller, user_id, team_ids) and caller.may(SEE_IDENTITY) else ("licence_number",)
    return found | {"licences": [_without(licence, hidden) for licence in found["licences"]]}


async def absences_of(
    session: Session, caller: Caller, now: datetime, *, user_id: UUID | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Who is away and will be, of the agency or one person, the first first; what was cancelled or is over is not among them."""
    statement = select(*_ABSENCE, users.c.team_ids).join(
        users, (users.c.agency_id == absences.c.agency_id) & (users.c.id == absences.c.user_id)
    )
    statement = statement.where(~absences.c.cancelled, absences.c.ends_at > now)
    if user_id is not None:
        statement = statement.where(absences.c.user_id == user_id)
    found = page_of(await fetch(session, keyset(statement, _ORDER, cursor, limit)), _ORDER, limit)
    return found | {"items": [_told(caller, row) for row in found["items"]]}


async def absence(session: Session, caller: Caller, absence_id: UUID) -> dict[str, Any]:
    """One absence, whatever became of it. Raises NotFound."""
    statement = select(*_ABSENCE, users.c.team_ids).join(
        users, (users.c.agency_id == absences.c.agency_id) & (users.c.id == absences.c.user_id)
    )
    row = (await session.execute(statement.where(absences.c.id == absence_id))).mappings().first()
    if row is None:
        raise NotFound("there is no such absence in your agency")
    return _told(caller, dict(row))


def _told(caller: Caller, row: dict[str, Any]) -> dict[str, Any]:
    team_ids = frozenset(row.pop("team_ids"))
    return _without(row, () if keeps(caller, row["user_id"], team_ids) else ("note",))


def _without(record: dict[str, Any], hidden: tuple[str, ...]) -> dict[str, Any]:
    """The record with these fields withheld; whether there was anything is not told either."""
    return record | dict.fromkeys(hidden) | ({"withheld": list(hidden)} if hidden else {})
