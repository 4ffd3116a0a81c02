"""Read tables in, answers out."""

from typing import Any
from uuid import UUID

from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.tenancy import Session
from sqlalchemy import select

from gardenos_identity.tables import agencies, teams, users

_USER = (users.c.id, users.c.name, users.c.email, users.c.role, users.c.team_ids)


async def agency(session: Session) -> dict[str, Any]:
    """The session's agency: id, name, time zone, currency."""
    row = (await session.execute(select(agencies))).mappings().one()
    return {"id": row["agency_id"], **{name: row[name] for name in ("name", "time_zone", "currency")}}


async def user(session: Session, user_id: UUID) -> dict[str, Any]:
    """One person. Raises NotFound."""
    row = (await session.execute(select(*_USER).where(users.c.id == user_id))).mappings().first()
    if row is None:
        raise NotFound("there is no such person in your agency")
    return dict(row)


async def all_users(session: Session) -> list[dict[str, Any]]:
    """Everybody in the agency, by name."""
    return await fetch(session, select(*_USER).order_by(users.c.name, users.c.id))


async def all_teams(session: Session) -> list[dict[str, Any]]:
    """The agency's teams, by name."""
    return await fetch(session, select(teams.c.id, teams.c.name).order_by(teams.c.name, teams.c.id))
