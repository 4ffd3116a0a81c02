"""Many rows by one statement."""

from uuid import UUID

import pytest
from gardenos_chassis.ids import new_id
from gardenos_chassis.rows import upsert_many, upsert_together
from gardenos_chassis.testing import Running
from sqlalchemy import ARRAY, Column, Integer, MetaData, Table, Text, Uuid

rings = Table(
    "rings",
    MetaData(),
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("loudness", Integer),
)
strokes = Table(
    "strokes",
    MetaData(),
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("loudness", Integer),
    Column("at_once", Integer),
)


async def test_rows_are_inserted_and_those_that_stand_are_set_the_last_word_counting(
    notes: Running, agency_id: UUID
) -> None:
    ids = [new_id() for _ in range(3)]

    def row(place: int, loudness: int) -> dict[str, object]:
        return {"agency_id": agency_id, "id": ids[place], "loudness": loudness}

    async with notes.service.database.transaction(agency_id) as session:
        await upsert_many(session, rings, [])
        await upsert_many(session, rings, [row(0, 1), row(1, 2)])
    async with notes.service.database.transaction(agency_id) as session:
        await upsert_many(session, rings, [row(1, 5), row(2, 6), row(1, 7)])
    assert [found["loudness"] for found in await notes.rows(agency_id, rings)] == [1, 7, 6]


async def test_rows_of_several_tables_are_written_at_once(notes: Running, agency_id: UUID) -> None:
    id = new_id()
    stroke = {"agency_id": agency_id, "id": id, "loudness": 4, "at_once": 1}
    ring = {"agency_id": agency_id, "id": id, "loudness": 1}
    async with notes.service.database.transaction(agency_id) as session:
        await upsert_together(session, {rings: [], strokes: []})
        await upsert_together(session, {rings: [ring], strokes: [stroke]})
        await upsert_together(session, {strokes: [stroke | {"at_once": 2}], rings: [ring | {"loudness": 3}]})
    assert [found["loudness"] for found in await notes.rows(agency_id, rings)] == [3]
    assert [(found["loudness"], found["at_once"]) for found in await notes.rows(agency_id, strokes)] == [(4, 2)]


async def test_columns_of_arrays_are_refused(notes: Running, agency_id: UUID) -> None:
    lists = Table("lists", MetaData(), Column("id", Uuid, primary_key=True), Column("words", ARRAY(Text)))
    async with notes.service.database.transaction(agency_id) as session:
        with pytest.raises(TypeError, match="lists: words"):
            await upsert_many(session, lists, [{"id": new_id(), "words": ["a"]}])
