"""Read models made again from events, on real PostgreSQL and Kafka: beside the live tables, through kills, under load."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from gardenos_chassis.errors import Conflict
from gardenos_chassis.events import Consumer, Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.read_models.model import apart
from gardenos_chassis.read_models.progress import Progress
from gardenos_chassis.read_models.rebuild import Run, rebuild
from gardenos_chassis.read_models.replay import Marks
from gardenos_chassis.read_models.shadow import Owner, clear_away, owner_of
from gardenos_chassis.sealing.forgetting import forget
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.plugin import Start
from gardenos_chassis.testing.rebuilding import assert_rebuilds, rebuilt, verified
from gardenos_chassis.testing.sources import Source, Sources
from gardenos_contracts import Actor, ActorKind, Received
from gardenos_contracts.values import Role
from gardenos_tally.app import (
    Counted,
    CounterDedicated,
    CounterMade,
    GongStruck,
    TallySettings,
    counters,
    counts,
    create_service,
    gongs,
    project,
    told,
)
from sqlalchemy import select, text, update


@pytest_asyncio.fixture(loop_scope="session")
async def tally(start: Start, source: Sources) -> AsyncIterator[Running]:
    async with start(create_service, TallySettings, gongs_url=source.url_of("gongs")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def owner_url(parts: Parts) -> str:
    return (await parts.database("gardenos_tally")).owner_url


@pytest.fixture
def model(tally: Running) -> ReadModel:
    return tally.service.read_models["tally"]


PACE = 0.1
"""Seconds between what one writer or reader does: writers, readers and rebuild share one process here."""


def context(agency_id: UUID) -> Context:
    return Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "c")


async def count(tally: Running, agency_id: UUID, counter_id: UUID, version: int, *by: int) -> None:
    async with tally.service.store.unit_of_work(context(agency_id)) as work:
        work.record(counter_id, version, [Counted(counter_id=counter_id, by=each) for each in by])


async def make_history(tally: Running, agency_id: UUID, *, counters: int = 5, times: int = 20) -> list[UUID]:
    """Own events in several commits, and gongs of another service."""
    made = [new_id() for _ in range(counters)]
    for number, counter_id in enumerate(made):
        async with tally.service.store.unit_of_work(context(agency_id)) as work:
            named = CounterMade(counter_id=counter_id, name=f"Counter {number}")
            work.record(counter_id, 0, [named, *(Counted(counter_id=counter_id, by=each) for each in range(1, times))])
    source = tally.sources("gongs")
    for loudness in range(times):
        for counter_id in made:
            source.record(agency_id, GongStruck(counter_id=counter_id, loudness=loudness), stream_id=counter_id)
    await source.publish(agency_id, GongStruck(counter_id=made[0], loudness=200), stream_id=made[0])
    await tally.wait_until_caught_up()
    return made


async def schemas(owner: Owner) -> set[str]:
    found = await owner.fetch("select nspname from pg_namespace where nspname ~ '^(rebuild|verify)_'")
    return {row["nspname"] for row in found}


async def test_the_live_tables_equal_a_rebuild_which_takes_their_place_and_leaves_nothing_behind(
    tally: Running, owner_url: str, agency_id: UUID
) -> None:
    made = await make_history(tally, agency_id)
    before = [await tally.rows(agency_id, table) for table in (counters, counts, told)]
    rows = await assert_rebuilds(tally.service, owner_url)
    assert (rows["counters"] >= 5, rows["counts"] >= 95) == (True, True)
    after = [await tally.rows(agency_id, table) for table in (counters, counts, told)]
    assert [sorted(map(repr, each)) for each in after] == [sorted(map(repr, each)) for each in before]
    assert [row["loud"] for row in after[0] if row["id"] == made[0]] == [True]
    async with owner_of(owner_url) as owner:
        assert await schemas(owner) == set()
    await count(tally, agency_id, made[1], 20, 1000)
    assert {row["total"] for row in await tally.rows(agency_id, counters)} == {190, 1190}


async def test_each_kind_of_difference_is_found_by_its_key(tally: Running, owner_url: str, agency_id: UUID) -> None:
    made = await make_history(tally, agency_id)
    stray = new_id()
    async with tally.service.database.transaction(agency_id) as session:
        await session.execute(update(counters).where(counters.c.id == made[0]).values(total=1))
        await session.execute(counts.delete().where(counts.c.counter_id == made[1], counts.c.version == 2))
        await session.execute(counters.insert().values(agency_id=agency_id, id=stray, name="Stray", total=0))
    found = await verified(tally.service, owner_url)
    differing = {(each.key, each.what) for table in found.values() for each in table.differences}
    assert differing == {
        ((str(agency_id), str(made[0])), "different"),
        ((str(agency_id), str(stray)), "left over"),
        ((str(agency_id), str(made[1]), "2"), "missing"),
    }
    await rebuilt(tally.service, tally.service.read_models["tally"], owner_url)
    assert not any(each.differing for each in (await verified(tally.service, owner_url)).values())


async def test_what_cannot_be_rebuilt_is_refused_before_anything_is_made(
    tally: Running, owner_url: str, agency_id: UUID
) -> None:
    await make_history(tally, agency_id)
    with pytest.raises(Conflict, match="the foreign key counts_counter leads from counts to counters"):
        await rebuilt(tally.service, ReadModel("half", tables=[counts], project=project), owner_url)
    with pytest.raises(Conflict, match="searched by counters_named_otherwise: no such index"):
        odd = ReadModel("odd", tables=[counters, counts], project=project, searched_by=["counters_named_otherwise"])
        await rebuilt(tally.service, odd, owner_url)
    async with owner_of(owner_url) as owner:
        assert await schemas(owner) == set()


def test_a_read_model_has_no_side_effects_and_shares_nothing() -> None:
    reacting = Consumer("tally.echo", listens_to=[GongStruck])

    @reacting.reacts_to(GongStruck)
    async def echo(event: Received[GongStruck], work: object) -> None:
        """Records something."""

    with pytest.raises(ValueError, match=r"tally\.echo records events"):
        ReadModel("echo", tables=[counters], consumers=[reacting])
    one = ReadModel("one", tables=[counters], consumers=[gongs])
    with pytest.raises(ValueError, match="the table counters belongs to the read model one"):
        apart([one, ReadModel("two", tables=[counters])])
    with pytest.raises(ValueError, match=r"the consumer tally\.gongs belongs to the read model one"):
        apart([one, ReadModel("two", tables=[counts], consumers=[gongs])])
    with pytest.raises(ValueError, match="cannot name a read model"):
        ReadModel("Drop table", tables=[counters])


async def test_a_handler_that_writes_elsewhere_reaches_nothing_live(
    tally: Running, owner_url: str, agency_id: UUID
) -> None:
    await make_history(tally, agency_id)
    before = await tally.rows(agency_id, told)
    careless = ReadModel("careless", tables=[counters, counts], project=project, consumers=[gongs])
    with pytest.raises(Conflict, match=r"events of gongs that the live tables hold could not be taken by tally\.gongs"):
        await rebuilt(tally.service, careless, owner_url)
    assert await tally.rows(agency_id, told) == before
    async with owner_of(owner_url) as owner:
        await owner.execute("drop schema rebuild_careless cascade")


async def test_what_is_parked_stays_so_and_what_was_discarded_has_no_effect(
    tally: Running, owner_url: str, agency_id: UUID
) -> None:
    made = await make_history(tally, agency_id)
    source: Source = tally.sources("gongs")
    for counter_id, loudness in ((made[2], -1), (made[2], 300), (made[3], -1), (made[3], 400)):
        await source.publish(agency_id, GongStruck(counter_id=counter_id, loudness=loudness), stream_id=counter_id)
    await tally.wait_until_caught_up()

    async def parked() -> list[tuple[Any, ...]]:
        async with tally.service.database.transaction(agency_id) as session:
            query = "select sequence, stream_id, discarded_at is null from parked_events order by 1"
            return [tuple(row) for row in await session.execute(text(query))]

    assert len(await parked()) == 4
    discard = text(
        "update parked_events set discarded_at = now(), discarded_by = 'test', discarded_because = 'test' where stream_id = :id"
    )
    async with tally.service.database.transaction(agency_id) as session:
        await session.execute(discard, {"id": made[3]})
    before = await parked()
    await assert_rebuilds(tally.service, owner_url)
    assert await parked() == before
    await source.publish(agency_id, GongStruck(counter_id=made[2], loudness=500), stream_id=made[2])
    await tally.wait_until_caught_up()
    assert len(await parked()) == 5


async def test_two_at_once_are_refused(tally: Running, owner_url: str, model: ReadModel, agency_id: UUID) -> None:
    await make_history(tally, agency_id)
    seen: list[str] = []

    async def again() -> None:
        with pytest.raises(Conflict, match="being rebuilt already"):
            await rebuilt(tally.service, model, owner_url)
        seen.append("refused")

    tasks: list[asyncio.Task[None]] = []

    def say(progress: Progress) -> None:
        if progress.doing == "adding indexes" and not tasks:
            tasks.append(asyncio.get_running_loop().create_task(again()))

    async with owner_of(owner_url) as reader, reader.transaction():
        # Whoever reads keeps the tables from changing places: the rebuild lasts until this ends.
        await reader.execute("lock table counters in access share mode")
        running = asyncio.create_task(rebuild(tally.service, model, owner_url, say))

        async def refused() -> bool:
            return bool(seen)

        await eventually(refused, what="the second one refused")
        assert not running.done()
    await running


async def test_nothing_fails_or_is_lost_while_tables_change_places_under_load(
    tally: Running, owner_url: str, model: ReadModel, agency_id: UUID
) -> None:
    made = await make_history(tally, agency_id, counters=3, times=5)
    written = dict.fromkeys(made, 10)
    loudest = dict.fromkeys(made, 0)
    reads = 0
    stop = asyncio.Event()
    source = tally.sources("gongs")

    async def write(counter_id: UUID) -> None:
        version = 5
        while not stop.is_set():
            await count(tally, agency_id, counter_id, version, 1, 2)
            version += 2
            written[counter_id] += 3
            await asyncio.sleep(PACE)

    async def read() -> None:
        nonlocal reads
        while not stop.is_set():
            # The same prepared statements on the same connections, before and after.
            async with tally.service.database.transaction(agency_id) as session:
                found = list(await session.execute(select(counters).order_by(counters.c.id)))
                assert len(found) == 3
                await session.execute(select(counts).where(counts.c.counter_id == made[0]))
            reads += 1
            await asyncio.sleep(PACE)

    async def strike() -> None:
        loudness = 1000
        while not stop.is_set():
            loudness += 1
            for counter_id in made:
                gong = GongStruck(counter_id=counter_id, loudness=loudness)
                await source.publish(agency_id, gong, stream_id=counter_id)
                loudest[counter_id] = loudness
            await asyncio.sleep(PACE)

    async with asyncio.TaskGroup() as tasks:
        for work in (*(write(each) for each in made[:2]), read(), read(), strike()):
            tasks.create_task(work)
        rebuilds = 0
        # However slow or fast the machine is, tables change places again and again between reads.
        while rebuilds < 2 or reads <= 10:
            await rebuilt(tally.service, model, owner_url)
            rebuilds += 1
        stop.set()
    await tally.wait_until_caught_up()
    found = {row["id"]: (row["total"], row["loudest"]) for row in await tally.rows(agency_id, counters)}
    assert found == {each: (written[each], loudest[each]) for each in made}
    assert not any(each.differing for each in (await verified(tally.service, owner_url)).values())


async def test_who_has_read_and_waits_to_write_is_not_failed_by_the_change_of_places(
    tally: Running, owner_url: str, model: ReadModel, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds one table and waits for another: it is the rebuild that must give way, before the server looks (1 s)."""
    made = await make_history(tally, agency_id, counters=2, times=3)
    slow = [0.8]
    fill = Run.fill_up_to

    async def slowly(run: Run, live: Marks, doing: str) -> int:
        if doing == "changing places" and slow:
            await asyncio.sleep(slow.pop())
        return await fill(run, live, doing)

    monkeypatch.setattr(Run, "fill_up_to", slowly)
    async with owner_of(owner_url) as owner, tally.service.database.transaction(agency_id) as session:
        await session.execute(select(counters))
        running = asyncio.create_task(rebuilt(tally.service, model, owner_url))

        async def writers_wait() -> bool:
            locks = (
                "select from pg_locks where relation = 'public.counts'::regclass and mode = 'ExclusiveLock' and granted"
            )
            return await owner.fetchrow(locks) is not None

        await eventually(writers_wait, what="the rebuild keeping writers waiting")
        await session.execute(update(counts).where(counts.c.counter_id == made[0]).values(by=counts.c.by))
    await running
    assert not any(each.differing for each in (await verified(tally.service, owner_url, agency_id)).values())


async def shown(tally: Running, agency_id: UUID) -> dict[str, Any]:
    """The read model as operations show it."""
    async with tally.client(agency_id, role=Role.ADMIN) as http:
        answer = await http.get("/api/v1/operations/tally/read-models")
        assert answer.status_code == 200, answer.text
        (found,) = answer.json()["items"]
        return dict(found)


@asynccontextmanager
async def rebuilding(
    tally: Running, parts: Parts, owner_url: str, command: str = "rebuild"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command in a process of its own."""
    settings = tally.service.settings
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parent / "example"),
        "GARDENOS_TALLY_DATABASE_URL": settings.database_url,
        "GARDENOS_TALLY_MIGRATION_URL": owner_url,
        "GARDENOS_TALLY_GONGS_URL": settings.url_of("gongs"),
        "GARDENOS_INTERNAL_TOKEN": settings.internal_token.get_secret_value(),
        "GARDENOS_MASTER_KEY": parts.master_key,
    }
    program = (
        "from gardenos_tally.app import *; from gardenos_chassis.main import main;"
        f" main(TallySettings, create_service, ['{command}', 'tally'])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.communicate()


async def taken(owner: Owner) -> int:
    """How many events the tables beside have taken; 0 where there are none."""
    try:
        query = (
            "select coalesce((select sum(head) from rebuild_tally.agency_heads), 0)"
            " + coalesce((select sum(sequence) from rebuild_tally.consumer_marks), 0)"
        )
        return int(await owner.fetchval(query))
    except asyncpg.PostgresError:
        return 0


async def test_a_run_that_is_killed_is_gone_on_with(
    tally: Running, parts: Parts, owner_url: str, model: ReadModel, agency_id: UUID
) -> None:
    """kill -9 at several points, while events are taken and while tables change places; live tables never suffer."""
    made = await make_history(tally, agency_id, counters=3, times=50)
    for _ in range(12):
        await make_history(tally, new_id(), counters=3, times=4)
    before = await tally.rows(agency_id, counters)
    chance = random.Random(11)
    async with owner_of(owner_url) as owner, owner_of(owner_url) as reader, reader.transaction():
        # Whoever reads keeps the tables from changing places: no run gets to its end.
        await reader.execute("lock table counts in access share mode")
        best = 0
        for _ in range(3):
            async with rebuilding(tally, parts, owner_url) as process:
                goal = best + chance.randrange(1, 100)

                async def far_enough(goal: int = goal) -> bool:
                    return await taken(owner) >= goal

                await eventually(far_enough, what=f"{goal} events taken", within=60)
                assert await taken(owner) >= best, "what was taken before the kill is there after it"
                process.send_signal(signal.SIGKILL)
                await process.wait()
            best = await taken(owner)
            assert await tally.rows(agency_id, counters) == before
        async with rebuilding(tally, parts, owner_url) as process:

            async def changing_places() -> bool:
                query = "select from pg_locks where mode = 'AccessExclusiveLock' and not granted"
                return await owner.fetchrow(query) is not None

            await eventually(changing_places, what="the tables about to change places", within=60)
            process.send_signal(signal.SIGKILL)
            await process.wait()
    async with owner_of(owner_url) as owner:
        best = await taken(owner)
        assert await tally.rows(agency_id, counters) == before
        assert await schemas(owner) == {"rebuild_tally"}

        async def left_off() -> bool:
            return (await shown(tally, agency_id))["rebuild"]["under_way"] is False

        await eventually(left_off, what="a rebuild that nobody is at")
        # What was taken is not taken again.
        taken_again: list[int] = []

        def say(progress: Progress) -> None:
            taken_again.append(sum(progress.done.values()))

        events = await rebuild(tally.service, model, owner_url, say)
        assert next(each for each in taken_again if each) >= best
        assert events >= best
        assert await schemas(owner) == set()
    assert sorted(map(repr, await tally.rows(agency_id, counters))) == sorted(map(repr, before))
    await count(tally, agency_id, made[0], 50, 1)
    assert not any(each.differing for each in (await verified(tally.service, owner_url)).values())


async def test_what_other_code_or_other_tables_began_is_not_gone_on_with(
    tally: Running, owner_url: str, model: ReadModel, agency_id: UUID
) -> None:
    await make_history(tally, agency_id)
    async with owner_of(owner_url) as owner:
        await owner.execute("create schema rebuild_tally")
        await owner.execute("comment on schema rebuild_tally is 'other code'")
        await owner.execute("create table rebuild_tally.counters (nonsense text)")
        await rebuilt(tally.service, model, owner_url)
        assert await schemas(owner) == set()
    assert not any(each.differing for each in (await verified(tally.service, owner_url)).values())


async def test_operations_show_read_models_and_how_far_a_rebuild_is(
    tally: Running, owner_url: str, model: ReadModel, agency_id: UUID
) -> None:
    await make_history(tally, agency_id)
    before = await shown(tally, agency_id)
    assert [before[name] for name in ("name", "consumers", "rebuild", "verifying")] == [
        "tally",
        ["tally.gongs"],
        None,
        False,
    ]
    assert [table["name"] for table in before["tables"]] == ["counters", "counts"]
    async with owner_of(owner_url) as reader, reader.transaction():
        await reader.execute("lock table counters in access share mode")
        running = asyncio.create_task(rebuilt(tally.service, model, owner_url))

        async def all_taken() -> bool:
            progress = (await shown(tally, agency_id))["rebuild"]
            return bool(progress == {"done": before["events"], "events": before["events"], "under_way": True})

        await eventually(all_taken, what="all taken and not exchanged")
    await running
    assert (await shown(tally, agency_id))["rebuild"] is None
    async with tally.client(agency_id, role=Role.AGENT) as http:
        assert (await http.get("/api/v1/operations/tally/read-models")).status_code == 403


async def kept_from_events(other: Owner) -> None:
    """Nobody reads events until the transaction ends: what is to be filled from them does not come to its end."""
    await other.execute("lock table events in access exclusive mode")


async def waits_for_events(owner: Owner) -> bool:
    waits = (
        "select from pg_locks where relation = 'public.events'::regclass and mode = 'AccessShareLock' and not granted"
    )
    return await owner.fetchrow(waits) is not None and await schemas(owner) == {"verify_tally"}


@pytest.mark.parametrize("by", ["a migration", "a rebuild"])
async def test_what_a_killed_verification_left_is_cleared_away(
    tally: Running, parts: Parts, owner_url: str, model: ReadModel, agency_id: UUID, by: str
) -> None:
    await make_history(tally, agency_id)
    async with owner_of(owner_url) as owner:
        async with owner_of(owner_url) as other, other.transaction():
            await kept_from_events(other)
            async with rebuilding(tally, parts, owner_url, "verify") as process:
                await eventually(lambda: waits_for_events(owner), what="events being taken", within=60)
                assert await clear_away(owner_url) == [], "it is not left yet"
                process.send_signal(signal.SIGKILL)
                await process.wait()
        assert await schemas(owner) == {"verify_tally"}

        async def nobody_is_at_it() -> bool:
            return (await shown(tally, agency_id))["verifying"] is False

        await eventually(nobody_is_at_it, what="the lock of the one that was killed is free")
        if by == "a rebuild":
            await rebuilt(tally.service, model, owner_url)
        else:
            assert await clear_away(owner_url) == ["tally"]
        assert await schemas(owner) == set()


async def test_a_verification_is_seen_and_ends_tidily_when_it_is_told_to(
    tally: Running, parts: Parts, owner_url: str, model: ReadModel, agency_id: UUID
) -> None:
    await make_history(tally, agency_id)
    async with owner_of(owner_url) as owner, owner_of(owner_url) as other, other.transaction():
        await kept_from_events(other)
        async with rebuilding(tally, parts, owner_url, "verify") as process:
            await eventually(lambda: waits_for_events(owner), what="events being taken", within=60)
            assert (await schemas(owner), (await shown(tally, agency_id))["verifying"]) == ({"verify_tally"}, True)
            with pytest.raises(Conflict, match="the read model tally is being verified already"):
                await rebuilt(tally.service, model, owner_url)
            process.send_signal(signal.SIGTERM)
            _, said = await process.communicate()
        assert (process.returncode, b"Traceback" in said) == (130, False), said
        assert b"stopped" in said
        assert await schemas(owner) == set()


async def test_who_is_forgotten_during_a_rebuild_is_not_in_the_tables_that_take_over(
    tally: Running, owner_url: str, model: ReadModel, agency_id: UUID
) -> None:
    made, person_id = await make_history(tally, agency_id), new_id()
    async with tally.service.store.unit_of_work(context(agency_id)) as work:
        dedicated = CounterDedicated(counter_id=made[0], person_id=person_id, to="Maria Delgado")
        work.record(made[0], 20, [dedicated])
    said: list[str] = []
    async with owner_of(owner_url) as owner, owner_of(owner_url) as reader, reader.transaction():
        # Whoever reads keeps the tables from changing places.
        await reader.execute("lock table counters in access share mode")
        running = asyncio.create_task(rebuild(tally.service, model, owner_url, lambda each: said.append(each.doing)))

        async def taken_of_her() -> bool:
            if "changing places" not in said:
                return False
            async with owner.transaction():
                await owner.execute("select set_config('app.agency_id', $1, true)", str(agency_id))
                names = "select dedicated_to from rebuild_tally.counters where dedicated_to <> ''"
                return [row["dedicated_to"] for row in await owner.fetch(names)] == ["Maria Delgado"]

        await eventually(taken_of_her, what="her name in the new tables")
        # By another service's word, which no handler of this read model hears.
        async with tally.service.database.transaction(agency_id) as session:
            await forget(session, agency_id, [person_id])
            await session.execute(update(counters).where(counters.c.id == made[0]).values(dedicated_to=""))
    await running
    assert any("anew" in each for each in said)
    assert {row["dedicated_to"] for row in await tally.rows(agency_id, counters)} == {""}
    assert not any(each.differing for each in (await verified(tally.service, owner_url, agency_id)).values())
