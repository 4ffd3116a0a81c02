"""Who looked at what, sealed a stretch at a time: a row that was changed, taken away or put in is found."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from gardenos_chassis.audit import seals
from gardenos_chassis.audit.accesses import prune
from gardenos_chassis.audit.seals import Seals
from gardenos_chassis.audit.verification import Anchor, anchors, verify
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from sqlalchemy import text

Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest_asyncio.fixture(loop_scope="session")
async def superuser(parts: Parts) -> AsyncIterator[Superuser]:
    """Somebody whom nothing in the database binds."""
    connection = await parts.postgres.server.connect("gardenos_notes")
    yield connection
    await connection.close()


async def look(notes: Running, agency_id: UUID, times: int = 1, *, seal: bool = True) -> None:
    async with notes.client(agency_id) as client:
        for _ in range(times):
            assert (await client.get("/api/v1/notes")).status_code == 200
    if seal:
        await Seals(notes.service.database).extend(upto=datetime.now(UTC))


async def found(notes: Running, agency_id: UUID, *kept: Anchor) -> list[tuple[int, str]]:
    told = await verify(notes.service, lambda _: None, kept)
    return [(each.sequence, each.how) for each in told.breaks if each.agency_id == agency_id and each.what == "seal"]


async def anchor_of(notes: Running, agency_id: UUID) -> Anchor:
    every = await anchors(notes.service)
    return next(each for each in every if each.agency_id == agency_id and each.of == "looks")


async def test_what_is_as_it_was_holds_and_goes_on(notes: Running, agency_id: UUID) -> None:
    await look(notes, agency_id, 2)
    before = await anchor_of(notes, agency_id)
    await look(notes, agency_id)
    assert (before.sequence, (await anchor_of(notes, agency_id)).sequence) == (1, 2)
    assert await found(notes, agency_id, before) == []
    assert Anchor.parse(before.line()) == before


async def test_many_are_several_seals(notes: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gardenos_chassis.audit.seals._AT_ONCE", 2)
    await look(notes, agency_id, 5)
    assert (await anchor_of(notes, agency_id)).sequence == 3
    assert await found(notes, agency_id) == []


ALTER = "update accesses set {} where agency_id = $1 and id = (select id from accesses where agency_id = $1 order by at offset {} limit 1)"
PUT_IN = (
    "insert into accesses (agency_id, at, id, act, what, actor, correlation_id)"
    " select agency_id, at + interval '1 microsecond', gen_random_uuid(), act, what, actor, correlation_id"
    " from accesses where agency_id = $1 order by at limit 1"
)


@pytest.mark.parametrize(
    ("tampering", "broken_at", "how"),
    [
        (ALTER.format("actor = 'person:somebody else'", 0), 1, "not as it was recorded"),
        (ALTER.format("origin = null", 2), 2, "not as it was recorded"),
        (ALTER.format("rule = ''", 1), 1, "not as it was recorded"),
        ("delete from accesses where agency_id = $1 and at = (select min(at) from accesses where agency_id = $1)", 1, "missing"),
        (PUT_IN, 1, "put in"),
        ("update access_seals set looks = 7 where agency_id = $1 and sequence = 2", 2, "not as it was made"),
        ("delete from access_seals where agency_id = $1 and sequence = 1", 1, "it is missing"),
    ],
    ids=["actor", "origin", "rule", "row taken", "row put in", "seal changed", "seal taken"],
)  # fmt: skip
async def test_what_was_changed_afterwards_is_found(
    notes: Running, agency_id: UUID, superuser: Superuser, tampering: str, broken_at: int, how: str
) -> None:
    await look(notes, agency_id, 2)
    await look(notes, agency_id)
    untouched = new_id()
    await look(notes, untouched)
    assert await superuser.execute(tampering, agency_id) in ("UPDATE 1", "DELETE 1", "INSERT 0 1")
    ((sequence, said),) = await found(notes, agency_id)
    assert sequence == broken_at
    assert how in said
    assert await found(notes, untouched) == []


async def test_seals_made_anew_are_found_by_their_anchor(notes: Running, agency_id: UUID, superuser: Superuser) -> None:
    await look(notes, agency_id, 2)
    kept = await anchor_of(notes, agency_id)
    await superuser.execute("update accesses set actor = 'person:q' where agency_id = $1", agency_id)
    await superuser.execute("delete from access_seals where agency_id = $1", agency_id)
    await Seals(notes.service.database).extend(upto=datetime.now(UTC))
    assert await found(notes, agency_id) == []
    ((_, said),) = await found(notes, agency_id, kept)
    assert "anchor" in said
    await superuser.execute("delete from access_seals where agency_id = $1", agency_id)
    assert await found(notes, agency_id, kept) == [(1, "it is missing, and what came after it")]


async def test_what_is_old_enough_goes_and_the_seals_hold(
    notes: Running, agency_id: UUID, superuser: Superuser
) -> None:
    await look(notes, agency_id, 2, seal=False)
    await superuser.execute("update accesses set at = at - interval '500 days' where agency_id = $1", agency_id)
    await Seals(notes.service.database).extend(upto=datetime.now(UTC) - timedelta(days=499))
    await look(notes, agency_id)
    assert await prune(notes.service.database, timedelta(days=400)) == 2
    assert (await anchor_of(notes, agency_id)).sequence == 2
    assert await found(notes, agency_id) == []


async def test_what_may_still_be_on_its_way_is_left_for_the_next(
    notes: Running, agency_id: UUID, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = text(seals._SETTLED.text.replace("10 seconds", "0 seconds"))
    monkeypatch.setattr(seals, "_SETTLED", at_once)
    sealed = "select count(*) from access_seals where agency_id = $1 and upto > $2"
    async with notes.service.database.transaction(agency_id) as session:
        begun = (await session.exec_driver_sql("select now()")).scalar_one()
        await look(notes, agency_id, seal=False)
        # The transaction that goes on may have written at any time since it began.
        await Seals(notes.service.database).extend()
        assert await superuser.fetchval(sealed, agency_id, begun) == 0
    await Seals(notes.service.database).extend()
    assert await superuser.fetchval(sealed, agency_id, begun) == 1


async def test_two_who_seal_at_once_are_one(notes: Running, agency_id: UUID) -> None:
    await look(notes, agency_id, 3, seal=False)
    until = datetime.now(UTC)
    await asyncio.gather(*(Seals(notes.service.database).extend(upto=until) for _ in range(4)))
    assert (await anchor_of(notes, agency_id)).sequence == 1
    assert await found(notes, agency_id) == []


@pytest.mark.parametrize("change", ["update access_seals set looks = 0", "delete from access_seals", "truncate access_seals"])  # fmt: skip
async def test_the_service_itself_cannot_change_a_seal(notes: Running, agency_id: UUID, change: str) -> None:
    await look(notes, agency_id)
    with pytest.raises(Exception, match="permission denied"):
        async with notes.service.database.transaction(agency_id) as session:
            await session.exec_driver_sql(change)
