"""Rebuilding a read model: new tables beside the live ones, filled from events, which then take their place.

The new tables are filled exactly as far as the live ones are, never further. So when they change places the consumers'
marks stay as they are: nothing is applied twice or told again.
"""

import asyncio
import hashlib
import importlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from gardenos_chassis.errors import Conflict
from gardenos_chassis.events.faults import jittered
from gardenos_chassis.read_models.model import ReadModel
from gardenos_chassis.read_models.progress import Progress, Say
from gardenos_chassis.read_models.replay import OWN, Marks, Place, Replay, marks_of, total
from gardenos_chassis.read_models.shadow import MODEL, Owner, Shadow, is_held, owner_of, rebuilding, verifying

if TYPE_CHECKING:
    from gardenos_chassis.service import Service

log = logging.getLogger(__name__)

_NEAR = 100
"""Events: where fewer were to be taken, the tables are ready to change places."""
_LOCK_MILLISECONDS = 300
"""So long the live tables are waited for, and writers wait meanwhile. Less than the server takes to look for deadlocks."""
_CATCH_UP_SECONDS = 0.6
"""So long, at most, writers wait while the last events are taken, before readers must too.

A writer that has read a live table, and then waits to write it, is in the way of the exchange and waits for it. After a
second (`deadlock_timeout`) it looks for that, once: had the exchange begun to wait by then, the writer would fail.
"""
_PATIENT_SECONDS = 2.0
"""The same, when the last events would not be taken in less: rather that than never."""
_HASTY_TRIES = 8
_TRIES = 100


_COUNT_FORGOTTEN = """
do $$ declare
    agency text;
    people bigint := 0;
begin
    foreach agency in array string_to_array(current_setting('gardenos.agencies'), ',') loop
        perform set_config('app.agency_id', agency, true);
        people := people + (select count(*) from public.person_keys where agency_id = agency::uuid and key is null);
    end loop;
    perform set_config('gardenos.forgotten', people::text, true);
end $$
"""


class SomebodyForgotten(Exception):
    """A person was forgotten since the tables were begun, and may still be in them."""


@dataclass(slots=True)
class Run:
    """One rebuild or verification under way."""

    service: "Service"
    model: ReadModel
    owner: Owner
    shadow: Shadow
    say: Say
    replay: Replay = field(init=False)
    _forgotten: int = 0
    _doing: str = ""
    _done: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _total: dict[str, int] = field(default_factory=dict)

    async def prepare(self, *, anew: bool) -> None:
        """Tables to fill: as a run before has left them, where they are still right, or new."""
        self._forgotten = await self._forgotten_people()
        await self.shadow.prepare(f"{_fingerprint(self.service)}-{self._forgotten}", anew=anew)

    async def nobody_was_forgotten(self) -> None:
        """What was taken of somebody who was forgotten since must not come back. Raises SomebodyForgotten."""
        if await self._forgotten_people() != self._forgotten:
            raise SomebodyForgotten

    async def _forgotten_people(self) -> int:
        if not await self.owner.fetchval("select to_regclass('public.person_keys') is not null"):
            return 0
        async with self.owner.transaction():
            # Row-level security holds for the owner too: an agency at a time.
            agencies = ",".join(map(str, await self.live_marks()))
            await self.owner.execute("select set_config('gardenos.agencies', $1, true)", agencies)
            await self.owner.execute(_COUNT_FORGOTTEN)
            return int(await self.owner.fetchval("select current_setting('gardenos.forgotten')"))

    def doing(self, what: str) -> None:
        """Tells what comes now."""
        self._doing = what
        self.say(Progress(what, dict(self._done), dict(self._total)))

    def compared(self, agencies: int, of: int) -> None:
        """Tells how many agencies' rows are held against one another."""
        self._doing = ""
        self.say(Progress("comparing", {"agencies": agencies}, {"agencies": of}, unit="agencies"))

    def took(self, place: Place, events: int) -> None:
        """Counts."""
        self._done[self._source(place)] += events
        if self._doing:
            self.doing(self._doing)

    async def live_marks(self) -> Marks:
        """How far the live tables are."""
        return await marks_of(self.owner, self.model, "public")

    async def fill(self, doing: str) -> None:
        """Takes events until there were few to take: the live tables go on meanwhile."""
        near = False
        while not near:
            live = await self.live_marks()
            near = await self.fill_up_to(live, doing) < _NEAR

    async def fill_up_to(self, live: Marks, doing: str) -> int:
        """Takes what is missing up to there; tells how many events that were."""
        beside = await self.replay.marks()
        self._total, self._done = self._by_source(live), defaultdict(int, self._by_source(beside))
        self.doing(doing)
        await self.replay.up_to(live)
        return total(live) - total(beside)

    def _source(self, place: Place) -> str:
        return self.service.name if place == OWN else place[1]

    def _by_source(self, marks: Marks) -> dict[str, int]:
        found: defaultdict[str, int] = defaultdict(int)
        for of_agency in marks.values():
            for place, sequence in of_agency.items():
                found[self._source(place)] += sequence
        return dict(sorted(found.items()))


@asynccontextmanager
async def run_of(
    service: "Service", model: ReadModel, owner_url: str, schema: str, say: Say, *, anew: bool
) -> AsyncIterator[Run]:
    """Tables beside a read model's, new or as a run before left them. Raises Conflict while somebody else is at it."""
    async with owner_of(owner_url) as owner:
        if not await owner.fetchval("select pg_try_advisory_lock(hashtext($1))", f"{MODEL}{model.name}"):
            raise Conflict(
                f"the read model {model.name} is being {await _what(owner, model)} already; wait for it to end"
            )
        # By this name it is seen which of the two goes on.
        await owner.execute("select pg_advisory_lock(hashtext($1))", schema)
        run = Run(service, model, owner, Shadow(owner, model, schema), say)
        if schema != verifying(model.name):
            # Of one that was killed, or it would hold the lock.
            await Shadow(owner, model, verifying(model.name)).drop()
        await run.prepare(anew=anew)
        async with Replay.into(service, model, schema, run.took) as run.replay:
            yield run


async def _what(owner: Owner, model: ReadModel) -> str:
    return "verified" if await is_held(owner, verifying(model.name)) else "rebuilt"


async def rebuild(service: "Service", model: ReadModel, owner_url: str, say: Say, *, anew: bool = False) -> int:
    """Makes a read model's tables again from events, and puts them in the place of the live ones; tells of how many.

    A run that was cut short is gone on with, unless `anew`. Raises Conflict where the tables could not be exchanged:
    another run is under way, or an event was set aside that the live tables have taken.
    """
    async with run_of(service, model, owner_url, rebuilding(model.name), say, anew=anew) as run:
        while True:
            try:
                return await _rebuilt(run)
            except SomebodyForgotten:
                run.doing("beginning anew, for somebody was forgotten meanwhile")
                await run.prepare(anew=True)


async def _rebuilt(run: Run) -> int:
    await run.fill("taking events")
    run.doing("adding indexes")
    await run.shadow.complete()
    for attempt in range(1, _TRIES + 1):
        await run.fill("taking what came meanwhile")
        await _nothing_set_aside(run)
        try:
            taken = await _swap(run, _CATCH_UP_SECONDS if attempt <= _HASTY_TRIES else _PATIENT_SECONDS)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, TimeoutError) as busy:
            log.info("the live tables are busy", extra={"attempt": attempt, "fault": type(busy).__name__})
            run.doing("waiting for a quiet moment")
            await asyncio.sleep(jittered(min(5.0, 0.1 * attempt)))
        else:
            run.doing("done")
            return taken
    raise Conflict("the live tables were never free for a moment; what is rebuilt is kept: run it again")


async def _nothing_set_aside(run: Run) -> None:
    """What a handler cannot take any more, and once took, would be missing. Raises Conflict."""
    if not run.model.consumers:
        return
    query = f"""
        select beside.consumer, beside.source, sum(beside.parked - coalesce(live.parked, 0)) as more
        from {run.shadow.schema}.consumer_marks beside
        left join public.consumer_marks live using (agency_id, consumer, source)
        where beside.parked > coalesce(live.parked, 0) group by 1, 2
    """  # noqa: S608 - a name of ours
    for row in await run.owner.fetch(query):
        raise Conflict(
            f"{row['more']} events of {row['source']} that the live tables hold could not be taken by {row['consumer']}: "
            f"see {run.shadow.schema}.parked_events, mend the handler, and run it again with --anew"
        )


async def _swap(run: Run, within_seconds: float) -> int:
    """The last events, and the change of places, in one transaction; tells how many events the tables hold.

    Raises TimeoutError where the last events take longer.
    """
    model, schema, owner = run.model, run.shadow.schema, run.owner
    live = ", ".join(f"public.{name}" for name in model.table_names)
    writers = f"public.consumer_marks, {live}" if model.consumers else live
    async with owner.transaction():
        await owner.execute(f"set local lock_timeout = {_LOCK_MILLISECONDS}")
        async with asyncio.timeout(within_seconds):
            # In the order in which who writes takes them. Whoever reads goes on; and who has written has committed.
            await owner.execute(f"lock table {writers} in exclusive mode")
            marks = await run.live_marks()
            await run.fill_up_to(marks, "changing places")
        await owner.execute(f"lock table {live} in access exclusive mode")
        # No writer is waited for from here on.
        await run.nobody_was_forgotten()
        if not await run.shadow.is_like_the_live(whole=True):
            raise Conflict(f"the tables of {model.name} were changed by a migration meanwhile; run it again")
        if model.consumers:
            await _parked_as_beside(run)
        await owner.execute(f"drop table {live}")
        for name in model.table_names:
            await owner.execute(f"alter table {schema}.{name} set schema public")
        await run.shadow.drop()
    return total(marks)


async def _parked_as_beside(run: Run) -> None:
    """What the new tables lack is what is parked now; what was discarded stays so."""
    schema, names = run.shadow.schema, run.model.consumer_names
    columns = await run.owner.fetchval(
        "select string_agg(quote_ident(attname), ', ') from pg_attribute where attrelid = 'public.parked_events'::regclass"
        " and attnum > 0 and not attisdropped and attgenerated = ''"
    )
    # Row-level security holds for the owner too: an agency at a time.
    await run.owner.execute("select set_config('gardenos.consumers', $1, true)", ",".join(names))
    await run.owner.execute(
        f"""
        do $$ declare
            these text[] := string_to_array(current_setting('gardenos.consumers'), ',');
            agency uuid;
        begin
            for agency in select distinct agency_id from public.consumer_marks where consumer = any(these) loop
                perform set_config('app.agency_id', agency::text, true);
                delete from public.parked_events where consumer = any(these) and discarded_at is null;
                insert into public.parked_events ({columns}) select {columns} from {schema}.parked_events
                on conflict do nothing;
                update public.consumer_marks live set parked = beside.parked from {schema}.consumer_marks beside
                where live.agency_id = agency and live.parked <> beside.parked
                    and (live.agency_id, live.consumer, live.source) = (beside.agency_id, beside.consumer, beside.source);
            end loop;
        end $$
        """  # noqa: S608 - names from the catalogue
    )


def _fingerprint(service: "Service") -> str:
    """Of the code by which events become rows: what other code began is not gone on with."""
    packages = {type(service.settings).__module__.partition(".")[0], "gardenos_contracts"}
    digest = hashlib.sha256()
    for package in sorted(packages):
        home = Path(str(importlib.import_module(package).__file__)).parent
        for path in sorted(home.rglob("*.py")):
            digest.update(path.relative_to(home).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]
