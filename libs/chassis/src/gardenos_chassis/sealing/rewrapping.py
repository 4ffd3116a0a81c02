"""Every person's key wrapped anew by the newest master key, so that an older one can be taken away.

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
from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.tenancy import Database, driver_of

if TYPE_CHECKING:
    from gardenos_chassis.service import Service

_PAGE = 500
"""Keys a transaction."""
_NOBODY = UUID(int=0)

_AGENCIES = text("select agency_id from agency_heads order by agency_id")
_BY_MASTER = """
select encode(substr(key, 1, 4), 'hex') as master, count(*)::int as people from person_keys
where agency_id = $1 and key is not null group by 1
"""
# Nobody is waited for: who seals holds several keys, and who waited for one of them while holding another might be waited
# for in turn. What is held just now is found by the next pass.
_OLDER = """
select person_id, key from person_keys where agency_id = $1 and person_id > $2 and substr(key, 1, 4) = any($3)
order by person_id limit $4 for update skip locked
"""
_REPLACE = """
update person_keys as people set key = given.key from unnest($2::uuid[], $3::bytea[]) as given (person_id, key)
where people.agency_id = $1 and people.person_id = given.person_id
"""


@dataclass(slots=True)
class Rewrapped:
    """What came of it: by each master key's name, how many people's keys were wrapped before, and are now."""

    service: str
    newest: str
    known: frozenset[str]
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Keys that none of the master keys opens."""
        return sum(people for master, people in self.after.items() if master not in self.known)

    def in_words(self) -> list[str]:
        """A line for the service, and one for each master key that is not named and still needed."""
        anew = sum(max(0, people - self.after.get(master, 0)) for master, people in self.before.items())
        by_newest = self.after.get(self.newest, 0)
        return [
            f"{self.service}: {anew:,} people's keys are wrapped anew; {by_newest:,} are wrapped by the master key "
            f"{self.newest}, the newest",
            *(
                f"  {people:,} are wrapped by the master key {master}, which is not among those set: add it, and run this again"
                for master, people in sorted(self.after.items())
                if master not in self.known
            ),
        ]


async def rewrap(service: "Service", say: Say) -> Rewrapped:
    """Wraps the keys of all people of a service anew, agency by agency, while it serves.

    Raises Conflict for a service that seals nothing.
    """
    master = service.settings.master_keys
    if master is None or not service.publishes:
        raise Conflict(f"{service.name} keeps nothing that is sealed")
    known = frozenset(name.hex() for name in (master.newest, *master.older))
    found = Rewrapped(service.name, master.newest.hex(), known)
    work = _Work(service.database, master)
    async with service.database.across() as session:
        agencies = list((await session.execute(_AGENCIES)).scalars())
    for agency_id in agencies:
        _add(found.before, await work.by_master(agency_id))
    older = {name.hex() for name in master.older}
    total = sum(people for name, people in found.before.items() if name in older)
    done = 0
    for agency_id in agencies:
        while work.opens(of_agency := await work.by_master(agency_id)):
            after: UUID | None = _NOBODY
            while after is not None:
                say(Progress("wrapping anew", {service.name: done}, {service.name: total}, unit="people"))
                people, after = await work.page(agency_id, after)
                done += people
            if work.opens(await work.by_master(agency_id)):
                await asyncio.sleep(jittered(0.1))
        _add(found.after, of_agency)
    say(Progress("done", {service.name: done}, {service.name: total}, unit="people"))
    return found


@dataclass(frozen=True, slots=True)
class _Work:
    database: Database
    master: MasterKeys

    def opens(self, of_agency: Mapping[str, int]) -> bool:
        """Whether there is a key that an older one of the master keys wraps."""
        return any(name.hex() in of_agency for name in self.master.older)

    async def by_master(self, agency_id: UUID) -> dict[str, int]:
        async def count() -> dict[str, int]:
            async with self.database.transaction(agency_id) as session:
                rows = await driver_of(session).fetch(_BY_MASTER, agency_id)
                return {row["master"]: row["people"] for row in rows}

        return await retried_for_ever(count, what="rewrap", passing=is_transient)

    async def page(self, agency_id: UUID, after: UUID) -> tuple[int, UUID | None]:
        """Wraps a page of keys; how many, and after whom the next page comes, None if there is none."""

        async def wrap() -> tuple[int, UUID | None]:
            async with self.database.transaction(agency_id) as session:
                driver = driver_of(session)
                rows = await driver.fetch(_OLDER, agency_id, after, self.master.older, _PAGE)
                people = [row["person_id"] for row in rows]
                keys = [self.master.rewrapped(row["key"], agency_id, row["person_id"]) for row in rows]
                await driver.execute(_REPLACE, agency_id, people, keys)
            return len(people), people[-1] if len(people) == _PAGE else None

        return await retried_for_ever(wrap, what="rewrap", passing=is_transient)


def _add(to: dict[str, int], more: Mapping[str, int]) -> None:
    for master, people in more.items():
        to[master] = to.get(master, 0) + people
