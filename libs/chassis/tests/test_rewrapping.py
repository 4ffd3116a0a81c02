"""People's keys wrapped anew by a new master key, while events are sealed and people forgotten: on real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

import pytest
import pytest_asyncio
from gardenos_chassis.errors import Conflict
from gardenos_chassis.events import Context
from gardenos_chassis.events.store import read_after
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import DatabaseUrls
from gardenos_chassis.migrations import migrate
from gardenos_chassis.read_models.progress import Progress
from gardenos_chassis.read_models.shadow import owner_of
from gardenos_chassis.sealing import rewrapping
from gardenos_chassis.sealing.forgetting import forget
from gardenos_chassis.sealing.keys import BadMasterKey, MasterKeys, new_master_key
from gardenos_chassis.sealing.rewrapping import Wrapped, rewrap
from gardenos_chassis.service import Service
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts import Actor, ActorKind, Event, Personal
from gardenos_notes.app import NotesSettings, create_service
from sqlalchemy import text

OLD, NEW = new_master_key(), new_master_key()
OLD_NAME, NEW_NAME = (MasterKeys.parse(each).newest.hex() for each in (OLD, NEW))


class NameGiven(Event, service="notes", version=1):
    person_id: UUID
    name: Annotated[str, Personal("")]


@pytest_asyncio.fixture(loop_scope="session")
async def urls(parts: Parts) -> DatabaseUrls:
    """A database of this test's own: no other test's keys are touched."""
    found = await parts.postgres.ensure_database(f"rotation_{new_id().hex[-12:]}")
    await migrate("gardenos_notes", found.owner_url)
    return found


@asynccontextmanager
async def knowing(parts: Parts, urls: DatabaseUrls, *keys: str) -> AsyncIterator[Service]:
    """A service, not running, with these master keys, the newest first."""
    settings = await parts.settings(
        NotesSettings, "gardenos_notes", database_url=urls.app_url, master_key=",".join(keys)
    )
    service = create_service(settings)
    try:
        yield service
    finally:
        await service.http.aclose()
        await service.database.close()


async def name(service: Service, agency_id: UUID, *people: UUID) -> None:
    async with service.store.unit_of_work(Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "c")) as work:
        for person_id in people:
            work.record(new_id(), 0, [NameGiven(person_id=person_id, name=f"Maria {person_id}")])


async def given(parts: Parts, urls: DatabaseUrls, *, agencies: int = 3, people: int = 5) -> dict[UUID, list[UUID]]:
    known = {new_id(): [new_id() for _ in range(people)] for _ in range(agencies)}
    async with knowing(parts, urls, OLD) as service:
        for agency_id, several in known.items():
            await name(service, agency_id, *several)
    return known


async def masters(service: Service, agency_id: UUID) -> dict[UUID, str | None]:
    """By what each person's key is wrapped."""
    query = text("select person_id, encode(substr(key, 1, 4), 'hex') as master from person_keys")
    async with service.database.transaction(agency_id) as session:
        return {row.person_id: row.master for row in await session.execute(query)}


async def told(service: Service, agency_id: UUID) -> list[str]:
    async with service.database.transaction(agency_id) as session:
        return [message.parse(NameGiven).data.name for message in await read_after(session, 0, 1_000_000)]


def silent(_: Progress) -> None:
    """Nobody watches."""


async def test_the_old_master_key_can_be_taken_away_then(
    parts: Parts, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrapping, "_PAGE", 2)
    known = await given(parts, urls)
    said: list[Progress] = []
    async with knowing(parts, urls, NEW, OLD) as service:
        found = await rewrap(service, said.append)
        assert (found.before, found.after, found.lost) == ({OLD_NAME: 15}, {NEW_NAME: 15}, 0)
        assert "15 keys are wrapped anew; 15 are wrapped" in found.in_words()[0]
        fractions = [each.fraction for each in said]
        assert (fractions, fractions[0], fractions[-1]) == (sorted(fractions), 0, 1)
        again = await rewrap(service, silent)
        assert "0 keys are wrapped anew; 15 are wrapped" in again.in_words()[0]
    async with knowing(parts, urls, NEW) as service:
        for agency_id, people in known.items():
            assert await told(service, agency_id) == [f"Maria {each}" for each in people]
    async with knowing(parts, urls, OLD) as service:
        with pytest.raises(BadMasterKey, match=NEW_NAME):
            await told(service, next(iter(known)))


async def test_a_run_that_was_cut_short_is_gone_on_with(
    parts: Parts, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrapping, "_PAGE", 2)
    known = await given(parts, urls)

    def enough(progress: Progress) -> None:
        if progress.so_far >= 7:
            raise KeyError("killed")

    async with knowing(parts, urls, NEW, OLD) as service:
        with pytest.raises(KeyError, match="killed"):
            await rewrap(service, enough)
        found = await rewrap(service, silent)
        anew = found.before[OLD_NAME]
        assert 0 < anew <= 8
        assert (found.before[NEW_NAME], found.after) == (15 - anew, {NEW_NAME: 15})
        for agency_id, people in known.items():
            assert await told(service, agency_id) == [f"Maria {each}" for each in people]


async def test_events_are_sealed_and_people_forgotten_meanwhile(
    parts: Parts, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every page a person of it is forgotten, and one is held by who seals for them."""
    monkeypatch.setattr(rewrapping, "_PAGE", 3)
    known = await given(parts, urls, agencies=2, people=12)
    (first, people), (second, others) = known.items()
    async with knowing(parts, urls, NEW, OLD) as service:
        stop = asyncio.Event()

        async def seal() -> int:
            times = 0
            while not stop.is_set():
                # In an order that is not that of the pages.
                await name(service, first, *reversed(people[2:]))
                times += 1
            return times

        async def forget_two() -> None:
            async with service.database.transaction(first) as session:
                await forget(session, first, people[:2])

        sealing = asyncio.create_task(seal())
        await asyncio.gather(rewrap(service, silent), forget_two())
        stop.set()
        times = await sealing
        assert times > 0
        assert await masters(service, first) == {each: None if each in people[:2] else NEW_NAME for each in people}
        assert set((await masters(service, second)).values()) == {NEW_NAME}
    async with knowing(parts, urls, NEW) as service:
        names = await told(service, first)
        assert names.count("") == 2
        assert all(names.count(f"Maria {each}") == 1 + times for each in people[2:])
        assert len(await told(service, second)) == len(others)


async def test_who_is_held_for_long_comes_last(parts: Parts, urls: DatabaseUrls) -> None:
    """Nobody is waited for while keys are held, and nobody is left out."""
    (agency_id, people), = (await given(parts, urls, agencies=1, people=4)).items()  # fmt: skip
    async with knowing(parts, urls, NEW, OLD) as service:
        async with service.database.transaction(agency_id) as holder:
            held = text("select 1 from person_keys where person_id = :id for share")
            await holder.execute(held, {"id": people[1]})
            working = asyncio.create_task(rewrap(service, silent))

            async def all_others() -> bool:
                return list((await masters(service, agency_id)).values()).count(NEW_NAME) == 3

            await eventually(all_others, what="all but one wrapped anew")
            assert (await masters(service, agency_id))[people[1]] == OLD_NAME
            assert not working.done()
        assert (await working).after == {NEW_NAME: 4}


async def test_what_no_master_key_opens_is_named_and_left_as_it_is(parts: Parts, urls: DatabaseUrls) -> None:
    known = await given(parts, urls, agencies=1)
    third = new_master_key()
    async with knowing(parts, urls, third, NEW) as service:
        found = await rewrap(service, silent)
        assert (found.lost, found.after) == (5, {OLD_NAME: 5})
        assert f"5 are wrapped by the master key {OLD_NAME}, which is not among those set" in found.in_words()[1]
    async with knowing(parts, urls, OLD) as service:
        for agency_id, people in known.items():
            assert await told(service, agency_id) == [f"Maria {each}" for each in people]


async def test_what_a_service_keeps_under_the_master_key_besides_is_wrapped_anew_too(
    parts: Parts, urls: DatabaseUrls
) -> None:
    agency_id, id = next(iter(await given(parts, urls, agencies=1, people=1))), new_id()
    async with owner_of(urls.owner_url) as owner:
        await owner.execute("create table boxes (agency_id uuid, id uuid, sealed bytea, primary key (agency_id, id))")
        await owner.execute("alter table boxes enable row level security")
        await owner.execute(
            "create policy boxes_agency on boxes using (agency_id = current_setting('app.agency_id')::uuid)"
        )
    wrapped, key = MasterKeys.parse(OLD).wrapped(agency_id, id)
    async with knowing(parts, urls, NEW, OLD) as service:
        async with service.database.transaction(agency_id) as session:
            box = wrapped + key.encrypt(b"0" * 12, b"secret", None)
            await session.execute(
                text("insert into boxes values (:agency_id, :id, :box)"), {"agency_id": agency_id, "id": id, "box": box}
            )
        service.wrapped = [Wrapped("boxes", "id", "sealed")]
        assert (await rewrap(service, silent)).after == {NEW_NAME: 2}
        async with service.database.transaction(agency_id) as session:
            (kept,) = (await session.execute(text("select sealed from boxes"))).scalars()
    opened = MasterKeys.parse(NEW).unwrapped(kept[:64], agency_id, id)
    assert opened.decrypt(b"0" * 12, kept[64:], None) == b"secret"


async def test_who_seals_nothing_is_told_so(parts: Parts, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    async with knowing(parts, urls, OLD) as service:
        monkeypatch.setattr(rewrapping, "are_sealed", lambda _: False)
        with pytest.raises(Conflict, match="notes keeps nothing that is sealed"):
            await rewrap(service, silent)
