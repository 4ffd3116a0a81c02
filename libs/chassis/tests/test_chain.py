"""The chain of hashes over each agency's events: what was changed afterwards is found."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from gardenos_chassis.audit.chain import Chain
from gardenos_chassis.audit.verification import Anchor, Verified, anchors, verify
from gardenos_chassis.errors import Invalid
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts import Actor, ActorKind
from gardenos_notes.app import NoteTaken

Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest_asyncio.fixture(loop_scope="session")
async def superuser(parts: Parts) -> AsyncIterator[Superuser]:
    """Somebody whom nothing in the database binds."""
    connection = await parts.postgres.server.connect("gardenos_notes")
    yield connection
    await connection.close()


async def take(notes: Running, agency_id: UUID, *texts: str) -> None:
    context = Context(agency_id, Actor(ActorKind.PERSON, "p"), "c")
    async with notes.service.store.unit_of_work(context) as work:
        for text in texts:
            work.record(note_id := new_id(), 0, [NoteTaken(note_id=note_id, text=text)])
    await Chain(notes.service.database).extend()


async def found(notes: Running, agency_id: UUID, *kept: Anchor) -> list[tuple[int, str]]:
    told = await verify(notes.service, lambda _: None, kept)
    return [(each.sequence, each.how) for each in told.breaks if each.agency_id == agency_id]


async def anchor_of(notes: Running, agency_id: UUID) -> Anchor:
    return next(each for each in await anchors(notes.service) if each.agency_id == agency_id)


async def test_what_is_as_it_was_holds_and_goes_on(notes: Running, agency_id: UUID) -> None:
    await take(notes, agency_id, "one", "two")
    before = await anchor_of(notes, agency_id)
    await take(notes, agency_id, "three")
    assert (before.sequence, (await anchor_of(notes, agency_id)).sequence) == (2, 3)
    assert await found(notes, agency_id, before) == []
    assert Anchor.parse(before.line()) == before


async def test_pages_are_one_chain(notes: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gardenos_chassis.audit.chain._PAGE", 2)
    monkeypatch.setattr("gardenos_chassis.audit.verification._PAGE", 3)
    await take(notes, agency_id, *"abcdefg")
    assert (await anchor_of(notes, agency_id)).sequence == 7
    assert await found(notes, agency_id) == []


@pytest.mark.parametrize(
    ("tampering", "broken_at", "how"),
    [
        (
            "update events set data = jsonb_set(data, '{text}', '\"other\"') where sequence = 2 and agency_id = $1",
            2,
            "not as",
        ),
        (
            'update events set metadata = metadata || \'{"actor": "person:q"}\' where sequence = 3 and agency_id = $1',
            3,
            "not as",
        ),
        (
            "update events set occurred_at = occurred_at - interval '1 second' where sequence = 1 and agency_id = $1",
            1,
            "not as",
        ),
        ("delete from events where sequence = 2 and agency_id = $1", 2, "missing"),
        ("delete from events where sequence = 3 and agency_id = $1", 3, "missing"),
        ("delete from event_links where sequence = 2 and agency_id = $1", 2, "link is missing"),
        ("update event_links set link = sha256(link) where sequence = 3 and agency_id = $1", 3, "not as"),
    ],
)
async def test_what_was_changed_afterwards_is_found(
    notes: Running, agency_id: UUID, superuser: Superuser, tampering: str, broken_at: int, how: str
) -> None:
    await take(notes, agency_id, "one", "two", "three")
    untouched = new_id()
    await take(notes, untouched, "one")
    assert await superuser.execute(tampering, agency_id) in ("UPDATE 1", "DELETE 1")
    ((sequence, said),) = await found(notes, agency_id)
    assert sequence == broken_at
    assert how in said
    assert await found(notes, untouched) == []


async def test_a_chain_that_was_made_anew_is_found_by_its_anchor(
    notes: Running, agency_id: UUID, superuser: Superuser
) -> None:
    await take(notes, agency_id, "one", "two", "three")
    kept = await anchor_of(notes, agency_id)
    await superuser.execute(
        "update events set data = jsonb_set(data, '{text}', '\"other\"') where sequence = 2 and agency_id = $1",
        agency_id,
    )
    await superuser.execute("delete from event_links where agency_id = $1", agency_id)
    await superuser.execute("delete from chain_heads where agency_id = $1", agency_id)
    await Chain(notes.service.database).extend()
    assert await found(notes, agency_id) == []
    ((sequence, said),) = await found(notes, agency_id, kept)
    assert (sequence, "anchor" in said) == (3, True)


async def test_the_service_itself_cannot_change_a_link(notes: Running, agency_id: UUID) -> None:
    await take(notes, agency_id, "one")
    for statement in ("update event_links set link = ''", "delete from event_links", "truncate event_links"):
        with pytest.raises(Exception, match="permission denied"):
            async with notes.service.database.transaction(agency_id) as session:
                await session.exec_driver_sql(statement)


async def test_links_come_by_themselves_and_two_who_add_them_are_one(notes: Running, agency_id: UUID) -> None:
    await asyncio.gather(*(take(notes, agency_id, "at once") for _ in range(8)))
    await Chain(notes.service.database).extend()
    assert await found(notes, agency_id) == []
    assert (await anchor_of(notes, agency_id)).sequence == 8


def test_it_says_what_it_found() -> None:
    assert Verified("leads", 1200, 3).in_words() == ["leads: 1,200 events of 3 agencies: as they were recorded"]


@pytest.mark.parametrize(
    "line", ["", "[]", '{"service": "leads"}', '{"service":"x","agency_id":7,"sequence":1,"link":""}']
)
def test_what_is_no_anchor_is_refused(line: str) -> None:
    with pytest.raises(Invalid):
        Anchor.parse(line)
