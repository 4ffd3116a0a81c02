"""Events in, read tables out."""

from collections.abc import Sequence

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.identity import AgencyRegistered, TeamFormed, UserJoined
from sqlalchemy import insert

from gardenos_identity.tables import agencies, teams, users


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps agencies, teams and users."""
    for fact in facts:
        match fact.data:
            case AgencyRegistered() as agency:
                await session.execute(insert(agencies).values(agency.model_dump()))
            case TeamFormed() as team:
                await session.execute(insert(teams).values(agency_id=fact.agency_id, id=team.team_id, name=team.name))
            case UserJoined() as user:
                await session.execute(
                    insert(users).values(
                        agency_id=fact.agency_id,
                        id=user.user_id,
                        name=user.name,
                        email=user.email,
                        role=user.role.value,
                        team_ids=list(user.team_ids),
                    )
                )
