"""An agency erased: nothing of it that can be read is left, and nothing brings it back."""

from typing import Annotated
from uuid import UUID, uuid4

from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.leaving.erasing import STAYS, is_erased
from gardenos_chassis.sealing.forgetting import forget
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.leftovers import places_of, rows_of
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts import Actor, ActorKind, Event, Personal
from gardenos_notes.app import BellRung, NoteTaken
from sqlalchemy import text

HISTORY = {
    "events",
    "event_links",
    "agency_heads",
    "chain_heads",
    "relay_marks",
    "consumer_marks",
    "accesses",
    "access_seals",
}


class WordTold(Event, service="notes", version=1):
    person_id: UUID
    word: Annotated[str, Personal("")]


class AllErased(Event, service="bells", version=1):
    agency_id: UUID

    def forgets(self) -> tuple[UUID, ...]:
        return (self.agency_id,)


def context(agency_id: UUID) -> Context:
    return Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "correlation")


async def filled(notes: Running, agency_id: UUID, marker: str) -> None:
    """A little of everything: a sealed word, a note's row, what was heard, a job, something parked."""
    async with notes.service.store.unit_of_work(context(agency_id)) as work:
        work.record(new_id(), 0, [WordTold(person_id=new_id(), word=marker)])
        await enqueue(work.session, "notes.do", because_of=work.context)
    async with notes.client(agency_id) as http:
        made = await http.post("/api/v1/notes", json={"text": "in clear"}, headers={"Idempotency-Key": "k"})
        await http.get(f"/api/v1/notes/{made.json()['id']}")
    await notes.given(agency_id, BellRung(loudness=3), BellRung(loudness=-1))
    await notes.wait_until_caught_up()


async def test_of_every_table_nothing_is_left_but_the_history(notes: Running, parts: Parts, agency_id: UUID) -> None:
    marker, other = uuid4().hex, new_id()
    for each in (agency_id, other):
        await filled(notes, each, marker if each == agency_id else "kept")
    before = await rows_of(agency_id, parts, "gardenos_notes")
    kept = await rows_of(other, parts, "gardenos_notes")
    assert {"notes", "rings", "jobs", "parked_events", "commands", "person_keys"} <= set(before)
    events = await notes.events(agency_id)

    await notes.given(agency_id, AllErased(agency_id=agency_id))
    await notes.wait_until_caught_up()
    left = await rows_of(agency_id, parts, "gardenos_notes")
    assert set(left) <= HISTORY
    assert left.keys() <= STAYS
    assert await places_of(marker, parts, "gardenos_notes") == []
    after = await notes.events(agency_id)
    assert [each.id for each in after] == [each.id for each in events], "history is whole"
    assert [each.data.word for each in after if isinstance(each.data, WordTold)] == [""], "and says nothing"
    async with notes.service.database.across() as session:
        parked = await session.execute(
            text("select sum(parked) from consumer_marks where agency_id = :a"), {"a": agency_id}
        )
        assert parked.scalar_one() == 0
    assert await rows_of(other, parts, "gardenos_notes") == kept, "of another agency all is there"


async def test_what_comes_late_brings_nothing_back(notes: Running, parts: Parts, agency_id: UUID) -> None:
    await filled(notes, agency_id, uuid4().hex)
    await notes.given(agency_id, AllErased(agency_id=agency_id), BellRung(loudness=5), BellRung(loudness=-1))
    await notes.wait_until_caught_up()
    await notes.given(agency_id, BellRung(loudness=7, must_answer=True), AllErased(agency_id=agency_id))
    await notes.wait_until_caught_up()
    assert set(await rows_of(agency_id, parts, "gardenos_notes")) <= HISTORY
    assert not [
        each for each in await notes.events(agency_id) if isinstance(each.data, NoteTaken) and "heard" in each.data.text
    ]


async def test_what_the_erasing_still_has_to_do_is_left_to_it(notes: Running, agency_id: UUID) -> None:
    """Several consumers of a service hear of it, each in its time."""
    async with notes.service.store.unit_of_work(context(agency_id)) as work:
        await forget(work.session, agency_id, [agency_id])
        await enqueue(work.session, "notes.clear-outside", because_of=work.context)
    async with notes.service.store.unit_of_work(context(agency_id)) as work:
        await forget(work.session, agency_id, [agency_id])
        assert await is_erased(work.session, agency_id)
        kinds = (await work.session.execute(text("select kind from jobs"))).scalars().all()
    assert list(kinds) == ["notes.clear-outside"]
    async with notes.service.database.transaction(new_id()) as session:
        assert not await is_erased(session, agency_id)
