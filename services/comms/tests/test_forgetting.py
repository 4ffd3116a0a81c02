"""A person is forgotten: nothing of what was said with them is left, and the history is whole."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.clients import ClientDetailsChanged, ClientOnboarded
from gardenos_contracts.clients import PersonForgotten as ClientForgotten
from gardenos_contracts.comms import CallLogged, ConversationsForgotten, MessageReceived
from gardenos_contracts.leads import LeadCaptured, LeadDetailsChanged, LeadStageChanged, PersonForgotten, Stage
from gardenos_contracts.values import PersonName

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def captured(marker: str, **fields: Any) -> LeadCaptured:
    known = {
        "lead_id": new_id(), "person_id": new_id(), "name": PersonName(given="Maria", family=marker),
        "email": f"{marker}@example.com", "phone": "+15125550142", "notes": marker, "source": "web form",
        "captured_at": YESTERDAY,
    }  # fmt: skip
    return LeadCaptured(**(known | fields))


def changed(lead: LeadCaptured, **fields: Any) -> LeadDetailsChanged:
    known = {"lead_id": lead.lead_id, "person_id": lead.person_id, "name": lead.name, "email": lead.email}
    return LeadDetailsChanged(**(known | fields))


def moved(lead: LeadCaptured, reason: str) -> LeadStageChanged:
    return LeadStageChanged(
        lead_id=lead.lead_id, person_id=lead.person_id, stage=Stage.CONTACTED, previous_stage=Stage.NEW, reason=reason
    )


def forgotten(lead: LeadCaptured) -> PersonForgotten:
    return PersonForgotten(lead_id=lead.lead_id, person_id=lead.person_id)


def written(sender: str, marker: str) -> bytes:
    head = f"From: {marker} <{sender}>\r\nTo: us@example.com, {marker}-2@example.com\r\nSubject: About {marker.split()[0]}\r\n"
    kind = 'Content-Type: multipart/mixed; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
    file = f'--b\r\nContent-Disposition: attachment; filename="{marker}.txt"\r\n\r\n{marker}\r\n--b--\r\n'
    return f"{head}{kind}--b\r\n\r\nHello from {marker}\r\n{file}".encode()


async def receive(http: httpx.AsyncClient, raw: bytes) -> httpx.Response:
    return await http.post("/api/v1/messages/inbound-email", content=raw, headers={"Content-Type": "message/rfc822"})


def call(lead: LeadCaptured, marker: str) -> dict[str, Any]:
    return {
        "lead_id": str(lead.lead_id), "direction": "outbound", "started_at": YESTERDAY.isoformat(), "duration_seconds": 300,
        "disposition": "connected", "transcript": f"Customer: {marker}", "notes": f"likes {marker}",
    }  # fmt: skip


async def with_a_history(comms: Running, agency_id: Any, http: httpx.AsyncClient, marker: str) -> LeadCaptured:
    """Somebody who wrote before they were known, then became a lead, was called, and wrote again."""
    assert (await receive(http, written(f"{marker}@example.com", marker))).status_code == 201
    lead = captured(marker)
    await comms.given(agency_id, lead, changed(lead, phone="+15125550199"), moved(lead, marker))
    await comms.wait_until_caught_up()
    assert (await http.post("/api/v1/calls", json=call(lead, marker))).status_code == 201
    assert (await receive(http, written(f"{marker}@example.com", f"{marker} again"))).status_code == 201
    return lead


async def test_nothing_is_left_of_what_was_said(comms: Running, parts: Parts, agency_id: Any) -> None:
    marker, kept = uuid4().hex, uuid4().hex
    async with comms.client(agency_id) as http:
        lead = await with_a_history(comms, agency_id, http, marker)
        other = captured(kept)
        await comms.given(agency_id, other)
        await comms.wait_until_caught_up()
        assert (await http.post("/api/v1/calls", json=call(other, kept))).status_code == 201
        before = await places_of(marker, parts, "gardenos_comms")
        assert {"public.emails.raw", "public.messages.text", "public.timeline.title", "public.calls.notes"} <= set(
            before
        )
        assert "public.events.data" not in before, "sealed from the beginning"
        threads = (await http.get(f"/api/v1/threads?person_id={lead.person_id}")).json()["items"]
        assert len(threads) == 2, "the telephone's, and the one that nobody known began"
        history = await comms.events(agency_id)

        await comms.given(agency_id, forgotten(lead))
        await comms.wait_until_caught_up()
        assert await places_of(marker, parts, "gardenos_comms") == []
        assert await places_of(kept, parts, "gardenos_comms") != []
        assert (await http.get(f"/api/v1/timeline?lead_id={lead.lead_id}")).status_code == 404
        assert (await http.get("/api/v1/threads?unknown=true")).json()["items"] == []
        refused = await http.post("/api/v1/calls", json=call(lead, marker))
        assert refused.status_code in (404, 409), refused.text

        events = await comms.events(agency_id)
        assert [event.sequence for event in events] == list(range(1, len(history) + 2))
        told = events[-1].data
        assert isinstance(told, ConversationsForgotten)
        assert set(told.thread_ids) == {event.data.thread_id for event in events
                                        if isinstance(event.data, CallLogged | MessageReceived) and event.forgotten}  # fmt: skip
        assert len(told.communication_ids) == 3
        assert [event.forgotten for event in events] == [True, True, True, False, False]
        assert marker not in str(events)
    await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)


async def test_who_is_forgotten_twice_is_forgotten_once(comms: Running, parts: Parts, agency_id: Any) -> None:
    marker = uuid4().hex
    async with comms.client(agency_id) as http:
        lead = await with_a_history(comms, agency_id, http, marker)
        client = ClientForgotten(client_id=new_id(), person_id=lead.person_id, lead_id=lead.lead_id)
        await comms.given(agency_id, forgotten(lead), client, forgotten(lead))
        await comms.wait_until_caught_up()
        assert await places_of(marker, parts, "gardenos_comms") == []
    told = [event for event in await comms.events(agency_id) if isinstance(event.data, ConversationsForgotten)]
    assert len(told) == 1


async def test_what_arrives_afterwards_brings_nothing_back(comms: Running, parts: Parts, agency_id: Any) -> None:
    """From another service, or once more from a topic that keeps for days what was sent in clear."""
    marker = uuid4().hex
    async with comms.client(agency_id) as http:
        lead = await with_a_history(comms, agency_id, http, marker)
        client = ClientOnboarded(
            client_id=new_id(), person_id=lead.person_id, lead_id=lead.lead_id, name=lead.name, email=lead.email,
            onboarded_at=YESTERDAY,
        )  # fmt: skip
        await comms.given(agency_id, forgotten(lead))
        await comms.wait_until_caught_up()
        late = ClientDetailsChanged(
            client_id=client.client_id, person_id=lead.person_id, name=lead.name, email=lead.email
        )
        await comms.given(agency_id, client, late, changed(lead), moved(lead, marker), lead)
        await comms.wait_until_caught_up()
        assert await places_of(marker, parts, "gardenos_comms") == []
        again = await receive(http, written(f"{marker}@example.com", marker))
        assert again.status_code == 409, "the same message, which the gateway brings once more"
        assert await places_of(marker, parts, "gardenos_comms") == []
        anew = await receive(http, written(f"{marker}@example.com", f"{marker} anew"))
        assert (anew.status_code, anew.json()["person_id"]) == (201, None), "who writes again is somebody new"


async def test_an_answer_that_is_late_is_of_somebody_forgotten(comms: Running, agency_id: Any) -> None:
    """Comms asks who a lead is, of whom no event has come yet, and they are forgotten meanwhile."""
    lead = captured(uuid4().hex)
    path = f"/api/v1/leads/{lead.lead_id}"
    known = {"id": str(lead.lead_id), "person_id": str(lead.person_id), "client_id": None, "version": 1, "owner_id": None,
             "team_id": None, "name": {"given": "Maria", "family": ""}, "email": lead.email, "phone": None}  # fmt: skip
    await comms.given(agency_id, forgotten(lead))
    await comms.wait_until_caught_up()
    comms.sources("leads").answers[path] = known
    async with comms.client(agency_id) as http:
        refused = await http.post("/api/v1/calls", json=call(lead, "x"))
        assert (refused.status_code, "forgotten" in refused.json()["detail"]) == (409, True)
        comms.sources("leads").answers[path] = known | {
            "person_id": str(new_id()),
            "forgotten_at": "2026-01-01T00:00:00Z",
        }
        assert (await http.post("/api/v1/calls", json=call(lead, "x"))).status_code == 409


async def test_what_is_said_at_the_same_moment_goes_as_well(comms: Running, parts: Parts, agency_id: Any) -> None:
    marker = uuid4().hex
    async with comms.client(agency_id) as http:
        lead = await with_a_history(comms, agency_id, http, marker)
        writing = [receive(http, written(f"{marker}@example.com", f"{marker} {n}")) for n in range(8)]
        calling = [http.post("/api/v1/calls", json=call(lead, marker)) for _ in range(8)]
        answers, _ = await asyncio.gather(asyncio.gather(*writing, *calling), comms.given(agency_id, forgotten(lead)))
        await comms.wait_until_caught_up()
        assert {answer.status_code for answer in answers} <= {201, 404, 409}
        # What came in after them is from somebody new: of it alone something may be left.
        events = await comms.events(agency_id)
        anew = [
            event for event in events
            if isinstance(event.data, MessageReceived) and not event.forgotten and event.data.person_id is None
        ]  # fmt: skip
        last = max(event.sequence for event in events if isinstance(event.data, ConversationsForgotten))
        assert all(event.sequence > last for event in anew)
        assert await places_of(f"likes {marker}", parts, "gardenos_comms") == []
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)
