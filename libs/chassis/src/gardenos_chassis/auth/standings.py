"""What identity has told of people since their tokens were signed: a change holds in every service, without a new sign-in.

Each service hears identity's events and keeps a row a person. A request asks memory alone: an agency's rows are read again
at most once a second, and at once when this process has changed them. A token says as of which version of the person it
was signed: what is newer counts, be it token or row, so a service that lags behind, or never heard of somebody, goes by
the token. See docs/decisions for why.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from gardenos_contracts import Event, Received
from gardenos_contracts.identity import RoleChanged, UserDeactivated, UserJoined, UserMovedTeams, UserReactivated
from gardenos_contracts.values import Role

from gardenos_chassis.auth.caller import Caller
from gardenos_chassis.errors import Unauthorized
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.tenancy import Database, Session, driver_of, hint_at_commit

HINT = "standings"
"""What a commit that changed any tells the others of its process."""

_GOOD_FOR_SECONDS = 1.0
_AGENCIES = 1024

_HEARD = "select user_id, role, team_ids, active, version from standings"
_JOINED = """
insert into standings (agency_id, user_id, role, team_ids, active, version, sequence) values ($1, $2, $3, $4, true, $5, $6)
on conflict (agency_id, user_id) do update set role = excluded.role, team_ids = excluded.team_ids, active = true,
    version = excluded.version, sequence = excluded.sequence
"""
_CHANGED = (
    "update standings set role = coalesce($3, role), team_ids = coalesce($4, team_ids), active = coalesce($5, active),"
    " version = $6, sequence = $7 where agency_id = $1 and user_id = $2"
)


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
    read_at: float = float("-inf")
    changes: int = -1
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Standings:
    """Where people stand now, in memory. `rows`: the statement that reads an agency's."""

    def __init__(self, *, consumer: Consumer | None = None, rows: str = _HEARD) -> None:
        self.consumer = consumer
        """What keeps the rows; None where they are kept otherwise."""
        self._rows = rows
        self._agencies: OrderedDict[UUID, _Agency] = OrderedDict()
        self._changes = 0

    @classmethod
    def heard_by(cls, service: str) -> "Standings":
        """Of a service that hears of people by identity's events, and has `migrations.create_standings_table`."""
        return cls(consumer=_consumer(f"{service}.standings"))

    def changed(self) -> None:
        """Something was committed in this process: what is in memory may be old."""
        self._changes += 1

    async def now(self, database: Database, caller: Caller) -> Caller:
        """The caller with the role and teams of this moment. Raises Unauthorized for somebody who was deactivated."""
        agency = self._agencies.get(caller.agency_id)
        if agency is None or not self._is_good(agency):
            agency = await self._read(database, caller.agency_id)
        standing = agency.people.get(caller.user_id)
        if standing is None or standing.version <= caller.version:
            return caller
        if not standing.active:
            raise Unauthorized("this account was deactivated; ask an owner or admin of your agency")
        if standing.role is caller.role and standing.team_ids == caller.team_ids:
            return caller
        return replace(caller, role=standing.role, team_ids=standing.team_ids)

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
                agency.people = {row[0]: Standing(Role(row[1]), frozenset(row[2]), row[3], row[4]) for row in found}
                agency.read_at, agency.changes = began, changes
        return agency


def _consumer(name: str) -> Consumer:
    consumer = Consumer(name, listens_to=[UserJoined, RoleChanged, UserMovedTeams, UserDeactivated, UserReactivated])

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

    return consumer


async def _change(
    event: Received[Event], user_id: UUID, db: Session, *,
    role: Role | None = None, team_ids: list[UUID] | None = None, active: bool | None = None,
) -> None:  # fmt: skip
    changed = (role.value if role else None, team_ids, active, event.version, event.sequence)
    await driver_of(db).execute(_CHANGED, event.agency_id, user_id, *changed)
    hint_at_commit(db, HINT)
