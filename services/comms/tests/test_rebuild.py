"""Conversations are what events make of them, however two services' news and one's own messages come between one another."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds, verified
from gardenos_comms.consumers import directory
from gardenos_comms.projections import project
from gardenos_comms.tables import addresses, messages, people, threads, timeline
from gardenos_contracts import Actor, ActorKind, Event, Received
from gardenos_contracts.clients import ClientDetailsChanged, ClientOnboarded
from gardenos_contracts.comms import CallLogged, Disposition, MessageReceived
from gardenos_contracts.identity import UserJoined
from gardenos_contracts.leads import LeadCaptured, LeadDetailsChanged, LeadStageChanged, PersonForgotten, Stage
from gardenos_contracts.values import Direction, PersonName, Role
from sqlalchemy import Table

NOW = datetime.now(UTC)
MARIA, OTTO, THREAD, LATER = new_id(), new_id(), new_id(), new_id()
NAME = PersonName(given="Maria", family="Delgado")


def captured(person_id: UUID, email: str, **fields: Any) -> LeadCaptured:
    known = {
        "lead_id": new_id(),
        "person_id": person_id,
        "name": NAME,
        "email": email,
        "source": "web",
        "captured_at": NOW,
    }
    return LeadCaptured(**(known | fields))


def onboarded(person_id: UUID, email: str, **fields: Any) -> ClientOnboarded:
    known = {"client_id": new_id(), "person_id": person_id, "name": NAME, "email": email, "onboarded_at": NOW}
    return ClientOnboarded(**(known | fields))


def message(sender: str, **fields: Any) -> MessageReceived:
    known = {"message_id": new_id(), "thread_id": THREAD, "channel": "email", "sender": sender, "subject": "Quote",
             "text": "Hello", "received_at": NOW}  # fmt: skip
    return MessageReceived(**(known | fields))


LEAD, CLIENT = new_id(), new_id()
OF_LEADS: Sequence[Event] = (
    captured(MARIA, "maria@example.com", lead_id=LEAD),
    LeadDetailsChanged(lead_id=LEAD, person_id=MARIA, name=NAME, email="delgado@example.com"),
)
OF_CLIENTS: Sequence[Event] = (
    onboarded(OTTO, "otto@example.com", client_id=CLIENT),
    ClientDetailsChanged(client_id=CLIENT, person_id=OTTO, name=NAME, email="maria@example.com"),
)
OWN: Sequence[Event] = (
    message("maria@example.com"),
    message("maria@example.com", text="And?", received_at=NOW + timedelta(hours=1)),
    message("otto@example.com", thread_id=new_id(), person_id=OTTO, client_id=CLIENT),
    CallLogged(
        call_id=new_id(), thread_id=new_id(), person_id=MARIA, lead_id=LEAD, user_id=new_id(),
        direction=Direction.OUTBOUND, started_at=NOW, duration_seconds=60, disposition=Disposition.CONNECTED,
    ),
    message("maria@example.com", thread_id=LATER),
)  # fmt: skip


def numbered(events: Sequence[Event], agency_id: UUID) -> list[Received[Event]]:
    versions: dict[UUID, int] = {}
    found = []
    for sequence, event in enumerate(events, 1):
        stream_id = getattr(event, "lead_id", None) or getattr(event, "client_id", None) or new_id()
        versions[stream_id] = versions.get(stream_id, 0) + 1
        found.append(
            Received(
                agency_id=agency_id, stream_id=stream_id, version=versions[stream_id], type=event.event_type, data=event,
                actor=Actor(ActorKind.SYSTEM, "test"), correlation_id="c", causation_id=None, traceparent=None,
                occurred_at=NOW + timedelta(minutes=sequence), sequence=sequence, recorded_at=NOW,
            )
        )  # fmt: skip
    return found


async def hear(comms: Running, event: Received[Event]) -> None:
    context = Context(event.agency_id, Actor(ActorKind.SYSTEM, "test"), "c")
    async with comms.service.store.unit_of_work(context) as work:
        if event.type.startswith("comms."):
            await project(work.session, [event])
        else:
            handler = directory.handler_of(event.type)
            assert handler is not None
            await handler(event, work)


async def rows(comms: Running, agency_id: UUID, table: Table) -> list[dict[str, Any]]:
    # A timeline's entries of others' events are named by the events, and those by the agency.
    left_out = {"agency_id", "id"} if table is timeline else {"agency_id"}
    found = [{n: v for n, v in row.items() if n not in left_out} for row in await comms.rows(agency_id, table)]
    return sorted(found, key=repr)


async def test_every_order_of_messages_and_news_ends_alike(comms: Running) -> None:
    chance = random.Random(7)
    first: dict[str, list[dict[str, Any]]] = {}
    for _ in range(60):
        agency_id = new_id()
        sources = [numbered(events, agency_id) for events in (OF_LEADS, OF_CLIENTS, OWN)]
        turns = [source for source in sources for _ in source]
        chance.shuffle(turns)
        order = []
        for source in turns:
            order.append(source[0].type)
            await hear(comms, source.pop(0))
        found = {
            table.name: await rows(comms, agency_id, table)
            for table in (threads, timeline, people, addresses, messages)
        }
        first = first or found
        assert found == first, order
    # Both had the address, Maria until her second event: the later thread was begun when it was Otto's alone.
    of_thread = {row["id"]: (row["told_person_id"], row["person_id"], row["entries_count"]) for row in first["threads"]}
    assert (of_thread[THREAD], of_thread[LATER]) == ((None, MARIA, 2), (None, OTTO, 1))
    assert [row["person_id"] for row in first["timeline"] if row["thread_id"] == THREAD] == [MARIA, MARIA]


def email(sender: str, subject: str) -> bytes:
    return f"From: {sender}\r\nTo: office@example.com\r\nSubject: {subject}\r\nMessage-ID: <{new_id()}>\r\n\r\nHello\r\n".encode()


async def test_the_live_tables_equal_a_rebuild_and_it_takes_their_place(
    comms: Running, parts: Parts, agency_id: UUID
) -> None:
    maria, otto = captured(new_id(), "m@example.com"), onboarded(new_id(), "o@example.com")
    async with comms.client(agency_id, role=Role.OWNER) as http:

        async def receive(sender: str, subject: str) -> None:
            headers = {"Content-Type": "message/rfc822"}
            answer = await http.post("/api/v1/messages/inbound-email", content=email(sender, subject), headers=headers)
            assert answer.status_code == 201, answer.text

        await receive("m@example.com", "Before anybody knew")
        await receive("stranger@example.com", "Nobody")
        await comms.given(
            agency_id, UserJoined(user_id=new_id(), name="Ann", email="a@example.com", role=Role.AGENT, team_ids=())
        )
        leads, clients = comms.sources("leads"), comms.sources("clients")
        await leads.publish(agency_id, maria, stream_id=maria.lead_id)
        await clients.publish(agency_id, otto, stream_id=otto.client_id)
        await comms.wait_until_caught_up()
        await receive("m@example.com", "Now known")
        moved = LeadDetailsChanged(lead_id=maria.lead_id, person_id=maria.person_id, name=NAME, email="new@example.com")
        await leads.publish(agency_id, moved, stream_id=maria.lead_id)
        await comms.wait_until_caught_up()
        await receive("m@example.com", "From the address of before")
        call = {
            "direction": "outbound",
            "started_at": NOW.isoformat(),
            "duration_seconds": 5,
            "disposition": "connected",
        }
        for who in ({"lead_id": str(maria.lead_id)}, {"client_id": str(otto.client_id)}):
            assert (await http.post("/api/v1/calls", json={**call, **who})).status_code == 201
        before = (await http.get("/api/v1/threads")).json()
        kept = await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)
        assert kept["threads"] >= 6
        assert kept["people"] >= 2
        assert (await http.get("/api/v1/threads")).json() == before
        assert {thread["person_id"] for thread in before["items"]} == {
            str(maria.person_id), str(otto.person_id), None
        }  # fmt: skip
        await receive("new@example.com", "After")


async def test_who_was_known_by_an_answer_before_the_news_is_what_the_news_make_of_them(
    comms: Running, parts: Parts, agency_id: UUID
) -> None:
    """The lead moved on before any event of it came, and leads was asked who it is."""
    lead = captured(new_id(), "moved@example.com")
    leads = comms.sources("leads")
    leads.answers[f"/api/v1/leads/{lead.lead_id}"] = {
        "id": str(lead.lead_id), "person_id": str(lead.person_id), "client_id": None, "version": 2, "owner_id": None,
        "team_id": None, "name": NAME.model_dump(), "email": lead.email, "phone": None,
    }  # fmt: skip
    call = {"direction": "outbound", "started_at": NOW.isoformat(), "duration_seconds": 5, "disposition": "connected"}
    async with comms.client(agency_id) as http:
        assert (await http.post("/api/v1/calls", json={**call, "lead_id": str(lead.lead_id)})).status_code == 201
    await leads.publish(agency_id, lead, stream_id=lead.lead_id)
    moved = LeadStageChanged(
        lead_id=lead.lead_id, person_id=lead.person_id, stage=Stage.CONTACTED, previous_stage=Stage.NEW
    )
    await leads.publish(agency_id, moved, stream_id=lead.lead_id)
    await comms.wait_until_caught_up()
    found = await verified(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)
    assert not found["people"].differing, found["people"].differences


async def test_who_is_forgotten_stays_so_in_a_rebuild(comms: Running, parts: Parts, agency_id: UUID) -> None:
    maria, other = captured(new_id(), "mm@example.com"), captured(new_id(), "nn@example.com")
    leads = comms.sources("leads")
    call = {"direction": "outbound", "started_at": NOW.isoformat(), "duration_seconds": 5, "disposition": "connected"}
    async with comms.client(agency_id, role=Role.OWNER) as http:
        headers = {"Content-Type": "message/rfc822"}
        for sender in ("mm@example.com", "nn@example.com"):
            raw = email(sender, "Before anybody knew")
            assert (await http.post("/api/v1/messages/inbound-email", content=raw, headers=headers)).status_code == 201
        for lead in (maria, other):
            await leads.publish(agency_id, lead, stream_id=lead.lead_id)
        await comms.wait_until_caught_up()
        for lead in (maria, other):
            assert (await http.post("/api/v1/calls", json={**call, "lead_id": str(lead.lead_id)})).status_code == 201
        # The source keeps its own history whole, as one that has not heard of it yet.
        forgotten = PersonForgotten(lead_id=maria.lead_id, person_id=maria.person_id)
        await leads.publish(agency_id, forgotten, stream_id=maria.lead_id)
        await comms.wait_until_caught_up()
        assert {row["person_id"] for row in await comms.rows(agency_id, people)} == {other.person_id}
        await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)
        for table in (people, addresses, threads, timeline):
            assert {row["person_id"] for row in await comms.rows(agency_id, table)} == {other.person_id}, table.name
