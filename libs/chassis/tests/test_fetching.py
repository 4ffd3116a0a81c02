"""Rows by the driver are the rows that SQLAlchemy gives."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from gardenos_chassis import fetching
from gardenos_chassis.fetching import Listing, fetch
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from sqlalchemy import (
    JSON,
    DateTime,
    Double,
    Float,
    Numeric,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    false,
    func,
    literal,
    select,
    table,
    values,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, asyncpg
from sqlalchemy.types import TypeEngine

NOTES = table("notes", column("agency_id", Uuid), column("id", Uuid), column("text", Text), column("owner_id", Uuid))


async def rows(service: Running, agency_id: UUID, statement: Select[Any]) -> list[dict[str, Any]]:
    async with service.service.database.transaction(agency_id) as session:
        found = await fetch(session, statement)
        expected = [dict(row) for row in (await session.execute(statement)).mappings()]
    assert found == expected
    assert all(type(name) is str for row in found for name in row)
    return found


@pytest.fixture
async def taken(notes: Running, agency_id: UUID) -> list[str]:
    async with notes.client(agency_id) as http:
        for text in ("milk", "eggs", "bread"):
            assert (await http.post("/api/v1/notes", json={"text": text})).status_code == 201
    return ["milk", "eggs", "bread"]


async def test_values_come_to_their_places(notes: Running, agency_id: UUID, taken: list[str]) -> None:
    def wanted(text: str, limit: int, *, least: str = "a") -> Select[Any]:
        return (
            select(NOTES.c.text, NOTES.c.id, literal(text, Text).label("asked"))
            .where(NOTES.c.agency_id == agency_id, NOTES.c.text != text, NOTES.c.text >= least)
            .order_by(NOTES.c.text)
            .limit(limit)
        )

    # One form, other values: what was compiled once is asked with what stands in each statement.
    before = len(fetching._plans)
    assert [row["text"] for row in await rows(notes, agency_id, wanted("eggs", 5))] == ["bread", "milk"]
    assert [row["text"] for row in await rows(notes, agency_id, wanted("milk", 1))] == ["bread"]
    assert [row["asked"] for row in await rows(notes, agency_id, wanted("milk", 9, least="c"))] == ["milk"]
    assert len(fetching._plans) == before + 1
    assert await rows(notes, new_id(), wanted("milk", 1)) == []


async def test_a_listing_is_compiled_once_for_what_narrows_it(
    notes: Running, agency_id: UUID, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    planned = fetching._planned

    def counted(statement: Select[Any], *more: Any) -> Any:
        compiled.append(str(statement))
        return planned(statement, *more)

    monkeypatch.setattr(fetching, "_planned", counted)
    shouted = (func.upper(NOTES.c.text) + literal("!", Text)).label("shouted")
    listing = Listing(select(NOTES.c.text, shouted).where(NOTES.c.text != "bread"))
    down = NOTES.c.text.desc()

    async def texts(least: str, *also: str, **more: Any) -> list[tuple[Any, ...]]:
        columns = [literal(name, Text).label(f"also_{place}") for place, name in enumerate(also)]
        where = [NOTES.c.agency_id == agency_id, NOTES.c.text >= least]
        async with notes.service.database.transaction(agency_id) as session:
            return [tuple(row.values()) for row in await listing.fetch(session, where, also=columns, **more)]

    assert await texts("a", order=[down], limit=9) == [("milk", "MILK!"), ("eggs", "EGGS!")]
    assert await texts("f", order=[down], limit=9) == [("milk", "MILK!")]
    assert await texts("a", order=[down], limit=1) == [("milk", "MILK!")]
    assert len(compiled) == 1
    # Another order, other columns and no limit are other forms.
    assert await texts("a", order=[NOTES.c.text], limit=1) == [("eggs", "EGGS!")]
    assert await texts("n") == []
    assert await texts("f", "x", "y") == [("milk", "MILK!", "x", "y")]
    assert await texts("f", "y", "x") == [("milk", "MILK!", "y", "x")]
    assert len(compiled) == 4


async def test_a_listing_goes_by_sqlalchemy_where_it_must(notes: Running, agency_id: UUID, taken: list[str]) -> None:
    listing = Listing(select(NOTES.c.text))
    async with notes.service.database.transaction(agency_id) as session:
        for wanted, expected in ((["milk", "eggs"], ["eggs"]), (["bread"], ["bread"]), ([], [])):
            found = await listing.fetch(session, [NOTES.c.text.in_(wanted)], order=[NOTES.c.text], limit=1)
            assert [row["text"] for row in found] == expected


async def test_what_needs_sqlalchemy_goes_by_it(notes: Running, agency_id: UUID, taken: list[str]) -> None:
    for statement, expected in [
        (select(NOTES.c.text).where(NOTES.c.text.in_(["milk", "eggs"])).order_by("text"), ["eggs", "milk"]),
        (select(NOTES.c.text).where(NOTES.c.text.in_([])), []),
        (
            select(NOTES.c.text).where(NOTES.c.text == any_(bindparam(None, ["milk"], ARRAY(Text)))).order_by("text"),
            ["milk"],
        ),
    ]:
        assert [row["text"] for row in await rows(notes, agency_id, statement)] == expected
    (row,) = await rows(notes, agency_id, select(literal({"a": [1]}, JSONB).label("b"), literal([2], JSON).label("j")))
    assert row == {"b": {"a": [1]}, "j": [2]}


async def test_what_stands_beside_a_false_needs_no_place(notes: Running, agency_id: UUID, taken: list[str]) -> None:
    for text in taken:
        nothing = select(NOTES.c.id).where(NOTES.c.agency_id == agency_id, NOTES.c.text == text, false()).limit(3)
        assert await rows(notes, agency_id, nothing) == []


@pytest.mark.parametrize("given", [["b", "a"], [], None])
async def test_arrays_are_the_drivers_where_their_items_are(
    notes: Running, agency_id: UUID, given: list[str] | None
) -> None:
    statement: Any = select(
        literal(given, ARRAY(Text)).label("texts"),
        literal([agency_id], ARRAY(Uuid)).label("ids"),
        literal([now := datetime.now(UTC)], ARRAY(DateTime(timezone=True))).label("moments"),
    )
    assert _planned_by_the_driver(statement)
    assert await rows(notes, agency_id, statement) == [{"texts": given, "ids": [agency_id], "moments": [now]}]
    by_sqlalchemy: Any = select(literal(given, ARRAY(Text, as_tuple=True)).label("texts"))
    assert not _planned_by_the_driver(by_sqlalchemy)
    assert (await rows(notes, agency_id, by_sqlalchemy))[0]["texts"] == (given if given is None else tuple(given))


def _planned_by_the_driver(statement: Select[Any]) -> bool:
    key = statement._generate_cache_key()
    assert key is not None
    dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
    return fetching._planned(statement, key.bindparams, dialect) is not None


@pytest.mark.parametrize("of", [Float(), Double(), Numeric(10, 2), Numeric(10, 2, asdecimal=False)])
async def test_fractions_arrive_as_ever(notes: Running, agency_id: UUID, of: TypeEngine[Any]) -> None:
    statement = select(cast(literal(2.5), of).label("found"))
    (row,) = await rows(notes, agency_id, statement)
    assert row == {"found": 2.5}
    assert _planned_by_the_driver(statement) == isinstance(of, Double)


async def test_types_arrive_as_ever(notes: Running, agency_id: UUID) -> None:
    now = datetime.now(UTC)
    given = values(column("at", DateTime(timezone=True)), column("id", Uuid), name="given").data([(now, agency_id)])
    (row,) = await rows(notes, agency_id, select(given.c.at, given.c.id, func.count().label("n")).group_by("at", "id"))
    assert row == {"at": now, "id": agency_id, "n": 1}


async def test_many_at_once_do_not_mix(notes: Running, agency_id: UUID, taken: list[str]) -> None:
    async def one(text: str) -> list[str]:
        statement = select(NOTES.c.text).where(NOTES.c.text == text)
        async with notes.service.database.transaction(agency_id) as session:
            return [row["text"] for row in await fetch(session, statement)]

    asked = taken * 20
    assert await asyncio.gather(*(one(text) for text in asked)) == [[text] for text in asked]
