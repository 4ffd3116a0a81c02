"""All that a master key wraps, wrapped anew by the newest, so that an older one can be taken away.

What is sealed stays as it is: a person's own key does not change, only what it is wrapped in. Whatever is done is kept, so
a run that was cut short is gone on with by the next.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text

from gardenos_chassis.errors import Conflict
from gardenos_chassis.events.faults import is_transient, jittered, retried_for_ever
from gardenos_chassis.read_models.progress import Progress, Say
from gardenos_chassis.sealing.fields import are_sealed
from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.tenancy import Database, driver_of

if TYPE_CHECKING:
    from gardenos_chassis.service import Service

_PAGE = 500
"""Keys a transaction."""
_PAUSE_SECONDS = 0.1
"""Before a pass over what was held in the one before."""
_NOBODY = UUID(int=0)

_AGENCIES = text("select agency_id from agency_heads order by agency_id")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A column whose values begin with a key that `MasterKeys.wrapped` made for the agency and the row's `id`."""

    table: str
    id: str
    column: str

    @property
    def by_master(self) -> str:
        """How many values each master key wraps, of an agency."""
        return (
            f"select encode(substr({self.column}, 1, 4), 'hex') as master, count(*)::int as keys from {self.table}"  # noqa: S608
            f" where agency_id = $1 and {self.column} is not null group by 1"
        )

    @property
    def older(self) -> str:
        """A page of those that given master keys wrap.

        Nobody is waited for: who seals holds several keys, and who waited for one of them while holding another might be
        waited for in turn. What is held just now is found by the next pass.
        """
        return (
            f"select {self.id} as id, {self.column} as kept from {self.table}"  # noqa: S608
            f" where agency_id = $1 and {self.id} > $2 and substr({self.column}, 1, 4) = any($3)"
            f" order by {self.id} limit $4 for update skip locked"
        )

    @property
    def replace(self) -> str:
        """Puts others in their place."""
        return (
            f"update {self.table} as here set {self.column} = given.kept"  # noqa: S608
            f" from unnest($2::uuid[], $3::bytea[]) as given (id, kept)"
            f" where here.agency_id = $1 and here.{self.id} = given.id"
        )


PERSON_KEYS = Wrapped("person_keys", "person_id", "key")


def wrapped_by(service: "Service") -> list[Wrapped]:
    """All that the master key wraps in a service's database."""
    return [*([PERSON_KEYS] if are_sealed(service.name) else []), *service.wrapped]


@dataclass(slots=True)
class Rewrapped:
    """What came of it: by each master key's name, how many keys were wrapped by it before, and are now."""

    service: str
    newest: str
    known: frozenset[str]
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Keys that none of the master keys opens."""
        return sum(keys for master, keys in self.after.items() if master not in self.known)

    def in_words(self) -> list[str]:
        """A line for the service, and one for each master key that is not named and still needed."""
        anew = sum(max(0, keys - self.after.get(master, 0)) for master, keys in self.before.items())
        by_newest = self.after.get(self.newest, 0)
        return [
            f"{self.service}: {anew:,} keys are wrapped anew; {by_newest:,} are wrapped by the master key {self.newest}, "
            "the newest",
            *(
                f"  {keys:,} are wrapped by the master key {master}, which is not among those set: add it, and run this again"
                for master, keys in sorted(self.after.items())
                if master not in self.known
            ),
        ]


async def rewrap(service: "Service", say: Say) -> Rewrapped:
    """Wraps all keys of a service anew, agency by agency, while it serves.

    Raises Conflict for a service that seals nothing.
    """
    master, columns = service.settings.master_keys, wrapped_by(service)
    if master is None or not columns:
        raise Conflict(f"{service.name} keeps nothing that is sealed")
    known = frozenset(name.hex() for name in (master.newest, *master.older))
    found = Rewrapped(service.name, master.newest.hex(), known)
    async with service.database.across() as session:
        # And of no agency: what the platform keeps of itself.
        agencies = [_NOBODY, *(await session.execute(_AGENCIES)).scalars()]
    parts = [_Part(service.database, master, agency_id, column) for agency_id in agencies for column in columns]
    for part in parts:
        _add(found.before, await part.by_master())
    total = sum(found.before.get(name.hex(), 0) for name in master.older)
    done = 0
    for part in parts:
        while part.is_to_do(by_master := await part.by_master()):
            after: UUID | None = _NOBODY
            while after is not None:
                say(Progress("wrapping anew", {service.name: done}, {service.name: total}, unit="keys"))
                keys, after = await part.page(after)
                done += keys
            if part.is_to_do(await part.by_master()):
                await asyncio.sleep(jittered(_PAUSE_SECONDS))
        _add(found.after, by_master)
    say(Progress("done", {service.name: done}, {service.name: total}, unit="keys"))
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """One agency's keys in one column."""

    database: Database
    master: MasterKeys
    agency_id: UUID
    column: Wrapped

    def is_to_do(self, by_master: Mapping[str, int]) -> bool:
        """Whether there is a key that an older one of the master keys wraps."""
        return any(name.hex() in by_master for name in self.master.older)

    async def by_master(self) -> dict[str, int]:
        """How many keys each master key wraps."""

        async def count() -> dict[str, int]:
            async with self.database.transaction(self.agency_id) as session:
                rows = await driver_of(session).fetch(self.column.by_master, self.agency_id)
                return {row["master"]: row["keys"] for row in rows}

        return await retried_for_ever(count, what="rewrap", passing=is_transient)

    async def page(self, after: UUID) -> tuple[int, UUID | None]:
        """Wraps a page of keys; how many, and after whose the next page comes, None if there is none."""

        async def wrap() -> tuple[int, UUID | None]:
            async with self.database.transaction(self.agency_id) as session:
                driver = driver_of(session)
                rows = await driver.fetch(self.column.older, self.agency_id, after, self.master.older, _PAGE)
                ids = [row["id"] for row in rows]
                kept = [self.master.rewrapped(row["kept"], self.agency_id, row["id"]) for row in rows]
                await driver.execute(self.column.replace, self.agency_id, ids, kept)
            return len(ids), ids[-1] if len(ids) == _PAGE else None

        return await retried_for_ever(wrap, what="rewrap", passing=is_transient)


def _add(to: dict[str, int], more: Mapping[str, int]) -> None:
    for master, keys in more.items():
        to[master] = to.get(master, 0) + keys
