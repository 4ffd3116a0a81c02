"""Older versions of events are heard and loaded as the newest; a version newer than the contracts waits."""

from dataclasses import replace
from uuid import UUID

from gardenos_chassis.events import Context, Repository, history
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Actor, ActorKind
from gardenos_notes.app import BellRung, ChimeStruck, NoteStruck, NoteTaken, evolve
from sqlalchemy import text


async def test_a_consumer_hears_older_versions_as_the_newest(notes: Running, source: Sources, agency_id: UUID) -> None:
    bells = source("bells")
    old = bells.record(agency_id, BellRung(loudness=0))
    # In the feed as in the topic: nobody edits what was recorded.
    bells.amend(replace(old, type="bells.BellRung.v1", data=b'{"decibels": 7}'))
    await bells.publish(agency_id, BellRung(loudness=8))
    await notes.wait_until_caught_up()
    assert await rings(notes, agency_id) == [7, 8]


async def test_a_version_that_is_not_known_yet_waits_and_is_not_passed_over(
    notes: Running, source: Sources, agency_id: UUID
) -> None:
    bells, chimes = source("bells"), source("chimes")
    newer = bells.record(agency_id, BellRung(loudness=1))
    bells.amend(replace(newer, type="bells.BellRung.v3"))
    await bells.publish(agency_id, BellRung(loudness=2))
    newer = chimes.record(agency_id, ChimeStruck(loudness=10))
    chimes.amend(replace(newer, type="chimes.ChimeStruck.v2"))
    await chimes.publish(agency_id, ChimeStruck(loudness=10))
    await notes.wait_until_caught_up()
    async with notes.service.database.transaction(agency_id) as session:
        parked = (await session.execute(text("select type, error from parked_events order by type"))).all()
        strokes = (await session.execute(text("select count(*) from strokes"))).scalar_one()
    assert [row.type for row in parked] == ["bells.BellRung.v3", "chimes.ChimeStruck.v2"]
    assert all("update gardenos-contracts and redrive" in row.error for row in parked)
    assert (await rings(notes, agency_id), strokes) == ([2], 1)


async def test_a_stream_that_began_in_an_older_version_goes_on(notes: Running, agency_id: UUID) -> None:
    context = Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "c")
    note_id = new_id()
    repository = Repository(
        notes.service.store, context, evolve, lambda note: (note.owner_id, note.team_id), noun="note"
    )
    await repository.create(note_id, lambda: [NoteTaken(note_id=note_id, text="milk")])
    async with notes.service.database.transaction(agency_id) as session:
        # As an earlier version of the service recorded it.
        await session.execute(text("update agency_heads set head = 2"))
        await session.execute(
            text(
                "insert into events (agency_id, sequence, stream_id, version, type, data, metadata, occurred_at)"
                " values (:agency_id, 2, :id, 2, 'notes.NoteStruck.v1', jsonb_build_object('note', cast(:note as text)),"
                """ '{"actor": "system:test", "correlation_id": "c"}', now())"""
            ),
            {"agency_id": agency_id, "id": note_id, "note": str(note_id)},
        )
    note, version = await repository.get(note_id)
    assert (note.struck, version) == (True, 2)
    async with notes.service.database.transaction(agency_id) as session:
        events = await history(session, note_id)
        stored = (await session.execute(text("select type, data from events where version = 2"))).one()
    assert events[1].data == NoteStruck(note_id=note_id)
    assert events[1].type == "notes.NoteStruck.v2"
    assert (stored.type, stored.data) == ("notes.NoteStruck.v1", {"note": str(note_id)})


async def rings(notes: Running, agency_id: UUID) -> list[int]:
    async with notes.service.database.transaction(agency_id) as session:
        return list((await session.execute(text("select loudness from rings order by id"))).scalars())
