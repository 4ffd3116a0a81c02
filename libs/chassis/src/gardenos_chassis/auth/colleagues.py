"""Who else works in an agency, as identity told: its teams, the branches they belong to, who leads them, what people are called.

A consumer of its own beside that of `standings`: it reads what was told of teams from the beginning.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from gardenos_contracts import Received
from gardenos_contracts.identity import (
    ProfileChanged,
    TeamDissolved,
    TeamFormed,
    TeamLeadsNamed,
    TeamMovedToBranch,
    UserJoined,
)

from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.tenancy import Session, driver_of, hint_at_commit

HINT = "standings"
"""What a commit that changed where people stand tells the others of its process."""

TEAMS = "select team_id, branch_id, lead_ids from heard_teams"

_FORMED = "insert into heard_teams (agency_id, team_id) values ($1, $2) on conflict do nothing"
_LEADS = """
insert into heard_teams (agency_id, team_id, lead_ids) values ($1, $2, $3)
on conflict (agency_id, team_id) do update set lead_ids = excluded.lead_ids
"""
_BRANCH = """
insert into heard_teams (agency_id, team_id, branch_id) values ($1, $2, $3)
on conflict (agency_id, team_id) do update set branch_id = excluded.branch_id
"""
_DISSOLVED = "delete from heard_teams where agency_id = $1 and team_id = $2"
_CALLED = """
insert into heard_names (agency_id, user_id, name) values ($1, $2, $3)
on conflict (agency_id, user_id) do update set name = excluded.name
"""


@dataclass(frozen=True, slots=True)
class Team:
    """A team's branch, and who leads it."""

    branch_id: UUID | None
    lead_ids: frozenset[UUID]


def in_branches_of(teams: Mapping[UUID, Team]) -> dict[UUID, frozenset[UUID]]:
    """Of each person who leads a team in a branch: all the teams of the branches of the teams they lead."""
    of_branch: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for team_id, team in teams.items():
        if team.branch_id is not None:
            of_branch[team.branch_id].add(team_id)
    found: defaultdict[UUID, frozenset[UUID]] = defaultdict(frozenset)
    for team in teams.values():
        if team.branch_id is not None:
            for lead_id in team.lead_ids:
                found[lead_id] |= of_branch[team.branch_id]
    return dict(found)


def colleagues_heard_by(service: str) -> Consumer:
    """Keeps what identity tells of teams and names in a service's `heard_teams` and `heard_names`."""
    consumer = Consumer(
        f"{service}.colleagues",
        listens_to=[TeamFormed, TeamMovedToBranch, TeamLeadsNamed, TeamDissolved, UserJoined, ProfileChanged],
    )

    @consumer.on(TeamFormed)
    async def formed(event: Received[TeamFormed], db: Session) -> None:
        await driver_of(db).execute(_FORMED, event.agency_id, event.data.team_id)
        hint_at_commit(db, HINT)

    @consumer.on(TeamMovedToBranch)
    async def moved(event: Received[TeamMovedToBranch], db: Session) -> None:
        await driver_of(db).execute(_BRANCH, event.agency_id, event.data.team_id, event.data.branch_id)
        hint_at_commit(db, HINT)

    @consumer.on(TeamLeadsNamed)
    async def led(event: Received[TeamLeadsNamed], db: Session) -> None:
        await driver_of(db).execute(_LEADS, event.agency_id, event.data.team_id, list(event.data.lead_ids))
        hint_at_commit(db, HINT)

    @consumer.on(TeamDissolved)
    async def dissolved(event: Received[TeamDissolved], db: Session) -> None:
        await driver_of(db).execute(_DISSOLVED, event.agency_id, event.data.team_id)
        hint_at_commit(db, HINT)

    @consumer.on(UserJoined)
    async def joined(event: Received[UserJoined], db: Session) -> None:
        await driver_of(db).execute(_CALLED, event.agency_id, event.data.user_id, event.data.name)

    @consumer.on(ProfileChanged)
    async def called(event: Received[ProfileChanged], db: Session) -> None:
        await driver_of(db).execute(_CALLED, event.agency_id, event.data.user_id, event.data.name)

    return consumer
