"""What identity has told of people since their tokens were signed: a change holds in every service, without a new sign-in.

Each service hears identity's events and keeps a row a person. A request asks memory alone: an agency's rows are read again
at most once a second, and at once when this process has changed them. A token says as of which version of the person it
was signed: what is newer counts, be it token or row, so a service that lags behind, or never heard of somebody, goes by
the token. See docs/decisions for why.

Of teams it is known too which there are, in which branch, and who leads them: a record is given to somebody who works here,
and to a team of this agency; and a manager who leads a team sees what all teams of its branch have.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from gardenos_contracts import Event, Received
from gardenos_contracts.identity import (
    ApiKeyRevoked,
    RoleChanged,
    UserDeactivated,
    UserJoined,
    UserMovedTeams,
    UserReactivated,
)
from gardenos_contracts.values import Role

from gardenos_chassis.auth.agency_standing import (
    AT_WORK,
    TOLD_OF_AGENCIES,
    AgencyStanding,
    agency_standing_heard_on,
    agency_standing_of,
)
from gardenos_chassis.auth.caller import Caller
from gardenos_chassis.auth.colleagues import HINT, TEAMS, Team, colleagues_heard_by, in_branches_of
from gardenos_chassis.auth.permissions import SERVICE
from gardenos_chassis.auth.shares import SHARES, shares_heard_by, shares_kept_by
from gardenos_chassis.errors import Conflict, Invalid, NotFound, Unauthorized
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.store import Projection
from gardenos_chassis.ids import made_at
from gardenos_chassis.tenancy import Database, Session, driver_of, hint_at_commit

_GOOD_FOR_SECONDS = 1.0
_AGENCIES = 1024

_NEWS_TAKES_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 0.25
_LATELY_MADE = timedelta(minutes=1)

KEY_REVOKED = "this API key was revoked; make another one"
_LATELY = "; if that is new, try again in a moment"

_HEARD = "select user_id, role, team_ids, active, version from standings"
_JOINED = """
insert into standings (agency_id, user_id, role, team_ids, active, version, sequence) values ($1, $2, $3, $4, true, $5, $6)
on conflict (agency_id, user_id) do update set role = excluded.role, team_ids = excluded.team_ids, active = true,
    version = excluded.version, sequence = excluded.sequence
"""
_REVOKED = """
insert into standings (agency_id, user_id, role, team_ids, active, version, sequence)
values ($1, $2, 'service', '{}', false, $3, $4) on conflict do nothing
"""
_CHANGED = (
    "update standings set role = coalesce($3, role), team_ids = coalesce($4, team_ids), active = coalesce($5, active),"
    " version = $6, sequence = $7 where agency_id = $1 and user_id = $2"
)

_NOTHING: frozenset[UUID] = frozenset()

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is, as of a version of theirs."""

    role: Role
    team_ids: frozenset[UUID]
    active: bool
    version: int


@dataclass(slots=True)
class _Agency:
    """An agency's people as they were last read."""

    people: Mapping[UUID, Standing] = field(default_factory=dict)
    teams: Mapping[UUID, Team] = field(default_factory=dict)
    shared_with: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    """Of whom something is shared with: the persons whose records those are."""
    in_branches_of: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    """Of whoever leads a team in a branch: all the teams of the branch."""
    revoked: frozenset[UUID] = frozenset()
    """API keys."""
    standing: AgencyStanding = AT_WORK
    read_at: float = float("-inf")
    changes: int = -1
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Standings:
    """Where people stand now, in memory.

    `rows`, `teams`, `shares`: the statements that read an agency's people, its teams, and what is shared with whom. How the
    agency itself stands is read beside them: from the table of `create_agency_standings_table`.
    """

    def __init__(
        self, *, consumers: Sequence[Consumer] = (), projections: Sequence[Projection] = (),
        rows: str = _HEARD, teams: str = TEAMS, shares: str | None = SHARES,
    ) -> None:  # fmt: skip
        self.consumers = tuple(consumers)
        """What keeps the rows; none where they are kept otherwise."""
        self.projections = tuple(projections)
        """What keeps those that the service's own events tell of."""
        self._shares = shares
        self._rows = rows
        self._teams = teams
        self._agencies: OrderedDict[UUID, _Agency] = OrderedDict()
        self._changes = 0
        self._news = asyncio.Event()
        """Set at the next change, and then another one."""

    @classmethod
    def heard_by(cls, service: str) -> "Standings":
        """Of a service that hears of people by identity's events.

        It has the tables of `create_standings_table`, `create_colleague_tables`, `create_share_table` and
        `create_agency_standings_table` in `migrations`.
        """
        consumers = [_consumer(f"{service}.standings"), colleagues_heard_by(service), shares_heard_by(service)]
        return cls(consumers=consumers, projections=[shares_kept_by(service)])

    def changed(self) -> None:
        """Something was committed in this process: what is in memory may be old."""
        self._changes += 1
        self._news.set()
        self._news = asyncio.Event()

    async def now(self, database: Database, caller: Caller) -> Caller:
        """The caller as their token says, with the role and teams of this moment: of a manager who leads, with their branch's.

        Raises Unauthorized for somebody who was deactivated, and for a key that was revoked; Suspended, and Closed.
        """
        agency = await self._agency(database, caller.agency_id)
        if caller.key is not None and caller.key.id in agency.revoked:
            raise Unauthorized(KEY_REVOKED)
        role, team_ids = caller.role, caller.team_ids
        standing = agency.people.get(caller.user_id)
        if standing is not None and standing.version > caller.version:
            if not standing.active:
                raise Unauthorized("this account was deactivated; ask an owner or admin of your agency")
            role, team_ids = standing.role, standing.team_ids
        agency.standing.require_at_work(role if caller.key is None else None)
        if role is Role.MANAGER and (branch := agency.in_branches_of.get(caller.user_id)):
            team_ids |= branch
        shared = agency.shared_with.get(caller.user_id, _NOTHING)
        if (role, team_ids, shared) == (caller.role, caller.team_ids, caller.shared):
            return caller
        return replace(caller, role=role, team_ids=team_ids, shared=shared)

    async def of_agency(self, database: Database, agency_id: UUID) -> AgencyStanding:
        """Where an agency itself stands: for what nobody who signed in asks for, such as a public form."""
        return (await self._agency(database, agency_id)).standing

    async def refuse_strangers(
        self, database: Database, caller: Caller, *, owner_id: UUID | None = None, team_id: UUID | None = None
    ) -> None:
        """Raises Invalid unless a record may be given to this person and this team: they work here, and it is the agency's.

        Who joined a moment ago, as their id tells, may not be known here yet. They are waited for, two seconds at most; the
        refusal says the rest.
        """
        wrong = []
        if owner_id is not None and owner_id != caller.user_id:
            owner = await self._found(database, caller.agency_id, owner_id, _people_of)
            if owner is None:
                wrong.append(("/owner_id", f"nobody in your agency is known here as {owner_id}{_LATELY}"))
            elif not owner.active:
                wrong.append(("/owner_id", "this person was deactivated; choose somebody who works here"))
        if team_id is not None and team_id not in caller.team_ids:
            team = await self._found(database, caller.agency_id, team_id, _teams_of)
            if team is None:
                wrong.append(("/team_id", f"no team of your agency is known here as {team_id}{_LATELY}"))
        if wrong:
            raise Invalid.many(wrong)

    async def require_colleague(self, database: Database, caller: Caller, user_id: UUID) -> None:
        """Raises NotFound for somebody who is not of the agency, and Conflict for somebody who was deactivated."""
        found = await self._found(database, caller.agency_id, user_id, _people_of)
        if found is None:
            raise NotFound(f"nobody of your agency is known here by this id{_LATELY}")
        if not found.active:
            raise Conflict("this person was deactivated; choose somebody who works here")

    async def as_caller(self, database: Database, caller: Caller, user_id: UUID) -> Caller:
        """A colleague as they would be if they asked now: what they see is told by `sees`. Raises as `require_colleague`."""
        if user_id == caller.user_id:
            return replace(caller, key=None)
        await self.require_colleague(database, caller, user_id)
        standing = (await self._agency(database, caller.agency_id)).people[user_id]
        colleague = Caller(caller.agency_id, user_id, standing.role, standing.team_ids, version=standing.version)
        return await self.now(database, colleague)

    async def _found(
        self, database: Database, agency_id: UUID, id: UUID, all_of: Callable[[_Agency], Mapping[UUID, F]]
    ) -> F | None:
        """What is known by an id. News of what was made lately may be on its way, and is waited for."""
        until = time.monotonic() + (_NEWS_TAKES_SECONDS if _made_lately(id) else 0)
        while True:
            news = self._news
            if (found := all_of(await self._agency(database, agency_id)).get(id)) is not None:
                return found
            self._agencies[agency_id].changes = -1
            if (found := all_of(await self._agency(database, agency_id)).get(id)) is not None:
                return found
            left = until - time.monotonic()
            if left <= 0:
                return None
            # This process may not be the one that hears.
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, _LOOK_AGAIN_SECONDS)):
                    await news.wait()

    async def _agency(self, database: Database, agency_id: UUID) -> _Agency:
        agency = self._agencies.get(agency_id)
        return agency if agency is not None and self._is_good(agency) else await self._read(database, agency_id)

    def _is_good(self, agency: _Agency) -> bool:
        return agency.changes == self._changes and time.monotonic() - agency.read_at < _GOOD_FOR_SECONDS

    async def _read(self, database: Database, agency_id: UUID) -> _Agency:
        agency = self._agencies.setdefault(agency_id, _Agency())
        self._agencies.move_to_end(agency_id)
        if len(self._agencies) > _AGENCIES:
            self._agencies.popitem(last=False)
        # One reads, the others wait for it.
        async with agency.reading:
            if not self._is_good(agency):
                began, changes = time.monotonic(), self._changes
                async with database.transaction(agency_id) as session:
                    found = await driver_of(session).fetch(self._rows)
                    teams = await driver_of(session).fetch(self._teams)
                    shares = await driver_of(session).fetch(self._shares) if self._shares else ()
                    standing = await agency_standing_of(session)
                agency.people = {
                    row[0]: Standing(Role(row[1]), frozenset(row[2]), row[3], row[4])
                    for row in found
                    if row[1] != SERVICE
                }
                agency.revoked = frozenset(row[0] for row in found if row[1] == SERVICE and not row[3])
                agency.teams = {row[0]: Team(row[1], frozenset(row[2])) for row in teams}
                agency.in_branches_of = in_branches_of(agency.teams)
                agency.shared_with = {row[0]: frozenset(row[1]) for row in shares}
                agency.standing = standing
                agency.read_at, agency.changes = began, changes
        return agency


def _people_of(agency: _Agency) -> Mapping[UUID, Standing]:
    return agency.people


def _teams_of(agency: _Agency) -> Mapping[UUID, Team]:
    return agency.teams


def _made_lately(id: UUID) -> bool:
    made = made_at(id)
    return made is not None and abs(datetime.now(UTC) - made) < _LATELY_MADE


def _consumer(name: str) -> Consumer:
    consumer = Consumer(
        name,
        listens_to=[
            UserJoined,
            RoleChanged,
            UserMovedTeams,
            UserDeactivated,
            UserReactivated,
            ApiKeyRevoked,
            *TOLD_OF_AGENCIES,
        ],
    )
    agency_standing_heard_on(consumer)

    @consumer.on(UserJoined)
    async def joined(event: Received[UserJoined], db: Session) -> None:
        user = event.data
        values = (user.role.value, list(user.team_ids), event.version, event.sequence)
        await driver_of(db).execute(_JOINED, event.agency_id, user.user_id, *values)
        hint_at_commit(db, HINT)

    @consumer.on(RoleChanged)
    async def role_changed(event: Received[RoleChanged], db: Session) -> None:
        await _change(event, event.data.user_id, db, role=event.data.role)

    @consumer.on(UserMovedTeams)
    async def moved(event: Received[UserMovedTeams], db: Session) -> None:
        await _change(event, event.data.user_id, db, team_ids=list(event.data.team_ids))

    @consumer.on(UserDeactivated)
    async def deactivated(event: Received[UserDeactivated], db: Session) -> None:
        await _change(event, event.data.user_id, db, active=False)

    @consumer.on(UserReactivated)
    async def reactivated(event: Received[UserReactivated], db: Session) -> None:
        await _change(event, event.data.user_id, db, active=True)

    @consumer.on(ApiKeyRevoked)
    async def revoked(event: Received[ApiKeyRevoked], db: Session) -> None:
        await driver_of(db).execute(_REVOKED, event.agency_id, event.data.key_id, event.version, event.sequence)
        hint_at_commit(db, HINT)

    return consumer


async def _change(
    event: Received[Event], user_id: UUID, db: Session, *,
    role: Role | None = None, team_ids: list[UUID] | None = None, active: bool | None = None,
) -> None:  # fmt: skip
    changed = (role.value if role else None, team_ids, active, event.version, event.sequence)
    await driver_of(db).execute(_CHANGED, event.agency_id, user_id, *changed)
    hint_at_commit(db, HINT)
