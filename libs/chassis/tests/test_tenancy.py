"""One agency's rows at a time, whatever happens in between."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from gardenos_chassis import tenancy
from gardenos_chassis.events.faults import is_transient
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database, Session, driver_of
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

COUNT = text("select count(*) from notes")
PID = text("select pg_backend_pid()")


@pytest_asyncio.fixture(loop_scope="session")
async def database(notes: Running) -> AsyncIterator[Database]:
    """One connection, so that what one transaction leaves behind, the next would find."""
    found = Database(notes.service.settings.database_url, pool=1)
    yield found
    await found.close()


async def take(session: Session, agency_id: UUID) -> None:
    values = {"agency": agency_id, "id": new_id()}
    await session.execute(text("insert into notes (agency_id, id, text) values (:agency, :id, 'x')"), values)


async def seen(session: Session) -> int:
    return int((await session.execute(COUNT)).scalar_one())


async def in_agency(database: Database, agency_id: UUID) -> int:
    async with database.transaction(agency_id) as session:
        return await seen(session)


async def test_an_agency_sees_its_own_and_nobody_else_does(database: Database, agency_id: UUID) -> None:
    async with database.transaction(agency_id) as session:
        await take(session, agency_id)
        assert await seen(session) == 1
    assert await in_agency(database, agency_id) == 1
    assert await in_agency(database, new_id()) == 0
    async with database.across() as session:
        assert await seen(session) == 0
    async with database.engine.connect() as session:
        assert await seen(session) == 0


async def test_after_a_commit_in_between_no_agency_is_left(database: Database, agency_id: UUID) -> None:
    async with database.transaction(agency_id) as session:
        await take(session, agency_id)
        await driver_of(session).execute("commit")
        assert await seen(session) == 0


async def test_what_fails_leaves_nothing(database: Database, agency_id: UUID) -> None:
    with pytest.raises(LookupError):
        async with database.transaction(agency_id) as session:
            await take(session, agency_id)
            raise LookupError
    with pytest.raises(DBAPIError):
        async with database.transaction(agency_id) as session:
            await take(session, agency_id)
            await session.execute(text("select 1 / 0"))
    assert await in_agency(database, agency_id) == 0


async def test_a_failure_that_was_passed_over_is_not_taken_for_a_commit(database: Database, agency_id: UUID) -> None:
    with pytest.raises(RuntimeError, match="not committed"):
        async with database.transaction(agency_id) as session:
            await take(session, agency_id)
            with pytest.raises(DBAPIError):
                await session.execute(text("select 1 / 0"))
    assert await in_agency(database, agency_id) == 0


async def test_who_hangs_up_leaves_no_transaction_open(database: Database, agency_id: UUID) -> None:
    began = asyncio.Event()

    async def slow() -> None:
        async with database.transaction(agency_id) as session:
            await take(session, agency_id)
            began.set()
            await session.execute(text("select pg_sleep(60)"))

    for _ in range(5):
        began.clear()
        asked = asyncio.create_task(slow())
        await began.wait()
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    assert await in_agency(database, agency_id) == 0
    async with database.engine.connect() as session:
        assert not driver_of(session).is_in_transaction()
        open_ones = text(
            "select count(*) from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()"
            " and query like '%pg_sleep%'"
        )
        assert (await session.execute(open_ones)).scalar_one() == 0


async def _kill(parts: Parts, pid: int) -> None:
    admin = await parts.postgres.server.connect()
    try:
        assert await admin.fetchval("select pg_terminate_backend($1, 5000)", pid)
    finally:
        await admin.close()


async def test_a_connection_that_died_idle_costs_no_request(database: Database, parts: Parts, agency_id: UUID) -> None:
    async with database.across() as session:
        pid = (await session.execute(PID)).scalar_one()
    await _kill(parts, pid)
    async with database.transaction(agency_id) as session:
        assert (await session.execute(PID)).scalar_one() != pid
        await take(session, agency_id)
    assert await in_agency(database, agency_id) == 1


@pytest.mark.parametrize("after", ["begin", "a statement"])
async def test_a_connection_that_dies_in_between_is_a_passing_fault(
    database: Database, parts: Parts, agency_id: UUID, after: str
) -> None:
    failed: Any = None
    try:
        async with database.transaction(agency_id) as session:
            await take(session, agency_id)
            await _kill(parts, (await session.execute(PID)).scalar_one())
            if after == "a statement":
                await session.execute(PID)
    except Exception as error:
        failed = error
    assert failed is not None
    assert is_transient(failed), repr(failed)
    assert await in_agency(database, agency_id) == 0


async def test_an_agency_is_an_id_and_never_words(database: Database) -> None:
    with pytest.raises(AttributeError):
        await in_agency(database, "'; select set_config('app.agency_id', 'x', false); --")  # type: ignore[arg-type]


async def test_a_hundred_agencies_share_a_pool_for_a_minute(notes: Running) -> None:
    """All at once on ten connections, some of them cut off or failing at any point: nobody ever meets a row of another's."""
    shared = Database(notes.service.settings.database_url, pool=10)
    agencies = [new_id() for _ in range(100)]
    looks: Counter[UUID] = Counter()
    cut_off = 0
    until = asyncio.get_running_loop().time() + 60

    async def owners(session: Session) -> set[UUID]:
        return set((await session.execute(text("select distinct agency_id from notes"))).scalars())

    async def at_work(agency_id: UUID, chance: random.Random) -> None:
        async with shared.transaction(agency_id) as session:
            assert await owners(session) <= {agency_id}
            await take(session, agency_id)
            assert await owners(session) == {agency_id}
            if chance.random() < 0.1:
                await session.execute(text("select 1 / 0"))
        async with shared.across() as session:
            assert await owners(session) == set()
        async with shared.snapshot(agency_id) as session:
            assert await owners(session) == {agency_id}
        looks[agency_id] += 1

    async def one(agency_id: UUID) -> None:
        nonlocal cut_off
        chance = random.Random(agency_id.int)
        while asyncio.get_running_loop().time() < until:
            work = asyncio.create_task(at_work(agency_id, chance))
            if chance.random() < 0.1:
                await asyncio.wait({work}, timeout=chance.uniform(0, 0.02))
                cut_off += work.cancel()
            outcome = (await asyncio.gather(work, return_exceptions=True))[0]
            if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError | DBAPIError):
                raise outcome

    try:
        await asyncio.gather(*map(one, agencies))
    finally:
        await shared.close()
    assert looks.keys() == set(agencies)
    assert cut_off > 0


async def test_a_server_that_leaks_past_the_rules_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.ready()
    async with database.across() as session:
        version = int((await session.execute(text("show server_version_num"))).scalar_one())
    major, minor = divmod(version, 10_000)
    monkeypatch.setitem(tenancy._OLDEST, major, minor + 1)
    with pytest.raises(RuntimeError, match="leaks rows past row-level security"):
        await database.ready()
    monkeypatch.setattr(tenancy, "_OLDEST", {major + 1: 0})
    with pytest.raises(RuntimeError, match="leaks rows past row-level security"):
        await database.ready()


@pytest.mark.parametrize("cache", [0, 100])
async def test_without_a_cache_no_statement_stays_on_its_connection(
    notes: Running, agency_id: UUID, cache: int
) -> None:
    """A pooler gives the next transaction another connection, where a statement that was prepared before is not."""
    database = Database(notes.service.settings.database_url, pool=1, statement_cache=cache)
    try:
        for _ in range(3):
            assert await in_agency(database, agency_id) == 0
        async with database.transaction(agency_id) as session:
            found = await driver_of(session).fetch("select statement from pg_prepared_statements")
        kept = [row["statement"] for row in found if "notes" in row["statement"]]
        assert bool(kept) == (cache > 0), kept
    finally:
        await database.close()
