"""The comms service by HTTP, on real PostgreSQL and Kafka."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts.clients import ClientOnboarded
from gardenos_contracts.identity import UserJoined
from gardenos_contracts.leads import LeadAssigned, LeadCaptured, LeadConverted
from gardenos_contracts.values import PersonName, Role

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def lead_captured(**fields: Any) -> LeadCaptured:
    known = {"lead_id": new_id(), "person_id": new_id(), "name": PersonName(given="Maria", family="Delgado"),
             "email": "maria@example.com", "source": "web form", "captured_at": YESTERDAY}  # fmt: skip
    return LeadCaptured(**(known | fields))


@pytest_asyncio.fixture(loop_scope="session")
async def maria(comms: Running, source: Sources, agency_id: UUID) -> LeadCaptured:
    lead = lead_captured()
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await comms.caught_up()
    return lead


def a_call(**fields: Any) -> dict[str, Any]:
    return {
        "direction": "outbound",
        "started_at": YESTERDAY.isoformat(),
        "duration_seconds": 300,
        "disposition": "connected",
        **fields,
    }


def email(sender: str = "maria@example.com", subject: str = "Quote", text: str = "Hello", **headers: str) -> bytes:
    lines = [
        f"From: {sender}",
        f"Subject: {subject}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()


async def receive(http: httpx.AsyncClient, raw: bytes) -> httpx.Response:
    return await http.post("/api/v1/messages/inbound-email", content=raw, headers={"Content-Type": "message/rfc822"})


async def items(http: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await http.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_call_is_logged_and_found(comms: Running, agency_id: UUID, maria: LeadCaptured) -> None:
    me = new_id()
    async with comms.client(agency_id, user_id=me) as http:
        answer = await http.post("/api/v1/calls", json=a_call(lead_id=str(maria.lead_id), transcript="Customer: hi"))
        assert answer.status_code == 201, answer.text
        logged = answer.json()
        assert (logged["person_id"], logged["lead_id"], logged["user_id"]) == (
            str(maria.person_id),
            str(maria.lead_id),
            str(me),
        )
        assert (await http.get(answer.headers["location"])).json() == logged
        (thread,) = await items(http, f"threads?lead_id={maria.lead_id}")
        assert (thread["channel"], thread["entries_count"], thread["person_name"]) == ("phone", 1, "Maria Delgado")
        await http.post("/api/v1/calls", json=a_call(lead_id=str(maria.lead_id), disposition="voicemail"))
        whole = (await http.get(f"/api/v1/threads/{thread['id']}")).json()
        assert [entry["kind"] for entry in whole["entries"]] == ["call", "call"]
    assert [event.type for event in await comms.events(agency_id)] == ["comms.CallLogged.v1"] * 2


async def test_bad_calls_are_named(comms: Running, agency_id: UUID, maria: LeadCaptured) -> None:
    async with comms.client(agency_id) as http:
        lead_id = str(maria.lead_id)
        cases = {
            "/duration_seconds": a_call(lead_id=lead_id, duration_seconds=-1),
            "/started_at": a_call(lead_id=lead_id, started_at="2999-01-01T00:00:00Z"),
            "/disposition": a_call(lead_id=lead_id, disposition="fine"),
            "/lead_id": a_call(),
            "/transcript": a_call(lead_id=lead_id, transcript="a\0b"),
        }
        for pointer, body in cases.items():
            answer = await http.post("/api/v1/calls", json=body)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
        # Nobody here knows this lead, and neither does the leads service of the kit.
        assert (await http.post("/api/v1/calls", json=a_call(lead_id=str(new_id())))).status_code == 404


async def test_a_lead_of_a_moment_ago_is_asked_for(comms: Running, source: Sources, agency_id: UUID) -> None:
    lead_id, person_id = new_id(), new_id()
    source("leads").answers[f"/api/v1/leads/{lead_id}"] = {
        "id": str(lead_id), "person_id": str(person_id), "display_name": "Tom Baker", "email": None, "phone": "+15125550177",
        "owner_id": None, "team_id": None, "client_id": None,
    }  # fmt: skip
    async with comms.client(agency_id) as http:
        answer = await http.post("/api/v1/calls", json=a_call(lead_id=str(lead_id)))
        assert answer.status_code == 201
        assert answer.json()["person_id"] == str(person_id)


async def test_email_finds_its_thread_and_its_lead(comms: Running, agency_id: UUID, maria: LeadCaptured) -> None:
    async with comms.client(agency_id) as http:
        first = await receive(http, email(subject="Quote for my house", Message_ID="<1@x>"))
        assert first.status_code == 201
        assert first.json()["lead_id"] == str(maria.lead_id)
        again = await receive(http, email(subject="Quote for my house", Message_ID="<1@x>"))
        assert (again.status_code, again.json()) == (200, first.json())
        answer = await receive(http, email(subject="Something else", In_Reply_To="<1@x>", Message_ID="<2@x>"))
        same_subject = await receive(http, email(subject="Re: quote FOR my house", Message_ID="<3@x>"))
        other = await receive(http, email(subject="My boat", Message_ID="<4@x>"))
        threads = [message.json()["thread_id"] for message in (first, answer, same_subject, other)]
        assert threads[0] == threads[1] == threads[2] != threads[3]
        stranger = await receive(http, email(sender="eve@evil.example", In_Reply_To="<1@x>", Message_ID="<5@x>"))
        assert stranger.json()["thread_id"] not in threads
        assert stranger.json()["lead_id"] is None


async def test_an_unknown_writer_is_kept_and_adopted(comms: Running, source: Sources, agency_id: UUID) -> None:
    async with comms.client(agency_id) as http:
        received = (await receive(http, email(sender="new@person.example"))).json()
        assert received["person_id"] is None
        (thread,) = await items(http, "threads?unknown=true")
        assert (thread["id"], thread["sender"]) == (received["thread_id"], "new@person.example")
        lead = lead_captured(email="new@person.example")
        await source("leads").publish(agency_id, lead)
        await comms.caught_up()
        assert await items(http, "threads?unknown=true") == []
        assert (await http.get(f"/api/v1/messages/{received['id']}")).json()["lead_id"] == str(lead.lead_id)
        assert {entry["kind"] for entry in await items(http, f"timeline?lead_id={lead.lead_id}")} == {
            "captured",
            "message",
        }


async def test_bad_email_is_kept(comms: Running, agency_id: UUID) -> None:
    async with comms.client(agency_id) as http:
        cases = {
            "no sender": b"Subject: x\r\n\r\nhello",
            "broken charset": b"From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe\x00",
            "binary": bytes(range(256)) * 10,
            "surrogates": b"From: a@b.example\r\nSubject: =?utf-8?b?7aCA?=\r\n\r\n\xed\xa0\x80",
            "ten megabytes": b"From: a@b.example\r\n\r\n" + b"x" * 10_000_000,
        }
        for words, raw in cases.items():
            answer = await receive(http, raw)
            assert answer.status_code == 201, words
            assert (await http.get(answer.headers["location"])).json() == answer.json()
        assert answer.json()["truncated"] is True
        assert (await receive(http, b"")).status_code == 422
        assert (await receive(http, b"x" * 25_000_001)).status_code == 413
        wrong = await http.post("/api/v1/messages/inbound-email", json={})
        assert wrong.status_code == 415
    await comms.caught_up()


async def test_one_timeline_from_lead_to_client(
    comms: Running, source: Sources, agency_id: UUID, maria: LeadCaptured
) -> None:
    me, client_id = new_id(), new_id()
    await source("identity").publish(
        agency_id, UserJoined(user_id=me, email="a@b.c", name="Ann Agent", role=Role.AGENT, team_ids=())
    )
    ids = {"lead_id": maria.lead_id, "person_id": maria.person_id}
    await source("leads").publish(agency_id, LeadAssigned(**ids, owner_id=me, team_id=None))
    converted = LeadConverted(
        **ids,
        client_id=client_id,
        name=maria.name,
        source="web form",
        captured_at=YESTERDAY,
        converted_at=datetime.now(UTC),
    )
    # The client's event may come first.
    onboarded = ClientOnboarded(
        client_id=client_id,
        person_id=maria.person_id,
        name=maria.name,
        email=maria.email,
        owner_id=me,
        onboarded_at=datetime.now(UTC),
    )
    await source("clients").publish(agency_id, onboarded)
    await source("leads").publish(agency_id, converted)
    await comms.caught_up()
    async with comms.client(agency_id, user_id=me) as http:
        await http.post("/api/v1/calls", json=a_call(client_id=str(client_id)))
        for person in (f"lead_id={maria.lead_id}", f"client_id={client_id}", f"person_id={maria.person_id}"):
            entries = await items(http, f"timeline?{person}")
            assert {entry["kind"] for entry in entries} == {"captured", "assigned", "converted", "onboarded", "call"}
            assert [entry["occurred_at"] for entry in entries] == sorted(
                (e["occurred_at"] for e in entries), reverse=True
            )
        by_kind = {entry["kind"]: entry for entry in entries}
        assert by_kind["call"]["actor"] == {"kind": "person", "id": str(me), "name": "Ann Agent"}
        assert by_kind["call"]["call"]["disposition"] == "connected"
        assert by_kind["assigned"]["detail"]["owner_name"] == "Ann Agent"
        paged = (await http.get(f"/api/v1/timeline?lead_id={maria.lead_id}&limit=2")).json()
        rest = await items(http, f"timeline?lead_id={maria.lead_id}&limit=50&cursor={paged['next_cursor']}")
        assert [entry["id"] for entry in paged["items"] + rest] == [entry["id"] for entry in entries]
        assert (await http.get("/api/v1/timeline")).status_code == 422


async def test_scope_and_isolation(comms: Running, source: Sources, agency_id: UUID) -> None:
    mine = new_id()
    theirs = lead_captured(owner_id=new_id(), email="x@theirs.example")
    await source("leads").publish(agency_id, theirs)
    await comms.caught_up()
    async with comms.client(agency_id) as owner:
        logged = (await owner.post("/api/v1/calls", json=a_call(lead_id=str(theirs.lead_id)))).json()
        written = (await receive(owner, email(sender="x@theirs.example"))).json()
    async with comms.client(agency_id, role=Role.AGENT, user_id=mine) as agent, comms.client(new_id()) as stranger:
        for http in (agent, stranger):
            for path in (
                f"calls/{logged['id']}",
                f"messages/{written['id']}",
                f"threads/{written['thread_id']}",
                f"timeline?lead_id={theirs.lead_id}",
            ):
                assert (await http.get(f"/api/v1/{path}")).status_code == 404, path
            assert await items(http, "threads") == []
            assert (await http.post("/api/v1/calls", json=a_call(lead_id=str(theirs.lead_id)))).status_code == 404
    async with comms.client(agency_id, role=Role.AUDITOR) as auditor:
        assert len(await items(auditor, "threads")) == 2
        assert (await auditor.post("/api/v1/calls", json=a_call(lead_id=str(theirs.lead_id)))).status_code == 403
        assert (await receive(auditor, email())).status_code == 403


async def test_a_repeated_call_is_logged_once(comms: Running, agency_id: UUID, maria: LeadCaptured) -> None:
    async with comms.client(agency_id, user_id=new_id()) as http:
        body = a_call(lead_id=str(maria.lead_id))
        answers = [await http.post("/api/v1/calls", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert answers[0].json()["id"] == answers[1].json()["id"]
        (thread,) = await items(http, "threads")
        assert thread["entries_count"] == 1
