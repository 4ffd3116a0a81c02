"""A person is forgotten: nothing of what was read of them is left, no text, no insight, no vector."""

import sys
from pathlib import Path
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).parent))

from ai_under_test import HAIL, SAID_AT, TRANSCRIPT, call, email, items, lead_captured, read  # type: ignore[import-not-found]
from gardenos_ai.forgetting import REMOVE_VECTORS
from gardenos_ai.tables import chunks, communications, insights, people
from gardenos_ai.vectors import Vectors
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.leaving.erasing import STAYS
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.leftovers import places_of, rows_of
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts import Event, Received
from gardenos_contracts.ai import InsightExtracted
from gardenos_contracts.clients import ClientOnboarded
from gardenos_contracts.comms import CallLogged, ConversationsForgotten, MessageReceived
from gardenos_contracts.identity import AgencyErased
from gardenos_contracts.leads import LeadCaptured, PersonForgotten
from gardenos_contracts.values import PersonName


def known_as(marker: str) -> LeadCaptured:
    lead: LeadCaptured = lead_captured(
        email=f"{marker}@example.com", name=PersonName(given="Maria", family=marker), notes=marker
    )
    return lead


def said(lead: LeadCaptured, marker: str) -> CallLogged:
    spoken: CallLogged = call(
        lead, TRANSCRIPT.replace("my auto policy", f"my auto policy {marker}"), notes=f"{marker} called"
    )
    return spoken


def wrote(marker: str) -> MessageReceived:
    written: MessageReceived = email(
        f"{HAIL} It is {marker} who asks.", f"House of {marker}", sender=f"{marker}@example.com"
    )
    return written


def vectors_of(running: Running) -> Vectors:
    vectors: Vectors = running.service.app.state.search.vectors
    return vectors


async def read_of(running: Running, agency_id: UUID) -> list[Received[Event]]:
    return [event for event in await running.events(agency_id) if isinstance(event.data, InsightExtracted)]


async def test_nothing_is_left_of_what_was_read(ai: Running, parts: Parts, agency_id: UUID) -> None:
    marker, kept = uuid4().hex, uuid4().hex
    lead, other = known_as(marker), known_as(kept)
    early, spoken, others = wrote(marker), said(lead, marker), said(other, kept)
    await ai.given(agency_id, early)
    await read(ai, agency_id, early.message_id, "read")
    # Only now is it known whose address that is.
    await ai.given(agency_id, lead, other, spoken, others)
    for source_id in (spoken.call_id, others.call_id):
        await read(ai, agency_id, source_id, "read")
    await ai.wait_until_caught_up()
    ids = {row["id"] for row in await ai.rows(agency_id, chunks) if row["person_id"] == lead.person_id}
    stay = {row["id"] for row in await ai.rows(agency_id, chunks)} - ids
    assert {row["source_id"] for row in await ai.rows(agency_id, chunks)} >= {early.message_id, spoken.call_id}
    assert await vectors_of(ai).missing(agency_id, ids | stay) == set()
    before = await places_of(marker, parts, "gardenos_ai")
    assert {
        "public.communications.texts",
        "public.chunks.text",
        "public.addresses.email",
    } <= set(before)
    assert {row["person_id"] for row in await ai.rows(agency_id, insights)} == {lead.person_id, other.person_id}
    assert "public.events.data" not in before, "sealed from the beginning"
    history = await read_of(ai, agency_id)
    assert {event.data.about() for event in history} == {lead.person_id, other.person_id, early.message_id}

    await ai.given(agency_id, PersonForgotten(lead_id=lead.lead_id, person_id=lead.person_id))
    await ai.wait_until_caught_up()
    await ai.jobs_done()
    assert await places_of(marker, parts, "gardenos_ai") == []
    assert await places_of(kept, parts, "gardenos_ai") != []
    assert await vectors_of(ai).missing(agency_id, ids | stay) == ids
    assert {row["person_id"] for row in await ai.rows(agency_id, insights)} == {other.person_id}
    assert {row["person_id"] for row in await ai.rows(agency_id, people)} == {other.person_id}
    async with ai.client(agency_id) as http:
        assert await items(http, f"insights?lead_id={lead.lead_id}") == []
        found = await http.get("/api/v1/search", params={"q": "hail has damaged our roof"})
        assert str(early.message_id) not in found.text
    left = [row for row in await ai.rows(agency_id, jobs) if not row["kind"].startswith("ai.score-")]
    assert {(row["kind"], row["state"]) for row in left} == {(REMOVE_VECTORS, "queued")}, (
        "once more, for what was under way"
    )

    events = await read_of(ai, agency_id)
    assert [(event.id, event.version) for event in events] == [(event.id, event.version) for event in history]
    of_them = {event.id for event in history if event.data.about() != other.person_id}
    assert {event.id for event in events if event.forgotten} == of_them
    for event in events:
        assert isinstance(event.data, InsightExtracted)
        assert (event.data.value == event.data.quote == "") == event.forgotten


async def test_what_arrives_afterwards_brings_nothing_back(ai: Running, parts: Parts, agency_id: UUID) -> None:
    marker = uuid4().hex
    lead = known_as(marker)
    await ai.given(agency_id, lead, PersonForgotten(lead_id=lead.lead_id, person_id=lead.person_id))
    await ai.wait_until_caught_up()
    spoken = said(lead, marker)
    client = ClientOnboarded(
        client_id=new_id(), person_id=lead.person_id, name=lead.name, email=lead.email, onboarded_at=SAID_AT
    )
    await ai.given(agency_id, spoken, client, lead)
    await ai.wait_until_caught_up()
    await ai.jobs_done()
    assert await places_of(marker, parts, "gardenos_ai") == []
    assert await ai.rows(agency_id, communications) == []


async def test_what_comms_alone_knows_to_be_theirs_goes_too(ai: Running, parts: Parts, agency_id: UUID) -> None:
    """They wrote by an address of which this service never heard."""
    marker = uuid4().hex
    lead, stranger = known_as(marker), wrote(f"other-{marker}")
    await ai.given(agency_id, lead, stranger)
    await read(ai, agency_id, stranger.message_id, "read")
    await ai.given(agency_id, PersonForgotten(lead_id=lead.lead_id, person_id=lead.person_id))
    await ai.wait_until_caught_up()
    assert await places_of(f"other-{marker}", parts, "gardenos_ai") != []
    told = ConversationsForgotten(
        person_id=lead.person_id, thread_ids=(stranger.thread_id,), communication_ids=(stranger.message_id,)
    )
    ids = {row["id"] for row in await ai.rows(agency_id, chunks)}
    assert ids
    await ai.given(agency_id, told, stranger)
    await ai.wait_until_caught_up()
    await ai.jobs_done()
    assert await places_of(marker, parts, "gardenos_ai") == []
    assert await vectors_of(ai).missing(agency_id, ids) == ids


async def test_what_is_read_at_the_same_moment_is_forgotten_with_them(
    ai: Running, parts: Parts, agency_id: UUID
) -> None:
    marker = uuid4().hex
    lead = known_as(marker)
    calls = [said(lead, marker) for _ in range(20)]
    await ai.given(agency_id, lead, *calls, PersonForgotten(lead_id=lead.lead_id, person_id=lead.person_id))
    await ai.wait_until_caught_up()
    await ai.jobs_done()

    async def nothing_left() -> bool:
        return not await places_of(marker, parts, "gardenos_ai")

    await eventually(nothing_left, within=10, what="nothing is left")
    assert await ai.rows(agency_id, chunks) == []
    assert await ai.rows(agency_id, insights) == []
    assert all(event.forgotten for event in await ai.events(agency_id))


async def test_of_an_agency_that_is_erased_nothing_is_left_and_nothing_comes_back(
    ai: Running, parts: Parts, agency_id: UUID
) -> None:
    marker, other = uuid4().hex, new_id()
    lead, others = known_as(marker), known_as("kept")
    spoken, kept = said(lead, marker), said(others, "kept")
    for agency, known, call_logged in ((agency_id, lead, spoken), (other, others, kept)):
        await ai.given(agency, known, call_logged)
        await read(ai, agency, call_logged.call_id, "read")
    ids = {row["id"] for row in await ai.rows(agency_id, chunks)}
    stay = {row["id"] for row in await ai.rows(other, chunks)}
    assert ids
    assert stay
    assert await places_of(marker, parts, "gardenos_ai") != []

    await ai.given(agency_id, AgencyErased(agency_id=agency_id))
    await ai.wait_until_caught_up()
    await ai.given(agency_id, said(lead, marker), known_as(marker), wrote(marker))
    await ai.wait_until_caught_up()
    await ai.jobs_done()
    left = await rows_of(agency_id, parts, "gardenos_ai")
    assert left.keys() <= STAYS | {"jobs"}, left
    waiting = [row for row in await ai.rows(agency_id, jobs) if not row["kind"].startswith("ai.score-")]
    assert {(row["kind"], row["state"]) for row in waiting} == {(REMOVE_VECTORS, "queued")}
    assert await places_of(marker, parts, "gardenos_ai") == []
    assert await vectors_of(ai).missing(agency_id, ids) == ids
    assert await vectors_of(ai).missing(other, stay) == set()
    async with ai.client(agency_id) as http:
        assert (await http.get("/api/v1/search", params={"q": "hail"})).json()["type"] == "urn:gardenos:agency-closed"
