"""Personal fields sealed with a key per person, and what is left once the key is destroyed."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Conflict
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.events.store import EVENTS, history
from gardenos_chassis.ids import new_id
from gardenos_chassis.sealing.forgetting import forget, heeded
from gardenos_chassis.sealing.keys import BadMasterKey, MasterKeys, new_master_key
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.tenancy import Database
from gardenos_chassis.testing import Running
from gardenos_contracts import Actor, ActorKind, Event, Message, Personal, Received
from gardenos_contracts.values import Role
from sqlalchemy import text


class WordSaid(Event, service="notes", version=1):
    person_id: UUID | None = None
    thread_id: UUID
    word: Annotated[str, Personal("")]
    loudness: int = 0


class SpeakerForgotten(Event, service="notes", version=1):
    person_id: UUID

    def forgets(self) -> tuple[UUID, ...]:
        return (self.person_id,)


def context(agency_id: UUID) -> Context:
    return Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "correlation")


async def say(store: EventStore, agency_id: UUID, word: str, person_id: UUID | None = None, **ids: UUID) -> UUID:
    stream_id = new_id()
    event = WordSaid(word=word, person_id=person_id, thread_id=ids.get("thread_id", new_id()), loudness=3)
    async with store.unit_of_work(context(agency_id)) as work:
        work.record(stream_id, 0, [event])
    return stream_id


async def forget_speaker(store: EventStore, agency_id: UUID, person_id: UUID) -> None:
    async with store.unit_of_work(context(agency_id)) as work:
        work.record(new_id(), 0, [SpeakerForgotten(person_id=person_id)])


async def heard(store: EventStore, agency_id: UUID, stream_id: UUID) -> Received[Event]:
    async with store.database.transaction(agency_id) as session:
        (event,) = await history(session, stream_id)
    return event


async def stored(store: EventStore, agency_id: UUID, stream_id: UUID) -> dict[str, Any]:
    async with store.database.transaction(agency_id) as session:
        found = await session.execute(text("select data::text from events where stream_id = :id"), {"id": stream_id})
        data: dict[str, Any] = json.loads(found.scalar_one())
    return data


async def keys_of(store: EventStore, agency_id: UUID) -> dict[UUID, bytes | None]:
    async with store.database.transaction(agency_id) as session:
        return {row.person_id: row.key for row in await session.execute(text("select person_id, key from person_keys"))}


def test_a_wrapped_key_opens_for_its_person_and_by_its_master_alone() -> None:
    first, second = new_master_key(), new_master_key()
    agency_id, person_id = new_id(), new_id()
    wrapped, key = MasterKeys.parse(first).wrapped(agency_id, person_id)
    box = key.encrypt(b"0" * 12, b"hello", None)
    rotated = MasterKeys.parse(f"{second}, {first}")
    assert rotated.unwrapped(wrapped, agency_id, person_id).decrypt(b"0" * 12, box, None) == b"hello"
    assert rotated.wrapped(agency_id, person_id)[0][:4] != wrapped[:4], "the newest wraps"
    with pytest.raises(BadMasterKey, match=wrapped[:4].hex()):
        MasterKeys.parse(second).unwrapped(wrapped, agency_id, person_id)
    with pytest.raises(BadMasterKey, match="person_keys"):
        rotated.unwrapped(wrapped, agency_id, new_id())


@pytest.mark.parametrize("given", ["", "secret", b64encode(b"short").decode(), f"{b64encode(bytes(32)).decode()},"])
def test_a_master_key_that_is_none_is_refused_in_words(given: str) -> None:
    with pytest.raises(BadMasterKey, match="openssl rand -base64 32"):
        MasterKeys.parse(given)


def test_a_service_that_keeps_personal_data_does_not_start_without_a_master_key() -> None:
    class Speaking(ServiceSettings, service="notes"):
        pass

    class Silent(ServiceSettings, service="silent"):
        pass

    given = {"database_url": "x", "internal_token": "x"}
    with pytest.raises(ValueError, match="openssl rand -base64 32"):
        Speaking.model_validate(given)
    assert Speaking.model_validate(given | {"master_key": new_master_key()}).master_keys is not None
    assert Silent.model_validate(given).master_keys is None


async def test_the_store_keeps_it_sealed_and_gives_it_clear(notes: Running, agency_id: UUID) -> None:
    store, person_id = notes.service.store, new_id()
    stream_id = await say(store, agency_id, "marzipan", person_id)
    data = await stored(store, agency_id, stream_id)
    assert (data["word"], data["loudness"], data["$sealed"]["for"]) == ("", 3, str(person_id))
    assert b"marzipan" not in b64decode(data["$sealed"]["box"])
    event = await heard(store, agency_id, stream_id)
    assert (event.data.model_dump()["word"], event.forgotten) == ("marzipan", False)
    (told,) = await notes.events(agency_id)
    assert told == event


async def test_everybody_has_one_key_and_nobody_known_one_a_conversation(notes: Running, agency_id: UUID) -> None:
    store, person_id, thread_id = notes.service.store, new_id(), new_id()
    await asyncio.gather(
        *(say(store, agency_id, "a", person_id) for _ in range(8)),
        *(say(store, agency_id, "b", thread_id=thread_id) for _ in range(8)),
    )
    assert (await keys_of(store, agency_id)).keys() == {person_id, thread_id}
    words = {event.data.model_dump()["word"] for event in await notes.events(agency_id)}
    assert words == {"a", "b"}, "whoever made the key at the same moment"


async def test_a_box_that_is_moved_does_not_open(notes: Running, agency_id: UUID) -> None:
    store = notes.service.store
    stream_id, elsewhere = await say(store, agency_id, "one", new_id()), new_id()
    move = text(
        "insert into events (agency_id, sequence, stream_id, version, type, data, metadata, occurred_at)"
        " select agency_id, 2, :elsewhere, version, type, data, metadata, occurred_at from events where stream_id = :id"
    )
    with pytest.raises(InvalidTag):
        async with store.database.transaction(agency_id) as session:
            await session.execute(move, {"elsewhere": elsewhere, "id": stream_id})
            await history(session, elsewhere)


async def test_a_destroyed_key_opens_nothing_in_any_process(notes: Running, agency_id: UUID) -> None:
    store, person_id, other = notes.service.store, new_id(), new_id()
    elsewhere = EventStore(Database.of(notes.service.settings))
    try:
        stream_id, kept = (
            await say(store, agency_id, "marzipan", person_id),
            await say(elsewhere, agency_id, "b", other),
        )
        assert (await heard(elsewhere, agency_id, stream_id)).data.model_dump()["word"] == "marzipan"
        await forget_speaker(elsewhere, agency_id, person_id)
        for process in (store, elsewhere):
            event = await heard(process, agency_id, stream_id)
            assert (event.data.model_dump()["word"], event.data.model_dump()["loudness"], event.forgotten) == (
                "",
                3,
                True,
            )
            assert (await heard(process, agency_id, kept)).data.model_dump()["word"] == "b"
            late = await say(process, agency_id, "again", person_id)
            assert "again" not in str(await stored(process, agency_id, late))
            assert (await heard(process, agency_id, late)).forgotten, "a reaction is recorded without what is personal"
        assert (await keys_of(store, agency_id))[person_id] is None
        assert [event.sequence for event in await notes.events(agency_id)] == [1, 2, 3, 4, 5]
    finally:
        await elsewhere.database.close()


async def test_a_person_s_command_about_somebody_forgotten_is_refused(notes: Running, agency_id: UUID) -> None:
    store, person_id = notes.service.store, new_id()
    await forget_speaker(store, agency_id, person_id)
    caller = Caller(agency_id, new_id(), Role.OWNER, frozenset())
    with pytest.raises(Conflict, match="forgotten"):
        async with store.unit_of_work(replace(context(agency_id), caller=caller)) as work:
            work.record(new_id(), 0, [WordSaid(person_id=person_id, thread_id=new_id(), word="x")])
    assert len(await notes.events(agency_id)) == 1


async def test_who_forgets_waits_for_who_writes(notes: Running, agency_id: UUID) -> None:
    """A transaction that sealed something is found by whoever forgets; one that comes later finds the person forgotten."""
    store, person_id = notes.service.store, new_id()
    await say(store, agency_id, "first", person_id)
    async with store.unit_of_work(context(agency_id)) as work:
        work.record(new_id(), 0, [WordSaid(person_id=person_id, thread_id=new_id(), word="under way")])
        await work.flush()
        forgetting = asyncio.create_task(forget_speaker(store, agency_id, person_id))
        done, _ = await asyncio.wait([forgetting], timeout=0.3)
        assert not done, "the key is held"
    await forgetting
    events = await notes.events(agency_id)
    assert [event.forgotten for event in events] == [True, True, False]
    assert [event.sequence for event in events] == [1, 2, 3]


async def test_what_was_never_sealed_is_read_as_it_is(notes: Running, agency_id: UUID) -> None:
    store = EventStore(Database(notes.service.settings.database_url))
    try:
        stream_id = await say(store, agency_id, "plain", new_id())
        assert (await stored(store, agency_id, stream_id))["word"] == "plain"
        sealed = await say(notes.service.store, agency_id, "sealed", new_id())
        with pytest.raises(BadMasterKey):
            await heard(store, agency_id, sealed)
    finally:
        await store.database.close()
    assert (await heard(notes.service.store, agency_id, stream_id)).data.model_dump()["word"] == "plain"


def message(agency_id: UUID, sequence: int, event: Event, type: str | None = None) -> Message:
    now = datetime.now(UTC)
    return Message(
        agency_id=agency_id, sequence=sequence, stream_id=new_id(), version=1, type=type or event.event_type,
        data=event.model_dump_json().encode(), actor=Actor(ActorKind.SYSTEM, "test"), correlation_id="c",
        causation_id=None, traceparent=None, occurred_at=now, recorded_at=now,
    )  # fmt: skip


async def test_messages_of_somebody_forgotten_are_heeded(notes: Running, agency_id: UUID) -> None:
    person_id, other = new_id(), new_id()

    def said(sequence: int, whose: UUID, type: str | None = None) -> Message:
        event = WordSaid(person_id=whose, thread_id=new_id(), word="marzipan", loudness=3)
        return message(agency_id, sequence, event, type)

    unknown = "notes.NobodyKnowsThis.v1"
    batch = [said(1, person_id), said(2, other), message(agency_id, 3, SpeakerForgotten(person_id=person_id)),
             said(4, person_id, unknown), said(5, other, unknown)]  # fmt: skip
    async with notes.service.database.transaction(agency_id) as session:
        left = await heeded(session, agency_id, batch)
    assert [each.forgotten for each in left] == [True, False, False, True, False]
    assert [b"marzipan" in each.data for each in left] == [False, True, False, False, True]
    assert (left[0].parse(WordSaid).data.loudness, left[0].id) == (3, batch[0].id)
    assert left[2] == batch[2]
    async with notes.service.database.transaction(agency_id) as session:
        assert (await heeded(session, agency_id, batch[:1]))[0].forgotten, "and afterwards, wherever it comes from"


async def test_what_is_parked_of_them_goes(notes: Running, agency_id: UUID) -> None:
    person_id, other = new_id(), new_id()
    park = text(
        "insert into parked_events (agency_id, consumer, source, sequence, stream_id, type, message, error)"
        " values (:agency, 'x', 'notes', :sequence, :stream, :type, cast(:message as jsonb), :error)"
    )
    async with notes.service.database.transaction(agency_id) as session:
        for sequence, whose in ((1, person_id), (2, other)):
            event = WordSaid(person_id=whose, thread_id=new_id(), word=f"marzipan {sequence}")
            told = message(agency_id, sequence, event)
            values = {"agency": agency_id, "sequence": sequence, "stream": told.stream_id, "type": told.type}
            parked = {"message": json.dumps(told.to_json()), "error": f"ValueError: not 'marzipan {sequence}'"}
            await session.execute(park, values | parked)
        await forget(session, agency_id, [person_id])
        rows = (await session.execute(text("select message::text, error from parked_events order by sequence"))).all()
    assert "marzipan" not in str(rows[0])
    assert rows[0].error == "ValueError"
    assert "marzipan 2" in rows[1].message


async def test_events_are_read_with_the_keys_of_their_people_alone(notes: Running, agency_id: UUID) -> None:
    """However many people the agency has, and whatever the planner believes of tables that were never analysed."""
    store = notes.service.store
    for _ in range(50):
        await say(store, agency_id, "psst", new_id())

    def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield plan
        for part in plan.get("Plans", ()):
            yield from nodes(part)

    async with store.database.transaction(agency_id) as session:
        await session.execute(text("set local plan_cache_mode = force_generic_plan"))
        plans = {
            name: (await session.execute(text(f"explain (format json, analyze) {query}"), given)).scalar_one()[0][
                "Plan"
            ]
            for name, query, given in (
                ("a stream", f"{EVENTS} where stream_id = :it and version > 0 order by version", {"it": new_id()}),
                ("what is new", f"{EVENTS} where sequence > :it order by sequence limit 500", {"it": 48}),
            )
        }
    for name, plan in plans.items():
        (keys,) = [node for node in nodes(plan) if node.get("Relation Name") == "person_keys"]
        assert "person_id" in keys.get("Index Cond", ""), f"{name}: {keys}"
        assert keys["Actual Loops"] == plan["Actual Rows"], f"{name}: a key is looked up for each event that is read"
