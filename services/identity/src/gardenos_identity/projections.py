"""Events in, read tables out."""

from collections.abc import Sequence
from typing import Any

from gardenos_chassis.auth.colleagues import HINT
from gardenos_chassis.tenancy import Session, hint_at_commit
from gardenos_contracts import Event, Fact
from gardenos_contracts.identity import (
    AgencyClosed,
    AgencyLogoChanged,
    AgencyRegistered,
    AgencyReopened,
    AgencyResumed,
    AgencySettingsChanged,
    AgencySuspended,
    BranchClosed,
    BranchOpened,
    BranchRenamed,
    InvitationAccepted,
    InvitationRenewed,
    InvitationTeamsChanged,
    InvitationWithdrawn,
    ProfileChanged,
    RoleChanged,
    TeamDissolved,
    TeamFormed,
    TeamLeadsNamed,
    TeamMovedToBranch,
    TeamRenamed,
    UserDeactivated,
    UserInvited,
    UserJoined,
    UserMovedTeams,
    UserReactivated,
)
from sqlalchemy import Table, delete, insert, update

from gardenos_identity.tables import agencies, branches, invitations, teams, users

STANDINGS = "select id, role, team_ids, active, version from users"
"""Where people stand: elsewhere kept by what is heard of them, here by this projection."""

TEAMS = "select id, branch_id, lead_ids from teams"


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps agencies, branches, teams, users and invitations."""
    for fact in facts:
        match fact.data:
            case AgencyRegistered() as agency:
                await session.execute(insert(agencies).values(version=fact.version, **agency.model_dump()))
            case AgencySettingsChanged() | AgencyLogoChanged() as change:
                # What is settled is kept as JSON says it.
                values = change.model_dump(mode="json", exclude={"agency_id"})
                await session.execute(update(agencies).values(version=fact.version, **values))
            case AgencySuspended() | AgencyResumed() | AgencyClosed() | AgencyReopened():
                # A version of the agency all the same.
                await session.execute(update(agencies).values(version=fact.version))
            case BranchOpened() as branch:
                await _add(session, branches, fact, id=branch.branch_id, name=branch.name)
            case BranchRenamed() as branch:
                await _change(session, branches, fact, name=branch.name)
            case BranchClosed():
                await session.execute(delete(branches).where(branches.c.id == fact.stream_id))
            case TeamFormed() as team:
                await _add(session, teams, fact, id=team.team_id, name=team.name, lead_ids=[])
            case TeamRenamed() as team:
                await _change(session, teams, fact, name=team.name)
            case TeamMovedToBranch() as team:
                await _change(session, teams, fact, branch_id=team.branch_id)
            case TeamLeadsNamed() as team:
                await _change(session, teams, fact, lead_ids=list(team.lead_ids))
            case TeamDissolved():
                await session.execute(delete(teams).where(teams.c.id == fact.stream_id))
            case (
                UserInvited()
                | InvitationRenewed()
                | InvitationTeamsChanged()
                | InvitationWithdrawn()
                | InvitationAccepted()
            ):
                await _invitation(session, fact)
            case _:
                await _user(session, fact)


async def _user(session: Session, fact: Fact[Event]) -> None:
    hint_at_commit(session, HINT)
    match fact.data:
        case UserJoined() as user:
            values = {"name": user.name, "email": user.email, "role": user.role.value, "team_ids": list(user.team_ids)}
            await _add(session, users, fact, id=user.user_id, active=True, **values)
        case RoleChanged() as change:
            await _change(session, users, fact, role=change.role.value)
        case UserMovedTeams() as change:
            await _change(session, users, fact, team_ids=list(change.team_ids))
        case UserDeactivated():
            await _change(session, users, fact, active=False)
        case UserReactivated():
            await _change(session, users, fact, active=True)
        case ProfileChanged() as change:
            profile = {"name": change.name, "time_zone": change.time_zone, "locale": change.locale}
            await _change(session, users, fact, **profile)
        case _:
            # Whatever else befalls a person is a version of theirs all the same.
            await _change(session, users, fact)


async def _invitation(session: Session, fact: Fact[Event]) -> None:
    match fact.data:
        case UserInvited() as invited:
            values = invited.model_dump(exclude={"invitation_id"}) | {
                "role": invited.role.value,
                "team_ids": list(invited.team_ids),
            }
            more = {"invited_at": fact.occurred_at, "state": "open"}
            await _add(session, invitations, fact, id=invited.invitation_id, **values, **more)
        case InvitationRenewed() as renewed:
            await _change(session, invitations, fact, expires_at=renewed.expires_at)
        case InvitationTeamsChanged() as changed:
            await _change(session, invitations, fact, team_ids=list(changed.team_ids))
        case InvitationWithdrawn():
            await _change(session, invitations, fact, state="withdrawn")
        case InvitationAccepted():
            await _change(session, invitations, fact, state="accepted")


async def _add(session: Session, table: Table, fact: Fact[Event], **values: Any) -> None:
    await session.execute(insert(table).values(agency_id=fact.agency_id, version=fact.version, **values))


async def _change(session: Session, table: Table, fact: Fact[Event], **values: Any) -> None:
    await session.execute(update(table).where(table.c.id == fact.stream_id).values(version=fact.version, **values))
