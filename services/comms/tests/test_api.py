"""The comms service by HTTP, on real PostgreSQL and Kafka."""

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.sources import Sources
from gardenos_comms.people import people_of_address
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.clients import ClientAssigned, ClientDetailsChanged, ClientOnboarded
from gardenos_contracts.comms import MessageReceived
from gardenos_contracts.identity import ProfileChanged, UserJoined
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadStageChanged,
    Stage,
)
from gardenos_contracts.values import PersonName, Role
from sqlalchemy import text

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def lead_captured(**fields: Any) -> LeadCaptured:
    known = {"lead_id": new_id(), "person_id": new_id(), "name": PersonName(given="Maria", family="Delgado"),
             "email": "maria@example.com", "source": "web form", "captured_at": YESTERDAY}  # fmt: skip
    return LeadCaptured(**(known | fields))


@pytest_asyncio.fixture(loop_scope="session")
async def maria(comms: Running, source: Sources, agency_id: UUID) -> LeadCaptured:
    lead = lead_captured()
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await comms.wait_until_caught_up()
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


async def receive(http: httpx.AsyncClient, raw: bytes | AsyncIterable[bytes]) -> httpx.Response:
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
            "/notes": a_call(lead_id=lead_id, notes="\0"),
        }
        for pointer, body in cases.items():
            answer = await http.post("/api/v1/calls", json=body)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
        for started_at in (
            "0001-01-01T00:00:00+14:00",
            "1850-01-01T00:00:00Z",
            "9999-12-31T23:59:59-12:00",
            "2026-03-16T10:00:00",
        ):
            answer = await http.post("/api/v1/calls", json=a_call(lead_id=lead_id, started_at=started_at))
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/started_at"), started_at
        half = json.dumps(a_call(lead_id=lead_id, notes="\ud800"))
        answer = await http.post("/api/v1/calls", content=half, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/notes")
        both = await http.post("/api/v1/calls", json=a_call(lead_id=lead_id, client_id=str(new_id())))
        assert (both.status_code, both.json()["errors"][0]["pointer"]) == (422, "/lead_id")
        # Nobody here knows this lead, and neither does the leads service of the kit.
        assert (await http.post("/api/v1/calls", json=a_call(lead_id=str(new_id())))).status_code == 404


def told(lead: LeadCaptured, version: int, **fields: Any) -> dict[str, Any]:
    """The part of the leads service's answer that matters here."""
    return {
        "id": str(lead.lead_id), "person_id": str(lead.person_id), "name": lead.name.model_dump(), "email": lead.email,
        "phone": lead.phone, "owner_id": None, "team_id": None, "client_id": None, "version": version, **fields,
    }  # fmt: skip


async def test_a_lead_of_a_moment_ago_is_asked_for(comms: Running, source: Sources, agency_id: UUID) -> None:
    lead = lead_captured(email="tom@example.com")
    source("leads").answers[f"/api/v1/leads/{lead.lead_id}"] = told(lead, 1)
    async with comms.client(agency_id) as http:
        answer = await http.post("/api/v1/calls", json=a_call(lead_id=str(lead.lead_id)))
        assert answer.status_code == 201
        assert answer.json()["person_id"] == str(lead.person_id)
        (thread,) = await items(http, f"threads?lead_id={lead.lead_id}")
        assert thread["person_name"] == "Maria Delgado"
        # Its address is known by then as well.
        assert (await receive(http, email(sender="tom@example.com"))).json()["lead_id"] == str(lead.lead_id)


async def test_a_client_of_a_moment_ago_is_asked_for(comms: Running, source: Sources, agency_id: UUID) -> None:
    client_id, lead = new_id(), lead_captured()
    source("clients").answers[f"/api/v1/clients/{client_id}"] = told(
        lead, 1, id=str(client_id), lead_id=str(lead.lead_id)
    )
    async with comms.client(agency_id) as http:
        logged = (await http.post("/api/v1/calls", json=a_call(client_id=str(client_id)))).json()
        assert (logged["lead_id"], logged["client_id"]) == (str(lead.lead_id), str(client_id))


async def test_a_lead_given_away_a_moment_ago_is_the_new_owner_s(
    comms: Running, source: Sources, agency_id: UUID
) -> None:
    before, now = new_id(), new_id()
    lead = lead_captured(owner_id=before)
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await comms.wait_until_caught_up()
    # The new owner's call comes before the news that they are it.
    source("leads").answers[f"/api/v1/leads/{lead.lead_id}"] = told(lead, 2, owner_id=str(now))
    async with comms.client(agency_id, role=Role.AGENT, user_id=now) as http:
        assert (await http.post("/api/v1/calls", json=a_call(lead_id=str(lead.lead_id)))).status_code == 201
        assert len(await items(http, "threads")) == 1
    async with comms.client(agency_id, role=Role.AGENT, user_id=before) as http:
        assert await items(http, "threads") == []


async def test_what_nobody_has_takes_calls_once_it_is_claimed(comms: Running, source: Sources, agency_id: UUID) -> None:
    me, team = new_id(), new_id()
    lead = lead_captured(team_id=team)
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await comms.wait_until_caught_up()
    at, body = f"/api/v1/leads/{lead.lead_id}", a_call(lead_id=str(lead.lead_id))
    answers = source("leads").answers
    answers[at] = told(lead, 1, team_id=str(team))
    mine: dict[str, Any] = {"role": Role.AGENT, "user_id": me, "team_ids": [team]}
    async with comms.client(agency_id, **mine) as http:
        assert (await http.get(f"/api/v1/timeline?lead_id={lead.lead_id}")).status_code == 200
        refused = await http.post("/api/v1/calls", json=body)
        assert (refused.status_code, "claim it" in refused.json()["detail"]) == (409, True), refused.text
    assert await comms.events(agency_id) == []
    async with comms.client(agency_id, role=Role.AGENT) as elsewhere:
        # Out of the scope it is not there; leads says the same.
        del answers[at]
        assert (await elsewhere.post("/api/v1/calls", json=body)).status_code == 404
    async with comms.client(agency_id, role=Role.MANAGER, team_ids=[team]) as manager:
        assert (await manager.post("/api/v1/calls", json=body)).status_code == 201
    async with comms.client(agency_id, **mine) as http:
        # Claimed a moment ago: the news of it is on its way.
        answers[at] = told(lead, 2, team_id=str(team), owner_id=str(me))
        assert (await http.post("/api/v1/calls", json=body)).status_code == 201
        del answers[at]
        assert (await http.post("/api/v1/calls", json=body)).status_code == 201


async def test_what_is_shared_with_somebody_takes_their_calls_unclaimed(
    comms: Running, source: Sources, agency_id: UUID
) -> None:
    me, lead = new_id(), lead_captured()
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await comms.wait_until_caught_up()
    answers = source("leads").answers
    answers[f"/api/v1/leads/{lead.lead_id}"] = told(lead, 2, shared_with=[str(me)])
    async with comms.client(agency_id, role=Role.AGENT, user_id=me) as http:
        assert (await http.post("/api/v1/calls", json=a_call(lead_id=str(lead.lead_id)))).status_code == 201


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
        await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
        await comms.wait_until_caught_up()
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
            "no date, no subject": b"From: a@b.example\r\n\r\nhello",
            "broken charset": b"From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe\x00",
            "broken encoded word": b"From: a@b.example\r\nSubject: =?utf-8?b?a?=\r\n\r\nhello",
            "comments without end": b"From: " + b"(" * 5000 + b"\r\n\r\nhello",
            "binary": bytes(range(256)) * 10,
            "surrogates": b"From: a@b.example\r\nSubject: =?utf-8?b?7aCA?=\r\n\r\n\xed\xa0\x80",
            "long headers": b"From: a@b.example\r\nMessage-ID: <"
            + "é".encode() * 900
            + b">\r\nSubject: "
            + b"x" * 50_000
            + b"\r\n\r\nhello",
            "ten megabytes": b"From: a@b.example\r\n\r\n" + b"x" * 10_000_000,
        }
        for words, raw in cases.items():
            answer = await receive(http, raw)
            assert answer.status_code == 201, words
            assert (await http.get(answer.headers["location"])).json() == answer.json()
            assert (await receive(http, raw)).status_code == 200, words
            assert (await http.get(answer.headers["location"] + "/original")).content == raw
        assert answer.json()["truncated"] is True
        assert len(await items(http, "threads?unknown=true")) == len(cases)
    await comms.wait_until_caught_up()


async def test_what_is_no_email_is_refused_in_words(comms: Running, agency_id: UUID) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(26):
            yield b"x" * 1_000_000

    async with comms.client(agency_id) as http:
        empty = await receive(http, b"")
        assert (empty.status_code, empty.json()["errors"]) == (422, [{"pointer": "", "detail": empty.json()["detail"]}])
        for too_much in (b"x" * 25_000_001, in_pieces()):
            large = await receive(http, too_much)
            assert large.status_code == 413
            assert "25,000,000 bytes" in large.json()["detail"]
        wrong = await http.post("/api/v1/messages/inbound-email", json={})
        assert wrong.status_code == 415
        assert await items(http, "threads") == []


async def test_of_two_messages_with_one_id_none_is_lost(comms: Running, agency_id: UUID, maria: LeadCaptured) -> None:
    async with comms.client(agency_id) as http:
        first = await receive(http, email(text="The first", Message_ID="<1@x>"))
        relayed = await receive(http, b"Received: from mx2.example\r\n" + email(text="The first", Message_ID="<1@x>"))
        assert (relayed.status_code, relayed.json()) == (200, first.json())
        other = await receive(http, email(text="Another", Message_ID="<1@x>"))
        assert (other.status_code, other.json()["text"]) == (201, "Another")
        answer = await receive(http, email(subject="Other words", text="An answer", In_Reply_To="<1@x>"))
        assert answer.json()["thread_id"] == first.json()["thread_id"]


async def test_many_at_the_same_moment(comms: Running, agency_id: UUID, maria: LeadCaptured) -> None:
    async with comms.client(agency_id) as http:
        same = await asyncio.gather(*(receive(http, email(Message_ID="<1@x>")) for _ in range(5)))
        assert sorted(answer.status_code for answer in same) == [200, 200, 200, 200, 201]
        others = await asyncio.gather(*(receive(http, email(text=f"{n}", In_Reply_To="<1@x>")) for n in range(8)))
        assert {answer.status_code for answer in others} == {201}
        (thread,) = await items(http, "threads")
        assert thread["entries_count"] == 9
        assert len((await http.get(f"/api/v1/threads/{thread['id']}")).json()["entries"]) == 9


async def test_people_who_share_an_address_keep_their_conversations(
    comms: Running, source: Sources, agency_id: UUID, maria: LeadCaptured
) -> None:
    async with comms.client(agency_id) as http:
        first = (await receive(http, email(Message_ID="<1@x>"))).json()
        husband = lead_captured(name=PersonName(given="Juan", family="Delgado"))
        await source("leads").publish(agency_id, husband, stream_id=husband.lead_id)
        await comms.wait_until_caught_up()
        answer = (await receive(http, email(subject="Re: Quote", Message_ID="<2@x>", References="<1@x>"))).json()
        assert (answer["thread_id"], answer["lead_id"]) == (first["thread_id"], str(maria.lead_id))
        new = (await receive(http, email(subject="My boat", Message_ID="<3@x>"))).json()
        assert new["lead_id"] == str(husband.lead_id)


async def test_an_old_address_goes_on_in_its_thread_alone(
    comms: Running, source: Sources, agency_id: UUID, maria: LeadCaptured
) -> None:
    async with comms.client(agency_id) as http:
        first = (await receive(http, email(Message_ID="<1@x>"))).json()
        changed = LeadDetailsChanged(
            lead_id=maria.lead_id, person_id=maria.person_id, name=maria.name, email="new@example.com"
        )
        await source("leads").publish(agency_id, changed, stream_id=maria.lead_id)
        await comms.wait_until_caught_up()
        answer = (await receive(http, email(In_Reply_To="<1@x>", Message_ID="<2@x>"))).json()
        assert (answer["thread_id"], answer["lead_id"]) == (first["thread_id"], str(maria.lead_id))
        assert (await receive(http, email(subject="My boat"))).json()["lead_id"] is None


async def test_attachments_are_told(comms: Running, agency_id: UUID) -> None:
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        b"<p>See <b>attached</b></p>\r\n--b\r\nContent-Type: application/pdf; name=dec.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n"
    )
    async with comms.client(agency_id) as http:
        received = (await receive(http, raw)).json()
        assert received["text"] == "See attached"
        assert received["attachments"] == [{"filename": "dec.pdf", "media_type": "application/pdf", "size": 5}]


async def test_a_message_and_the_news_of_its_writer_do_not_miss_each_other(
    comms: Running, source: Sources, agency_id: UUID
) -> None:
    context = Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "correlation")
    waiting = text("select count(*) from pg_locks where locktype = 'advisory' and not granted")

    async def is_waited_for() -> bool:
        async with comms.service.database.across() as session:
            return bool((await session.execute(waiting)).scalar_one())

    lead, message_id = lead_captured(email="new@person.example"), new_id()
    async with comms.service.store.unit_of_work(context) as work:
        # The message has found nobody, and is not recorded yet, when its writer becomes known.
        assert await people_of_address(work.session, agency_id, lead.email) == []
        await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
        await eventually(is_waited_for, what="the consumer waiting for the message")
        received = MessageReceived(
            message_id=message_id, thread_id=new_id(), channel="email", sender=lead.email, subject="", text="Hello",
            received_at=datetime.now(UTC),
        )  # fmt: skip
        work.record(message_id, 0, [received])
    await comms.wait_until_caught_up()
    async with comms.client(agency_id) as http:
        assert (await http.get(f"/api/v1/messages/{message_id}")).json()["lead_id"] == str(lead.lead_id)


async def test_one_timeline_from_lead_to_client(
    comms: Running, source: Sources, agency_id: UUID, maria: LeadCaptured
) -> None:
    me, client_id = new_id(), new_id()
    await source("identity").publish(
        agency_id, UserJoined(user_id=me, email="a@b.c", name="Ann Agent", role=Role.AGENT, team_ids=())
    )
    ids = {"lead_id": maria.lead_id, "person_id": maria.person_id}
    await source("leads").publish(agency_id, LeadAssigned(**ids, owner_id=me, team_id=None), stream_id=maria.lead_id)
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
    await source("clients").publish(agency_id, onboarded, stream_id=client_id)
    await source("leads").publish(agency_id, converted, stream_id=maria.lead_id)
    await comms.wait_until_caught_up()
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
        renamed = ProfileChanged(user_id=me, name="Ann Archer", time_zone=None, locale=None)
        await source("identity").publish(agency_id, renamed, stream_id=me)
        await comms.wait_until_caught_up()
        entries = await items(http, f"timeline?lead_id={maria.lead_id}")
        assert [each["actor"]["name"] for each in entries if each["kind"] == "call"] == ["Ann Archer"]
        assert (await http.get("/api/v1/timeline")).status_code == 422
        assert (await http.get(f"/api/v1/timeline?lead_id={maria.lead_id}&cursor=x")).status_code == 422
        assert (await http.get(f"/api/v1/timeline?lead_id={new_id()}")).status_code == 404


async def test_changes_are_told_in_words(comms: Running, source: Sources, agency_id: UUID, maria: LeadCaptured) -> None:
    ann, bob, client_id = new_id(), new_id(), new_id()
    for user_id, name in ((ann, "Ann Agent"), (bob, "Bob Baker")):
        joined = UserJoined(user_id=user_id, email="a@b.c", name=name, role=Role.AGENT, team_ids=())
        await source("identity").publish(agency_id, joined)
    lead = {"lead_id": maria.lead_id, "person_id": maria.person_id}
    client = {"client_id": client_id, "person_id": maria.person_id}
    known: dict[str, Any] = {"name": maria.name, "email": maria.email}
    happened = [
        LeadAssigned(**lead, owner_id=ann, team_id=None),
        LeadAssigned(**lead, owner_id=bob, team_id=None, previous_owner_id=ann),
        LeadAssigned(**lead, owner_id=None, team_id=None, previous_owner_id=bob),
        LeadAssigned(**lead, owner_id=None, team_id=new_id(), previous_owner_id=None),
        LeadDetailsChanged(**lead, **known, phone="+15125550142", x_date=date(2027, 3, 15)),
        LeadDetailsChanged(**lead, **known, phone="+15125550142", notes="Likes dogs", state="TX", postal_code="78701", current_carrier="State Farm"),
        LeadStageChanged(**lead, stage=Stage.QUOTED, previous_stage=Stage.NEW),
        LeadStageChanged(**lead, stage=Stage.LOST, previous_stage=Stage.QUOTED, reason="too expensive"),
        ClientOnboarded(**client, lead_id=maria.lead_id, **known, onboarded_at=datetime.now(UTC)),
        ClientDetailsChanged(**client, name=PersonName(given="Maria", family="Reyes"), email=maria.email),
        ClientAssigned(**client, owner_id=ann, team_id=None),
    ]  # fmt: skip
    for event in happened:
        stream = client_id if event.service == "clients" else maria.lead_id
        await source(event.service).publish(agency_id, event, stream_id=stream)
        await comms.wait_until_caught_up()
    async with comms.client(agency_id) as http:
        told = await items(http, f"timeline?client_id={client_id}")
    assert [entry["title"] for entry in reversed(told)] == [
        "Captured from web form",
        "Owner: pool → Ann Agent",
        "Owner: Ann Agent → Bob Baker",
        "Owner: Bob Baker → pool",
        "Team changed",
        "Phone: none → +15125550142; X-date: none → 2027-03-15",
        "ZIP code: none → 78701; State: none → TX; Current carrier: none → State Farm; and 2 more",
        "Stage: new → quoted",
        "Stage: quoted → lost (too expensive)",
        "Onboarded as a client",
        "Name: Maria Delgado → Maria Reyes",
        "Owner: pool → Ann Agent",
    ]
    changes = next(entry["detail"]["changes"] for entry in told if "X-date" in entry["title"])
    assert changes == [
        {"field": "phone", "old": None, "new": "+15125550142"},
        {"field": "x_date", "old": None, "new": "2027-03-15"},
    ]


async def test_what_a_role_does_not_see_is_not_told_in_the_timeline(
    comms: Running, source: Sources, agency_id: UUID, maria: LeadCaptured
) -> None:
    known: dict[str, Any] = {"lead_id": maria.lead_id, "person_id": maria.person_id, "name": maria.name}
    born = LeadDetailsChanged(**known, email=maria.email, birth_date=date(1985, 12, 10), state="TX")
    await source("leads").publish(agency_id, born, stream_id=maria.lead_id)
    await comms.wait_until_caught_up()
    titles = {}
    for role in (Role.AGENT, Role.VIEWER):
        async with comms.client(agency_id, role=role) as http:
            answer = await http.get(f"/api/v1/timeline?lead_id={maria.lead_id}")
            told = next(entry for entry in answer.json()["items"] if entry["kind"] == "details_changed")
        titles[role] = told["title"]
    assert titles == {
        Role.AGENT: "State: none → TX; Birth date: none → 1985-12-10",
        Role.VIEWER: "State: none → TX; Birth date changed",
    }
    assert "1985" not in answer.text
    assert told["detail"]["changes"] == [
        {"field": "state", "old": None, "new": "TX"},
        {"field": "birth_date", "old": None, "new": None, "withheld": ["old", "new"]},
    ]


async def test_scope_and_isolation(comms: Running, source: Sources, agency_id: UUID) -> None:
    mine = new_id()
    theirs = lead_captured(owner_id=new_id(), email="x@theirs.example")
    await source("leads").publish(agency_id, theirs, stream_id=theirs.lead_id)
    await comms.wait_until_caught_up()
    async with comms.client(agency_id) as owner:
        logged = (await owner.post("/api/v1/calls", json=a_call(lead_id=str(theirs.lead_id)))).json()
        written = (await receive(owner, email(sender="x@theirs.example"))).json()
    async with comms.client(agency_id, role=Role.AGENT, user_id=mine) as agent, comms.client(new_id()) as stranger:
        # Who brings the same message holds it already; who only knows its id does not come to see it.
        assert (await receive(agent, email(sender="x@theirs.example"))).json() == written
        for http in (agent, stranger):
            for path in (
                f"calls/{logged['id']}",
                f"messages/{written['id']}",
                f"messages/{written['id']}/original",
                f"threads/{written['thread_id']}",
                f"timeline?lead_id={theirs.lead_id}",
            ):
                assert (await http.get(f"/api/v1/{path}")).status_code == 404, path
            assert await items(http, "threads") == []
            assert (await http.post("/api/v1/calls", json=a_call(lead_id=str(theirs.lead_id)))).status_code == 404
            for path in ("calls", "messages", "threads"):
                assert (await http.get(f"/api/v1/{path}/{new_id()}")).status_code == 404
                assert (await http.get(f"/api/v1/{path}/none")).status_code == 404
    async with comms.client(agency_id, role=Role.AGENT, user_id=mine) as agent:
        # What nobody known wrote is in the agency's pool.
        unknown = (await receive(agent, email(sender="who@knows.example"))).json()
        assert [thread["id"] for thread in await items(agent, "threads")] == [unknown["thread_id"]]
    async with comms.client(agency_id, role=Role.AUDITOR) as auditor:
        assert len(await items(auditor, "threads")) == 3
        assert (await auditor.post("/api/v1/calls", json=a_call(lead_id=str(theirs.lead_id)))).status_code == 403
        assert (await receive(auditor, email())).status_code == 403


async def test_a_repeated_call_is_logged_once(comms: Running, agency_id: UUID, maria: LeadCaptured) -> None:
    async with comms.client(agency_id, user_id=new_id()) as http:
        body = a_call(lead_id=str(maria.lead_id))
        answers = [await http.post("/api/v1/calls", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert answers[0].json()["id"] == answers[1].json()["id"]
        (thread,) = await items(http, "threads")
        assert thread["entries_count"] == 1
