"""The register of agencies: what operators see of them, kept by their events."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from gardenos_chassis.auth.agency_standing import Life
from gardenos_chassis.errors import NotFound
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.http.search import patterns
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.identity import (
    AgencyClosed,
    AgencyErased,
    AgencyRegistered,
    AgencyReopened,
    AgencyResumed,
    AgencySettingsChanged,
    AgencySuspended,
    UserDeactivated,
    UserJoined,
    UserReactivated,
)
from sqlalchemy import case, delete, func, insert, select, update

from gardenos_identity.operators.tables import agency_register as register

_ORDER = (Key(register.c.registered_at, "registered_at", "desc"), Key(register.c.agency_id, "id", "desc"))
_STATE = case(
    (register.c.life == "closed", "closed"), (register.c.suspended_at.is_not(None), "suspended"), else_=register.c.life
)
_SHOWN = (
    register.c.agency_id.label("id"),
    register.c.name,
    register.c.registered_at,
    register.c.people,
    _STATE.label("state"),
    register.c.suspended_at,
    register.c.reason,
    register.c.turn_to,
)


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps the register."""
    for fact in facts:
        match fact.data:
            case AgencyRegistered() as agency:
                begun = {"agency_id": fact.agency_id, "name": agency.name, "registered_at": fact.occurred_at}
                await session.execute(insert(register).values(**begun))
            case AgencySettingsChanged() as settled:
                await _change(session, fact, name=settled.name)
            case AgencySuspended() as told:
                values = {"reason": told.reason, "turn_to": told.turn_to}
                since = func.coalesce(register.c.suspended_at, fact.occurred_at)
                await _change(session, fact, suspended_at=since, **values)
            case AgencyResumed():
                await _change(session, fact, suspended_at=None, reason=None, turn_to=None)
            case AgencyClosed():
                await _change(session, fact, life=Life.CLOSING)
            case AgencyReopened():
                await _change(session, fact, life=Life.ACTIVE)
            case AgencyErased():
                await session.execute(delete(register).where(register.c.agency_id == fact.agency_id))
            case UserJoined() | UserReactivated():
                await _change(session, fact, people=register.c.people + 1)
            case UserDeactivated():
                await _change(session, fact, people=register.c.people - 1)


async def agencies(
    session: Session, *, q: str, states: Sequence[str], cursor: str | None, limit: int
) -> dict[str, Any]:
    """A page of agencies, the last registered first; those alone whose name has every word of `q`, in one of the states.

    Raises Invalid for a foreign cursor.
    """
    asked = select(*_SHOWN)
    for pattern in patterns(q):
        asked = asked.where(func.lower(register.c.name).like(pattern))
    if states:
        asked = asked.where(_STATE.in_(states))
    rows = await session.execute(keyset(asked, _ORDER, cursor, limit))
    return page_of([dict(row) for row in rows.mappings()], _ORDER, limit)


async def agency(session: Session, agency_id: UUID) -> dict[str, Any]:
    """One agency. Raises NotFound for one that is not there, or not any more."""
    row = (await session.execute(select(*_SHOWN).where(register.c.agency_id == agency_id))).mappings().first()
    if row is None:
        raise NotFound("there is no such agency on this platform")
    return dict(row)


async def _change(session: Session, fact: Fact[Event], **values: Any) -> None:
    await session.execute(update(register).where(register.c.agency_id == fact.agency_id).values(**values))
