"""Read tables in, answers out."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import NotFound, Unauthorized
from gardenos_chassis.fetching import fetch
from gardenos_chassis.tenancy import Session
from gardenos_contracts.identity import Weekday
from gardenos_contracts.values import Role
from sqlalchemy import any_, case, exists, func, select

from gardenos_identity.tables import agencies, branches, invitations, teams, users

_USER = (
    users.c.id,
    users.c.name,
    users.c.email,
    users.c.role,
    users.c.team_ids,
    users.c.active,
    users.c.time_zone,
    users.c.locale,
    users.c.version,
)
_TEAM = (teams.c.id, teams.c.name, teams.c.branch_id, teams.c.lead_ids, teams.c.version)
_BRANCH = (branches.c.id, branches.c.name, branches.c.version)


async def agency(session: Session) -> dict[str, Any]:
    """The session's agency, with what it has settled."""
    row = dict((await session.execute(select(agencies))).mappings().one())
    # JSON objects of the database come in an order of their own.
    week = {day.value: row["business_hours"][day.value] for day in Weekday}
    return {"id": row.pop("agency_id"), **row, "business_hours": week}


async def user(session: Session, user_id: UUID) -> dict[str, Any]:
    """One person, whether they may sign in or not. Raises NotFound."""
    row = (await session.execute(select(*_USER).where(users.c.id == user_id))).mappings().first()
    if row is None:
        raise NotFound("there is no such person in your agency")
    return dict(row)


async def user_who_may_sign_in(session: Session, user_id: UUID) -> dict[str, Any]:
    """One person. Raises Unauthorized for somebody who was deactivated."""
    found = await user(session, user_id)
    if not found["active"]:
        raise Unauthorized("this account was deactivated; ask an owner or admin of your agency")
    return found


async def all_users(session: Session, *, active: bool | None = None) -> list[dict[str, Any]]:
    """Everybody in the agency, by name; those alone who may sign in, or who may not."""
    asked = select(*_USER).order_by(users.c.name, users.c.id)
    return await fetch(session, asked if active is None else asked.where(users.c.active == active))


async def other_owners(session: Session, user_id: UUID) -> bool:
    """Whether anybody else is an owner at work. Holds them all as they are to the end of the transaction."""
    owners = select(users.c.id).where(users.c.role == Role.OWNER.value, users.c.active).order_by(users.c.id)
    return any(id != user_id for id in (await session.execute(owners.with_for_update())).scalars())


async def members(session: Session, team_id: UUID) -> Collection[UUID]:
    """A team's people at work."""
    asked = select(users.c.id).where(users.c.active, any_(users.c.team_ids) == team_id)
    return set((await session.execute(asked)).scalars())


async def is_taken(session: Session, email: str) -> bool:
    """Whether somebody in the agency has this address, be it that they may not sign in."""
    return bool((await session.execute(select(exists().where(users.c.email == email)))).scalar_one())


async def unknown_teams(session: Session, team_ids: Collection[UUID]) -> list[UUID]:
    """Those that the agency has not."""
    # They stay to the end of the transaction: none is dissolved while somebody comes into it.
    held = select(teams.c.id).where(teams.c.id.in_(team_ids)).order_by(teams.c.id).with_for_update(read=True)
    known = set((await session.execute(held)).scalars())
    return [team_id for team_id in team_ids if team_id not in known]


async def hold_teams(session: Session, team_ids: Collection[UUID]) -> set[UUID]:
    """Those that are there; they stay as they are to the end of the transaction, for no two hold them at once."""
    held = select(teams.c.id).where(teams.c.id.in_(team_ids)).order_by(teams.c.id).with_for_update()
    return set((await session.execute(held)).scalars())


async def everybody_in(session: Session, team_id: UUID) -> list[UUID]:
    """A team's people, also those who may not sign in."""
    asked = select(users.c.id).where(any_(users.c.team_ids) == team_id).order_by(users.c.id)
    return list((await session.execute(asked)).scalars())


async def open_invitations_into(session: Session, team_id: UUID) -> list[UUID]:
    """The invitations by which somebody may come into a team, or might have until they expired."""
    into = (invitations.c.state == "open", any_(invitations.c.team_ids) == team_id)
    return list((await session.execute(select(invitations.c.id).where(*into).order_by(invitations.c.id))).scalars())


async def role_of_worker(session: Session, user_id: UUID) -> Role | None:
    """The role of somebody who is at work, and stays so to the end of the transaction; None if they are not, or unknown."""
    asked = select(users.c.role).where(users.c.id == user_id, users.c.active).with_for_update(read=True)
    found = (await session.execute(asked)).scalar_one_or_none()
    return None if found is None else Role(found)


async def all_teams(session: Session) -> list[dict[str, Any]]:
    """The agency's teams, by name."""
    return await fetch(session, select(*_TEAM).order_by(teams.c.name, teams.c.id))


async def team(session: Session, team_id: UUID) -> dict[str, Any]:
    """One team. Raises NotFound."""
    row = (await session.execute(select(*_TEAM).where(teams.c.id == team_id))).mappings().first()
    if row is None:
        raise NotFound("there is no such team in your agency")
    return dict(row)


async def all_branches(session: Session) -> list[dict[str, Any]]:
    """The agency's branches, by name."""
    return await fetch(session, select(*_BRANCH).order_by(branches.c.name, branches.c.id))


async def branch(session: Session, branch_id: UUID) -> dict[str, Any]:
    """One branch. Raises NotFound."""
    row = (await session.execute(select(*_BRANCH).where(branches.c.id == branch_id))).mappings().first()
    if row is None:
        raise NotFound("there is no such branch in your agency")
    return dict(row)


async def hold_branch(session: Session, branch_id: UUID) -> bool:
    """Whether there is such a branch; it stays so to the end of the transaction, for no two hold it at once."""
    held = select(branches.c.id).where(branches.c.id == branch_id).with_for_update()
    return (await session.execute(held)).first() is not None


async def teams_of_branch(session: Session, branch_id: UUID) -> int:
    """How many teams belong to a branch."""
    asked = select(func.count()).select_from(teams).where(teams.c.branch_id == branch_id)
    found: int = (await session.execute(asked)).scalar_one()
    return found


def _invitation(now: datetime) -> Any:
    expired = (invitations.c.state == "open") & (invitations.c.expires_at <= now)
    return select(
        invitations.c.id,
        invitations.c.email,
        invitations.c.role,
        invitations.c.team_ids,
        invitations.c.invited_by,
        invitations.c.invited_at,
        invitations.c.expires_at,
        case((expired, "expired"), else_=invitations.c.state).label("state"),
        invitations.c.version,
    )


async def open_invitations(session: Session) -> list[dict[str, Any]]:
    """Those by which somebody may join, or might have until they expired; the last first."""
    asked = _invitation(datetime.now(UTC)).where(invitations.c.state == "open")
    return await fetch(session, asked.order_by(invitations.c.invited_at.desc(), invitations.c.id))


async def invitation(session: Session, invitation_id: UUID) -> dict[str, Any]:
    """One invitation, whatever became of it. Raises NotFound."""
    asked = _invitation(datetime.now(UTC)).where(invitations.c.id == invitation_id)
    row = (await session.execute(asked)).mappings().first()
    if row is None:
        raise NotFound("there is no such invitation in your agency")
    return dict(row)


async def is_invited(session: Session, email: str) -> bool:
    """Whether an invitation to this address is open, be it that it has expired."""
    asked = exists().where(invitations.c.email == email, invitations.c.state == "open")
    return bool((await session.execute(select(asked))).scalar_one())
