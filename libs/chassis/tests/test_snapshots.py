"""Snapshots: a shortcut that may be deleted, that other code does not read, and that holds nobody who was forgotten."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import pytest
from gardenos_chassis.events import Context, Repository, Snapshots
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts import Actor, ActorKind, Event, Personal
from gardenos_notes.app import NoteStruck, NoteTaken
from sqlalchemy import text

EVERY = 10


class DiaryBegun(Event, service="diaries", version=1):
    person_id: UUID
    name: Annotated[str, Personal("")]
    begun_on: date


class LineWritten(Event, service="diaries", version=1):
    number: int


class DiaryForgotten(Event, service="diaries", version=1):
    person_id: UUID

    def forgets(self) -> tuple[UUID, ...]:
        return (self.person_id,)


@dataclass(frozen=True, slots=True)
class Diary:
    name: str
    begun_on: date
    lines: tuple[int, ...] = ()

    def write(self) -> Iterator[Event]:
        yield LineWritten(number=len(self.lines) + 1)


def evolve(diary: Diary | None, event: Event) -> Diary:
    match event:
        case DiaryBegun():
            return Diary(event.name, event.begun_on)
        case LineWritten() if diary is not None:
            return replace(diary, lines=(*diary.lines, event.number))
        case DiaryForgotten() if diary is not None:
            return replace(diary, name="")
    raise TypeError(event)


@dataclass(frozen=True, slots=True)
class Diaries:
    notes: Running
    agency_id: UUID
    snapshots: Snapshots[Diary]
    person_id: UUID
    id: UUID

    @property
    def repository(self) -> Repository[Diary]:
        context = Context(self.agency_id, Actor(ActorKind.SYSTEM, "test"), "c")
        return Repository(
            self.notes.service.store, context, evolve, lambda _: (None, None), "diary", self.snapshots
        )  # fmt: skip

    async def begin(self, name: str = "Ada") -> None:
        begun = DiaryBegun(person_id=self.person_id, name=name, begun_on=date(2026, 3, 14))
        await self.repository.create(self.id, lambda: [begun])

    async def write(self, lines: int) -> None:
        for _ in range(lines):
            await self.repository.change(self.id, lambda diary: diary.write())

    async def kept(self) -> list[tuple[int, Any]]:
        async with self.notes.service.database.transaction(self.agency_id) as session:
            found = await session.execute(text("select version, state from snapshots"))
            return [(row.version, row.state) for row in found]


@pytest.fixture
def diaries(notes: Running, agency_id: UUID) -> Diaries:
    return Diaries(notes, agency_id, Snapshots(evolve, every=EVERY), new_id(), new_id())


async def test_a_long_stream_is_kept_folded_every_so_many_events(diaries: Diaries) -> None:
    await diaries.begin()
    await diaries.write(EVERY - 1)
    assert await diaries.kept() == []
    await diaries.write(1)
    state = {"name": "Ada", "begun_on": "2026-03-14", "lines": list(range(1, EVERY))}
    assert await diaries.kept() == [(EVERY, state)]
    await diaries.write(EVERY - 1)
    assert [version for version, _ in await diaries.kept()] == [EVERY]
    await diaries.write(1)
    assert [version for version, _ in await diaries.kept()] == [2 * EVERY]
    diary, version = await diaries.repository.get(diaries.id)
    assert diary == Diary("Ada", date(2026, 3, 14), tuple(range(1, 2 * EVERY + 1)))
    assert version == 2 * EVERY + 1


async def test_what_is_kept_is_read_and_not_folded_again(diaries: Diaries) -> None:
    await diaries.begin()
    await diaries.write(EVERY)
    async with diaries.notes.service.database.transaction(diaries.agency_id) as session:
        await session.execute(text("""update snapshots set state = state || '{"name": "kept"}'"""))
    diary, version = await diaries.repository.get(diaries.id)
    assert (diary.name, version) == ("kept", EVERY + 1)


async def test_without_the_rows_everything_is_as_before(diaries: Diaries) -> None:
    await diaries.begin()
    await diaries.write(EVERY + 3)
    before = await diaries.repository.get(diaries.id)
    async with diaries.notes.service.database.transaction(diaries.agency_id) as session:
        await session.execute(text("delete from snapshots"))
    assert await diaries.repository.get(diaries.id) == before
    await diaries.write(1)
    assert [version for version, _ in await diaries.kept()] == [EVERY + 4]
    assert (await diaries.repository.get(diaries.id))[1] == EVERY + 5


async def test_other_code_does_not_read_it_and_takes_its_own(diaries: Diaries, monkeypatch: pytest.MonkeyPatch) -> None:
    await diaries.begin()
    await diaries.write(EVERY)
    session_of = diaries.notes.service.database.transaction
    for change in ("an edited module", "another upcaster"):
        with monkeypatch.context() as changed:
            if change == "an edited module":
                changed.setattr("inspect.getsource", lambda _: "another text")
            else:
                changed.setattr("gardenos_contracts.event._upcasters", {"diaries.DiaryBegun.v9": dict})
            other: Snapshots[Diary] = Snapshots(evolve, every=EVERY)
        async with session_of(diaries.agency_id) as session:
            assert await other.latest(session, diaries.id) == (None, 0), change
            await other.take_if_due(session, diaries.agency_id, diaries.id, EVERY)
            assert (await other.latest(session, diaries.id))[1] == EVERY + 1
            assert await diaries.snapshots.latest(session, diaries.id) == (None, 0)


async def test_a_state_that_does_not_come_back_as_it_was_is_not_kept(notes: Running, agency_id: UUID) -> None:
    def evolve(state: Any, event: Event) -> Any:
        return event

    note_id = new_id()
    context = Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "c")
    odd: Repository[Any] = Repository(
        notes.service.store, context, evolve, lambda _: (None, None), "note", Snapshots(evolve, every=1)
    )
    await odd.create(note_id, lambda: [NoteTaken(note_id=note_id, text="x")])
    assert (await odd.change(note_id, lambda _: [NoteStruck(note_id=note_id)])).version == 2
    async with notes.service.database.transaction(agency_id) as session:
        assert (await session.execute(text("select count(*) from snapshots"))).scalar_one() == 0


async def test_another_agency_s_snapshots_are_not_there(diaries: Diaries) -> None:
    await diaries.begin()
    await diaries.write(EVERY)
    async with diaries.notes.service.database.transaction(new_id()) as session:
        assert await diaries.snapshots.latest(session, diaries.id) == (None, 0)


async def test_nothing_is_kept_of_somebody_forgotten_even_at_the_same_moment(diaries: Diaries) -> None:
    await diaries.begin("Ada Lovelace")
    await diaries.write(EVERY)
    assert "Lovelace" in str(await diaries.kept())
    database, store = diaries.notes.service.database, diaries.notes.service.store
    context = Context(diaries.agency_id, Actor(ActorKind.SYSTEM, "test"), "c")

    async def forget() -> None:
        async with store.unit_of_work(context) as work:
            stream_id = new_id()
            work.record(stream_id, 0, [DiaryForgotten(person_id=diaries.person_id)])

    async with database.transaction(diaries.agency_id) as session:
        await session.execute(text("delete from snapshots"))
        await diaries.snapshots.take_if_due(session, diaries.agency_id, diaries.id, EVERY)
        forgetting = asyncio.create_task(forget())
        waits = text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
        await eventually(lambda: _is_waiting(diaries, waits), what="who forgets waits for who takes a snapshot")
    await forgetting
    assert await diaries.kept() == []
    await diaries.write(1)
    assert "Lovelace" not in str(await diaries.kept())
    assert [version for version, _ in await diaries.kept()] == [EVERY + 1]


async def _is_waiting(diaries: Diaries, waits: Any) -> bool:
    async with diaries.notes.service.database.across() as session:
        return bool((await session.execute(waits)).scalar_one())
