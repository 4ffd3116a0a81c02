"""The event store on real PostgreSQL."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from gardenos_chassis.errors import Conflict, Invalid, NotFound, PreconditionFailed
from gardenos_chassis.events import Changed, Context, EventStore, LostRace, Repository, units_of_work
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database, Session
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts import Actor, ActorKind, Event, Fact
from gardenos_notes.app import Note, NoteStruck, NoteTaken, evolve
from sqlalchemy import text


def context(agency_id: UUID, *, if_match: int | None = None, key: str | None = None, print: str = "") -> Context:
    return Context(
        agency_id,
        Actor(ActorKind.SYSTEM, "test"),
        "correlation",
        if_match=if_match,
        idempotency_key=key,
        fingerprint=print,
    )


def repository(notes: Running, agency_id: UUID, **of_context: Any) -> Repository[Note]:
    return Repository(
        notes.service.store,
        context(agency_id, **of_context),
        evolve,
        lambda note: (note.owner_id, note.team_id),
        "note",
    )


async def take(notes: Running, agency_id: UUID, **of_context: object) -> UUID:
    note_id = new_id()
    await repository(notes, agency_id, **of_context).create(note_id, lambda: [NoteTaken(note_id=note_id, text="milk")])
    return note_id


async def test_sequence_is_gapless_per_agency_whatever_fails_between(notes: Running, agency_id: UUID) -> None:
    other = new_id()

    async def attempt(number: int) -> None:
        if number % 3 == 0:
            with pytest.raises(RuntimeError):
                async with notes.service.store.unit_of_work(context(agency_id)) as work:
                    note_id = new_id()
                    work.record(note_id, 0, [NoteTaken(note_id=note_id, text="never")])
                    await work.flush()
                    raise RuntimeError("the process fell over after the append")
        else:
            await take(notes, agency_id if number % 2 else other)

    await asyncio.gather(*(attempt(number) for number in range(60)))
    for agency in (agency_id, other):
        assert [event.sequence for event in await notes.events(agency)] == list(range(1, 21))


async def test_two_at_once_on_one_stream_the_second_decides_again(notes: Running, agency_id: UUID) -> None:
    note_id = await take(notes, agency_id)
    commands = [repository(notes, agency_id).change(note_id, lambda note: note.strike(note_id)) for _ in range(5)]
    outcomes = await asyncio.gather(*commands, return_exceptions=True)
    assert sum(isinstance(outcome, Conflict) and not isinstance(outcome, LostRace) for outcome in outcomes) == 4
    assert [event.version for event in await notes.events(agency_id)] == [1, 2]


async def test_a_version_taken_by_another_transaction_is_a_lost_race(notes: Running, agency_id: UUID) -> None:
    note_id = await take(notes, agency_id)
    with pytest.raises(LostRace):
        async with notes.service.store.unit_of_work(context(agency_id)) as work:
            work.record(note_id, 0, [NoteStruck(note_id=note_id)])


async def test_stale_if_match_is_refused(notes: Running, agency_id: UUID) -> None:
    note_id = await take(notes, agency_id)
    with pytest.raises(PreconditionFailed):
        await repository(notes, agency_id, if_match=7).change(note_id, lambda note: note.strike(note_id))
    changed = await repository(notes, agency_id, if_match=1).change(note_id, lambda note: note.strike(note_id))
    assert changed.version == 2


async def test_idempotency_key_gives_the_first_outcome(notes: Running, agency_id: UUID) -> None:
    async def once() -> Changed:
        note_id = new_id()
        made = repository(notes, agency_id, key="k1", print="p")
        return await made.create(note_id, lambda: [NoteTaken(note_id=note_id, text="once")])

    outcomes = await asyncio.gather(*(once() for _ in range(5)))
    assert len({outcome.id for outcome in outcomes}) == 1
    assert sum(not outcome.repeated for outcome in outcomes) == 1
    assert len(await notes.events(agency_id)) == 1
    with pytest.raises(Invalid):
        await repository(notes, agency_id, key="k1", print="other").create(new_id(), list)


async def test_another_agency_finds_nothing(notes: Running, agency_id: UUID) -> None:
    note_id = await take(notes, agency_id)
    with pytest.raises(NotFound):
        await repository(notes, new_id()).change(note_id, lambda note: note.strike(note_id))


async def test_rows_of_another_agency_cannot_be_written(notes: Running, agency_id: UUID) -> None:
    with pytest.raises(Exception, match="row-level security"):
        async with notes.service.database.transaction(agency_id) as session:
            await session.execute(
                text("insert into notes (agency_id, id, text) values (:other, :id, 'x')"),
                {"other": new_id(), "id": new_id()},
            )


async def test_events_cannot_be_edited(notes: Running, agency_id: UUID) -> None:
    await take(notes, agency_id)
    for statement in ("update events set type = 'x'", "delete from events", "truncate events"):
        with pytest.raises(Exception, match="permission denied"):
            async with notes.service.database.transaction(agency_id) as session:
                await session.execute(text(statement))


async def test_one_transaction_of_several_agencies_in_whatever_order_they_are_named(
    notes: Running, agency_id: UUID
) -> None:
    other = new_id()

    async def copy(number: int) -> None:
        order = [agency_id, other] if number % 2 else [other, agency_id]
        note_id = new_id()
        async with units_of_work(notes.service.store, [context(agency) for agency in order]) as agencies:
            for agency in order:
                async with agencies.within(agency) as work:
                    assert await work.load(note_id) == []
                    work.record(note_id, 0, [NoteTaken(note_id=note_id, text=f"note {number}")])

    singles = [take(notes, agency) for agency in (agency_id, other) for _ in range(10)]
    await asyncio.gather(*(copy(number) for number in range(20)), *singles)
    for agency in (agency_id, other):
        events = await notes.events(agency)
        assert [event.sequence for event in events] == list(range(1, 31))
        assert await texts(notes, agency) == sorted([f"note {number}" for number in range(20)] + ["milk"] * 10)


async def test_within_an_agency_its_rows_alone_are_there(notes: Running, agency_id: UUID) -> None:
    other = new_id()
    await take(notes, agency_id)
    theirs = await take(notes, other)
    both = [context(agency_id), context(other)]
    count = text("select count(*) from notes")
    async with units_of_work(notes.service.store, both) as agencies:
        async with agencies.within(agency_id) as work:
            assert await work.load(theirs) == []
            assert (await work.session.execute(count)).scalar_one() == 1
            with pytest.raises(RuntimeError, match="leave it first"):
                async with agencies.within(other):
                    pass
        assert (await work.session.execute(count)).scalar_one() == 0
        async with agencies.within(other) as work:
            assert len(await work.load(theirs)) == 1
        with pytest.raises(KeyError):
            async with agencies.within(new_id()):
                pass
    with pytest.raises(Exception, match="row-level security"):
        async with (
            units_of_work(notes.service.store, both) as agencies,
            agencies.within(agency_id) as work,
        ):
            await work.session.execute(
                text("insert into notes (agency_id, id, text) values (:other, :id, 'x')"),
                {"other": other, "id": new_id()},
            )


async def test_several_agencies_commit_together_or_not_at_all(notes: Running, agency_id: UUID) -> None:
    other = new_id()
    theirs = await take(notes, other)
    with pytest.raises(LostRace):
        async with units_of_work(notes.service.store, [context(agency_id), context(other)]) as agencies:
            async with agencies.within(agency_id) as work:
                work.record(theirs, 0, [NoteTaken(note_id=theirs, text="copied")])
            async with agencies.within(other) as work:
                work.record(theirs, 0, [NoteStruck(note_id=theirs)])
    assert await notes.events(agency_id) == []
    assert len(await notes.events(other)) == 1


async def test_ten_thousand_at_once_are_one_statement_and_one_projection(notes: Running, agency_id: UUID) -> None:
    projected: list[int] = []

    async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
        projected.append(len(facts))

    await take(notes, agency_id)
    told: list[UUID] = []
    store = EventStore(notes.service.database, [project])
    store.on_append(told.append)
    async with store.unit_of_work(context(agency_id)) as work:
        for number in range(10_000):
            note_id = new_id()
            work.record(note_id, 0, [NoteTaken(note_id=note_id, text=f"{number}")])
    await take(notes, agency_id)
    events = await notes.events(agency_id)
    assert [event.sequence for event in events] == list(range(1, 10_003))
    assert [event.data.text for event in events[1:-1] if isinstance(event.data, NoteTaken)] == [
        str(number) for number in range(10_000)
    ]
    assert (projected, told) == ([10_000], [agency_id])


async def texts(notes: Running, agency_id: UUID) -> list[str]:
    async with notes.service.database.transaction(agency_id) as session:
        return sorted((await session.execute(text("select text from notes"))).scalars())


async def test_an_append_alone_is_one_statement_under_its_agency(notes: Running, agency_id: UUID) -> None:
    database = Database(notes.service.settings.database_url, pool=1)
    store, told = EventStore(database), list[UUID]()
    store.on_append(told.append)
    try:
        note_id = new_id()
        made = await store.append(context(agency_id), note_id, 0, [NoteTaken(note_id=note_id, text="milk")])
        assert await store.append(context(agency_id), note_id, made, [NoteStruck(note_id=note_id)]) == 2
        assert await store.append(context(agency_id), note_id, 2, []) == 2
        assert told == [agency_id] * 2
        async with database.across() as session:
            # The only connection there is has forgotten the agency.
            assert (await session.execute(text("select current_setting('app.agency_id', true)"))).scalar_one() in (
                None,
                "",
            )
            assert (await session.execute(text("select count(*) from events"))).scalar_one() == 0
        with pytest.raises(LostRace):
            await store.append(context(agency_id), note_id, 1, [NoteStruck(note_id=note_id)])
        other = new_id()
        await store.append(context(other), note_id, 0, [NoteTaken(note_id=note_id, text="theirs")])
    finally:
        await database.close()
    assert [(event.sequence, event.version) for event in await notes.events(agency_id)] == [(1, 1), (2, 2)]
    assert [(event.sequence, event.version) for event in await notes.events(other)] == [(1, 1)]


async def test_an_append_that_is_cut_off_is_stored_whole_or_not_and_the_next_goes_on(
    notes: Running, agency_id: UUID
) -> None:
    database = Database(notes.service.settings.database_url, pool=1)
    store = EventStore(database)
    try:
        async with notes.service.database.transaction(agency_id) as session:
            # Its place in the sequence is held by another transaction: so it waits, and is cut off waiting.
            await session.execute(text("insert into agency_heads (agency_id, head) values (:a, 0)"), {"a": agency_id})
            note_id = new_id()
            waiting = asyncio.create_task(
                store.append(context(agency_id), note_id, 0, [NoteTaken(note_id=note_id, text="never")])
            )
            waits = text("select count(*) from pg_locks where not granted")

            async def is_waiting() -> bool:
                async with notes.service.database.across() as other:
                    return bool((await other.execute(waits)).scalar_one())

            await eventually(is_waiting, what="the append waits")
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        await store.append(context(agency_id), note_id, 0, [NoteTaken(note_id=note_id, text="milk")])
    finally:
        await database.close()
    (event,) = await notes.events(agency_id)
    assert (event.sequence, event.data) == (1, NoteTaken(note_id=note_id, text="milk"))


async def test_appends_alone_and_units_of_work_share_one_gapless_sequence(notes: Running, agency_id: UUID) -> None:
    alone = EventStore(notes.service.database)

    async def append(number: int) -> None:
        note_id = new_id()
        if number % 2:
            await alone.append(context(agency_id), note_id, 0, [NoteTaken(note_id=note_id, text=f"{number}")])
        else:
            await take(notes, agency_id)

    await asyncio.gather(*(append(number) for number in range(60)))
    assert [event.sequence for event in await notes.events(agency_id)] == list(range(1, 61))


async def test_an_append_of_a_store_with_read_tables_changes_them_too(notes: Running, agency_id: UUID) -> None:
    note_id = new_id()
    await notes.service.store.append(context(agency_id), note_id, 0, [NoteTaken(note_id=note_id, text="milk")])
    assert await texts(notes, agency_id) == ["milk"]


async def test_an_aggregate_is_made_once(notes: Running, agency_id: UUID) -> None:
    note_id = await take(notes, agency_id)
    with pytest.raises(Conflict, match="this note exists already") as refused:
        await repository(notes, agency_id).create(note_id, lambda: [NoteTaken(note_id=note_id, text="again")])
    assert not isinstance(refused.value, LostRace)
    assert len(await notes.events(agency_id)) == 1
