"""From the store to Kafka, and from Kafka to effects: on real parts."""

from uuid import UUID

from aiokafka import AIOKafkaConsumer
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Message, topic_of
from gardenos_notes.app import BellRung, ChimeStruck, NoteTaken
from sqlalchemy import text


async def rings(notes: Running, agency_id: UUID) -> list[int]:
    async with notes.service.database.transaction(agency_id) as session:
        return list((await session.execute(text("select loudness from rings order by id"))).scalars())


async def parked(notes: Running, agency_id: UUID) -> list[tuple[int, str]]:
    async with notes.service.database.transaction(agency_id) as session:
        return [
            tuple(row) for row in await session.execute(text("select sequence, error from parked_events order by 1"))
        ]


async def test_events_reach_the_topic_in_order_with_their_attributes(
    notes: Running, parts: Parts, agency_id: UUID
) -> None:
    reader = AIOKafkaConsumer(
        topic_of("notes"), bootstrap_servers=parts.bootstrap, auto_offset_reset="earliest", group_id=None
    )
    async with notes.client(agency_id) as http:
        for number in range(20):
            answer = await http.post("/api/v1/notes", json={"text": f"note {number}"})
            assert answer.status_code == 201, answer.text
    await notes.wait_until_caught_up()
    await reader.start()
    try:
        found: list[Message] = []
        while len(found) < 20:
            record = await reader.getone()
            message = Message.from_kafka(record.headers, record.value)
            if message.agency_id == agency_id:
                assert record.key == str(agency_id).encode()
                found.append(message)
    finally:
        await reader.stop()
    assert [message.sequence for message in found] == list(range(1, 21))
    assert [message.parse(NoteTaken).data.text for message in found] == [f"note {number}" for number in range(20)]
    assert found[0].type == "notes.NoteTaken.v1"


async def test_an_event_has_its_effect_once_however_often_it_comes(
    notes: Running, source: Sources, agency_id: UUID
) -> None:
    bells = source("bells")
    first = await bells.publish(agency_id, BellRung(loudness=1))
    await bells.send(first)
    second = await bells.publish(agency_id, BellRung(loudness=2))
    await bells.send(first)
    await bells.send(second)
    await bells.publish(agency_id, BellRung(loudness=3))
    await notes.wait_until_caught_up()
    assert await rings(notes, agency_id) == [1, 2, 3]


async def test_what_nobody_listens_to_is_passed_over(notes: Running, source: Sources, agency_id: UUID) -> None:
    bells = source("bells")
    unheard = NoteTaken(note_id=new_id(), text="of no interest")
    await bells.publish(agency_id, unheard)
    await bells.publish(agency_id, BellRung(loudness=1))
    # Lost by the broker, and so in one page with what comes behind it.
    bells.record(agency_id, unheard)
    await bells.publish(agency_id, BellRung(loudness=2))
    last = await bells.publish(agency_id, unheard)
    await bells.send(last)
    await notes.wait_until_caught_up()
    assert await rings(notes, agency_id) == [1, 2]
    async with notes.service.database.transaction(agency_id) as session:
        # Marks are seen across agencies.
        mark = text("select sequence from consumer_marks where consumer = 'notes.bells' and agency_id = :agency_id")
        assert (await session.execute(mark, {"agency_id": agency_id})).scalar_one() == 5


async def test_what_the_broker_lost_is_fetched_from_the_feed_in_order(
    notes: Running, source: Sources, agency_id: UUID
) -> None:
    bells = source("bells")
    for loudness in range(1, 8):
        bells.record(agency_id, BellRung(loudness=loudness))
    await bells.publish(agency_id, BellRung(loudness=8))
    await notes.wait_until_caught_up()
    assert await rings(notes, agency_id) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_lost_last_event_is_found_by_asking(notes: Running, source: Sources, agency_id: UUID) -> None:
    source("bells").record(agency_id, BellRung(loudness=5))
    await notes.wait_until_caught_up()
    assert await rings(notes, agency_id) == [5]


async def test_poison_is_parked_with_what_comes_behind_it_and_the_rest_flows(
    notes: Running, source: Sources, agency_id: UUID
) -> None:
    bells = source("bells")
    cracked, sound = new_id(), new_id()
    await bells.publish(agency_id, BellRung(loudness=1), stream_id=cracked)
    await bells.publish(agency_id, BellRung(loudness=-1), stream_id=cracked)
    await bells.publish(agency_id, BellRung(loudness=2), stream_id=cracked)
    await bells.publish(agency_id, BellRung(loudness=3), stream_id=sound)
    await notes.wait_until_caught_up()
    assert await rings(notes, agency_id) == [1, 3]
    set_aside = await parked(notes, agency_id)
    assert [sequence for sequence, _ in set_aside] == [2, 3]
    assert set_aside[0][1].startswith("ValueError at gardenos_notes/app.py:")
    assert "behind a parked event" in set_aside[1][1]


async def strokes(notes: Running, agency_id: UUID) -> list[tuple[int, int]]:
    async with notes.service.database.transaction(agency_id) as session:
        rows = await session.execute(text("select loudness, at_once from strokes order by id"))
        return [(row.loudness, row.at_once) for row in rows]


async def test_a_batch_is_taken_at_once(notes: Running, source: Sources, agency_id: UUID) -> None:
    chimes = source("chimes")
    for loudness in (1, 2, 4):
        chimes.record(agency_id, ChimeStruck(loudness=loudness))
    await chimes.send(await chimes.publish(agency_id, ChimeStruck(loudness=5)))
    await notes.wait_until_caught_up()
    found = await strokes(notes, agency_id)
    assert [loudness for loudness, _ in found] == [1000, 500, 250, 200]
    # The three that the broker lost come in one page of the feed, perhaps with the fourth.
    assert all(at_once >= 3 for _, at_once in found[:3])


async def test_the_poison_of_a_batch_is_found_and_parked_and_the_rest_flows(
    notes: Running, source: Sources, agency_id: UUID
) -> None:
    chimes = source("chimes")
    cracked = new_id()
    chimes.record(agency_id, ChimeStruck(loudness=1))
    chimes.record(agency_id, ChimeStruck(loudness=0), stream_id=cracked)
    chimes.record(agency_id, ChimeStruck(loudness=2), stream_id=cracked)
    chimes.record(agency_id, ChimeStruck(loudness=4))
    await chimes.publish(agency_id, ChimeStruck(loudness=0))
    await notes.wait_until_caught_up()
    assert [loudness for loudness, _ in await strokes(notes, agency_id)] == [1000, 250]
    set_aside = await parked(notes, agency_id)
    assert [sequence for sequence, _ in set_aside] == [2, 3, 5]
    assert "sqlstate=22012" in set_aside[0][1], "division by zero"
    assert "behind a parked event" in set_aside[1][1]


async def test_a_reaction_records_an_event_of_its_own_once_and_says_why(
    notes: Running, source: Sources, agency_id: UUID
) -> None:
    rung = await source("bells").publish(agency_id, BellRung(loudness=4, must_answer=True))
    await source("bells").send(rung)
    await notes.wait_until_caught_up()
    (event,) = await notes.events(agency_id)
    assert isinstance(event.data, NoteTaken)
    assert event.data.text == "heard 4"
    assert event.causation_id == rung.id
    assert event.correlation_id == rung.correlation_id
    assert str(event.actor) == "automation:notes.bells"


async def test_a_record_that_is_no_event_stops_nothing(
    notes: Running, source: Sources, parts: Parts, agency_id: UUID
) -> None:
    from aiokafka import AIOKafkaProducer

    producer = AIOKafkaProducer(bootstrap_servers=parts.bootstrap)
    await producer.start()
    await producer.send_and_wait(topic_of("bells"), b"not an event", key=str(agency_id).encode())
    await producer.stop()
    await source("bells").publish(agency_id, BellRung(loudness=9))
    await notes.wait_until_caught_up()
    assert await rings(notes, agency_id) == [9]


async def test_readiness_tells_of_every_part(notes: Running) -> None:
    async def ready() -> bool:
        return (await notes.service.readiness()).ready

    await eventually(ready, what="ready")
    async with notes.anonymous() as http:
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ready")
        assert "gardenos_events_appended" in (await http.get("/metrics")).text
