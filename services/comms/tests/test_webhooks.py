"""Webhooks: every published event reaches who asked for it, once, signed; a dead receiver harms nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
import pytest_asyncio
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.plugin import Start
from gardenos_chassis.testing.serving import served
from gardenos_chassis.testing.sources import Sources
from gardenos_comms.app import create_service
from gardenos_comms.settings import CommsSettings
from gardenos_comms.webhooks.delivering import DELIVER, prune
from gardenos_comms.webhooks.tables import deliveries, webhooks
from gardenos_contracts.comms import WebhookMade, WebhookPaused
from gardenos_contracts.identity import AgencyResumed, AgencySuspended, TeamFormed
from gardenos_contracts.leads import LeadCaptured, PersonForgotten
from gardenos_contracts.values import PersonName, Role
from sqlalchemy import select, text, update
from standardwebhooks.webhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Receiver:
    """Somebody's server, which answers as it is told and keeps what it hears, by path."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.go_on.set()

    async def take(self, request: Request) -> Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            body = await request.body()
            self.heard.append((request.url.path, dict(request.headers), body))
            await self.go_on.wait()
            return Response(status_code=self.status, headers=self.headers)
        finally:
            self.at_once -= 1

    def told(self, path: str) -> list[Any]:
        """What came to a path, parsed."""
        return [orjson.loads(body) for heard_at, _, body in self.heard if heard_at == path]


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    async with another(Receiver()) as found:
        yield found
        found.go_on.set()


@asynccontextmanager
async def started_service(start: Start, **settings: Any) -> AsyncIterator[Running]:
    local = {"webhooks_plain": True, "webhooks_private": "127.0.0.0/8"}
    async with start(create_service, CommsSettings, **(local | settings)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def comms(start: Start) -> AsyncIterator[Running]:
    async with started_service(start) as running:
        yield running


async def made(http: httpx.AsyncClient, url: str, **fields: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/webhooks", json={"name": "Warehouse", "url": url, **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def captured(**fields: Any) -> LeadCaptured:
    known = {
        "lead_id": new_id(), "person_id": new_id(), "name": PersonName(given="Maria", family="Garcia"),
        "email": "maria@example.com", "source": "web form", "captured_at": datetime.now(UTC),
    }  # fmt: skip
    return LeadCaptured(**(known | fields))


async def log_of(http: httpx.AsyncClient, webhook: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    answer = await http.get(f"/api/v1/webhooks/{webhook['id']}/deliveries", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def ended(http: httpx.AsyncClient, webhook: dict[str, Any], count: int, *, state: str) -> list[dict[str, Any]]:
    async def so_many() -> list[dict[str, Any]] | None:
        found = await log_of(http, webhook, state=state)
        return found if len(found) == count else None

    found = await eventually(so_many, what=f"{count} deliveries are {state}")
    assert found is not None
    return found


async def tried(http: httpx.AsyncClient, webhook: dict[str, Any], tries: int = 1) -> dict[str, Any]:
    """The only delivery, after so many tries."""

    async def so_often() -> dict[str, Any] | None:
        found = await log_of(http, webhook)
        return found[0] if found and found[0]["tries"] == tries else None

    found = await eventually(so_often, what=f"{tries} tries")
    assert found is not None
    return found


async def due_now(comms: Running, agency_id: UUID) -> None:
    """What is put off is due."""
    async with comms.service.database.transaction(agency_id) as session:
        await session.execute(update(webhooks).values(rest_until=None))
        await session.execute(
            update(jobs).where(jobs.c.kind == DELIVER, jobs.c.state == "queued").values(due_at=text("now()"))
        )


async def jobs_of(comms: Running, agency_id: UUID) -> list[Any]:
    async with comms.service.database.transaction(agency_id) as session:
        return list(await session.execute(select(jobs).where(jobs.c.kind == DELIVER)))


async def test_a_published_event_is_sent_signed_and_once(
    comms: Running, source: Sources, receiver: Receiver, agency_id: UUID
) -> None:
    async with comms.client(agency_id) as http:
        all_of_it = await made(http, receiver.url + "/all", personal=True)
        leads_alone = await made(http, receiver.url + "/leads", event_types=["leads.LeadCaptured.v1"])
        lead = captured()
        message = await source("leads").publish(agency_id, lead)
        await source("leads").send(message)
        await comms.given(agency_id, TeamFormed(team_id=new_id(), name="North"))
        await comms.wait_until_caught_up()
        # That the second webhook was made is an event as well, and of our own service.
        await ended(http, all_of_it, 3, state="delivered")
        [entry] = await ended(http, leads_alone, 1, state="delivered")
        assert (entry["event_type"], entry["status"], entry["tries"], entry["reason"]) == (
            "leads.LeadCaptured.v1", 204, 1, None,
        )  # fmt: skip
    assert {told["type"] for told in receiver.told("/all")} == {
        "leads.LeadCaptured.v1", "identity.TeamFormed.v1", "comms.WebhookMade.v1",
    }  # fmt: skip
    [whole] = [told for told in receiver.told("/all") if told["type"] == "leads.LeadCaptured.v1"]
    assert whole == {
        "id": entry["message_id"],
        "type": "leads.LeadCaptured.v1",
        "agency_id": str(agency_id),
        "occurred_at": message.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": orjson.loads(lead.model_dump_json()),
    }
    [ids_alone] = receiver.told("/leads")
    assert ids_alone["data"]["lead_id"] == str(lead.lead_id)
    assert ids_alone["data"]["email"] is None, "what tells of people goes only where somebody said so"
    assert ids_alone["id"] == whole["id"], "one event, one id"
    for path, webhook in (("/all", all_of_it), ("/leads", leads_alone)):
        for _, headers, body in (heard for heard in receiver.heard if heard[0] == path):
            told = Webhook(webhook["secret"]).verify(body, headers)
            assert told["id"] == headers["webhook-id"]


async def test_what_happened_before_and_elsewhere_is_not_sent(
    comms: Running, receiver: Receiver, agency_id: UUID
) -> None:
    other = new_id()
    await comms.given(agency_id, captured())
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/mine", event_types=["leads.LeadCaptured.v1"])
        await comms.given(other, captured())
        await comms.given(agency_id, captured())
        await comms.wait_until_caught_up()
        await ended(http, webhook, 1, state="delivered")
        assert len(await log_of(http, webhook)) == 1
    assert [told["agency_id"] for told in receiver.told("/mine")] == [str(agency_id)]


async def test_what_fails_is_tried_again_later_and_as_the_receiver_asks(
    comms: Running, receiver: Receiver, agency_id: UUID
) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": "7200"}
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/busy", event_types=["leads.LeadCaptured.v1"])
        await comms.given(agency_id, captured())
        await comms.wait_until_caught_up()
        entry = await tried(http, webhook)
        assert (entry["state"], entry["status"], entry["reason"]) == ("waiting", 503, "it answered 503")
        wait = datetime.fromisoformat(entry["next_at"]) - datetime.fromisoformat(entry["tried_at"])
        assert timedelta(hours=1, minutes=59) < wait < timedelta(hours=2, minutes=1)
        shown = (await http.get(f"/api/v1/webhooks/{webhook['id']}")).json()
        assert shown["failing_since"] is not None
        assert shown["rest_until"] is not None
        receiver.status, receiver.headers = 204, {}
        await due_now(comms, agency_id)
        await ended(http, webhook, 1, state="delivered")
        shown = (await http.get(f"/api/v1/webhooks/{webhook['id']}")).json()
        assert (shown["failing_since"], shown["rest_until"]) == (None, None)
    assert len(receiver.told("/busy")) == 2
    assert receiver.told("/busy")[0] == receiver.told("/busy")[1], "the same message, under the same id"
    assert not await jobs_of(comms, agency_id)


async def test_after_twelve_tries_it_has_failed_and_is_sent_again_by_hand(
    comms: Running, receiver: Receiver, agency_id: UUID
) -> None:
    receiver.status = 302
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/moved", event_types=["leads.LeadCaptured.v1"])
        await comms.given(agency_id, captured())
        await comms.wait_until_caught_up()
        for tries in range(1, 13):
            await due_now(comms, agency_id)
            await tried(http, webhook, tries)
        [entry] = await ended(http, webhook, 1, state="failed")
        assert (entry["status"], entry["next_at"]) == (302, None)
        assert "redirects are not followed" in entry["reason"]
        assert not await jobs_of(comms, agency_id)
        receiver.status = 200
        await due_now(comms, agency_id)
        again = await http.post(f"/api/v1/webhooks/{webhook['id']}/deliveries/{entry['id']}/redeliver")
        assert (again.status_code, again.json()["state"]) == (202, "waiting")
        [entry] = await ended(http, webhook, 1, state="delivered")
        assert entry["tries"] == 13
        # Also what arrived is sent once more to who asks for it.
        await http.post(f"/api/v1/webhooks/{webhook['id']}/deliveries/{entry['id']}/redeliver")
        await tried(http, webhook, 14)
    assert len({told["id"] for told in receiver.told("/moved")}) == 1


async def test_what_waits_is_sent_at_once_by_hand(comms: Running, receiver: Receiver, agency_id: UUID) -> None:
    receiver.status = 500
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/waits", event_types=["leads.LeadCaptured.v1"])
        await comms.given(agency_id, captured())
        await comms.wait_until_caught_up()
        entry = await tried(http, webhook)
        receiver.status = 200
        await http.post(f"/api/v1/webhooks/{webhook['id']}/deliveries/{entry['id']}/redeliver")
        [entry] = await ended(http, webhook, 1, state="delivered")
        assert entry["tries"] == 2


async def test_what_a_paused_webhook_missed_is_held_and_sent_by_one_command(
    comms: Running, receiver: Receiver, agency_id: UUID
) -> None:
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/paused", event_types=["leads.LeadCaptured.v1"])
        here = f"/api/v1/webhooks/{webhook['id']}"
        since = datetime.now(UTC).isoformat()
        paused = await http.post(f"{here}/pause")
        assert (paused.json()["state"], paused.json()["paused_because"]) == ("paused", "by hand")
        await comms.given(agency_id, captured(), captured())
        await comms.wait_until_caught_up()
        held = await ended(http, webhook, 2, state="held")
        assert not receiver.told("/paused")
        assert not await jobs_of(comms, agency_id)
        assert (await http.post(f"{here}/deliveries/redeliver", json={"since": since})).status_code == 409
        assert (await http.post(f"{here}/deliveries/{held[0]['id']}/redeliver")).status_code == 409
        assert (await http.post(f"{here}/resume")).json()["state"] == "active"
        later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        none = await http.post(f"{here}/deliveries/redeliver", json={"since": later})
        assert none.json() == {"deliveries": 0, "more": False}
        again = await http.post(f"{here}/deliveries/redeliver", json={"since": since})
        assert (again.status_code, again.json()) == (202, {"deliveries": 2, "more": False})
        await ended(http, webhook, 2, state="delivered")
    assert len(receiver.told("/paused")) == 2


@pytest.mark.parametrize(("status", "because"), [(500, "it failed for days"), (410, "its receiver is gone")])
async def test_what_fails_for_days_is_paused_and_that_is_an_event(
    comms: Running, receiver: Receiver, agency_id: UUID, status: int, because: str
) -> None:
    receiver.status = status
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/dead", event_types=["leads.LeadCaptured.v1"])
        if status == 500:
            async with comms.service.database.transaction(agency_id) as session:
                days_ago = datetime.now(UTC) - timedelta(days=5, minutes=1)
                await session.execute(update(webhooks).values(failing_since=days_ago, failures=40))
        await comms.given(agency_id, captured())
        await comms.wait_until_caught_up()
        await tried(http, webhook)
        shown = (await http.get(f"/api/v1/webhooks/{webhook['id']}")).json()
        assert (shown["state"], shown["paused_because"]) == ("paused", because)
        if status == 500:
            await due_now(comms, agency_id)
            await ended(http, webhook, 1, state="held")
    [said] = [event for event in await comms.events(agency_id) if event.type == WebhookPaused.event_type]
    assert said.data.model_dump()["because"] == because
    assert said.rule == f"platform:does {DELIVER}"


async def test_a_dead_receiver_holds_up_no_other(start: Start, receiver: Receiver, agency_id: UUID) -> None:
    other = new_id()
    receiver.go_on.clear()
    async with (
        started_service(start, webhooks_at_once=4) as comms,
        comms.client(agency_id) as http,
        comms.client(other) as their_http,
        another(Receiver()) as quick,
    ):
        slow = await made(http, receiver.url + "/slow", event_types=["leads.LeadCaptured.v1"])
        theirs = await made(their_http, quick.url + "/quick", event_types=["leads.LeadCaptured.v1"])
        await comms.given(agency_id, *(captured() for _ in range(20)))
        await eventually(lambda: reached(receiver, 2), what="the slow one is at it")
        await comms.given(other, *(captured() for _ in range(5)))
        await ended(their_http, theirs, 5, state="delivered")
        assert receiver.most_at_once == 2, "no agency takes more than half"
        assert len(await log_of(http, slow, state="delivered")) == 0
        receiver.go_on.set()
        await due_now(comms, agency_id)

        async def all_delivered() -> bool:
            await due_now(comms, agency_id)
            return len(await log_of(http, slow, state="delivered")) == 20

        await eventually(all_delivered, what="the slow one has all of it")


async def test_an_endpoint_that_keeps_failing_is_asked_seldom(
    comms: Running, receiver: Receiver, agency_id: UUID
) -> None:
    receiver.status = 500
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/down", event_types=["leads.LeadCaptured.v1"])
        async with comms.service.database.transaction(agency_id) as session:
            await session.execute(update(webhooks).values(failing_since=datetime.now(UTC), failures=10))
        await comms.given(agency_id, captured())
        await comms.wait_until_caught_up()
        await tried(http, webhook)
        await comms.given(agency_id, *(captured() for _ in range(10)))
        await comms.wait_until_caught_up()

        async def all_put_off() -> bool:
            found = await log_of(http, webhook)
            return len(found) == 11 and all(entry["next_at"] for entry in found)

        await eventually(all_put_off, what="they are put off")
    assert len(receiver.told("/down")) == 1, "one found out for all"


async def test_of_who_is_forgotten_nothing_is_sent_any_more(
    comms: Running, receiver: Receiver, agency_id: UUID
) -> None:
    receiver.status = 500
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/forgotten", personal=True)
        here = f"/api/v1/webhooks/{webhook['id']}/deliveries"
        lead, other = captured(), captured(name=PersonName(given="Ana", family="Kept"))
        await comms.given(agency_id, lead, other)
        await comms.wait_until_caught_up()
        await ended(http, webhook, 2, state="waiting")
        await eventually(lambda: reached(receiver, 2), what="both were tried")
        await comms.given(agency_id, PersonForgotten(lead_id=lead.lead_id, person_id=lead.person_id))
        await comms.wait_until_caught_up()
        [dropped] = await ended(http, webhook, 1, state="dropped")
        assert dropped["event_type"] == "leads.LeadCaptured.v1"
        assert (await http.post(f"{here}/{dropped['id']}/redeliver")).status_code == 409
        receiver.status, before = 200, len(receiver.heard)

        async def the_rest_arrived() -> bool:
            await due_now(comms, agency_id)
            return len(await log_of(http, webhook, state="delivered")) == 2

        await eventually(the_rest_arrived, what="the rest arrived")
    told = [orjson.loads(body) for _, _, body in receiver.heard[before:]]
    assert {each["type"] for each in told} == {"leads.LeadCaptured.v1", "leads.PersonForgotten.v1"}, (
        "who hears, forgets too"
    )
    assert [each["data"]["lead_id"] for each in told if each["type"] == "leads.LeadCaptured.v1"] == [str(other.lead_id)]
    rows = await comms.rows(agency_id, deliveries)
    assert lead.person_id not in [row["person_id"] for row in rows]


async def test_while_the_source_is_away_nothing_is_lost_and_no_try_counted(
    comms: Running, source: Sources, receiver: Receiver, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = True
    real = source("leads").after

    def after(agency: UUID, sequence: int, limit: int) -> Any:
        if away and limit == 1:
            raise RuntimeError("the source is away")
        return real(agency, sequence, limit)

    monkeypatch.setattr(source("leads"), "after", after)
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/source", event_types=["leads.LeadCaptured.v1"])
        await comms.given(agency_id, captured())
        await comms.wait_until_caught_up()

        async def delayed() -> bool:
            return any(job.delays >= 2 for job in await jobs_of(comms, agency_id))

        await eventually(delayed, what="the source is asked again")
        away = False
        [entry] = await ended(http, webhook, 1, state="delivered")
        assert entry["tries"] == 1


async def test_a_test_is_sent_once_also_while_it_is_paused(comms: Running, receiver: Receiver, agency_id: UUID) -> None:
    receiver.status = 500
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/test")
        await http.post(f"/api/v1/webhooks/{webhook['id']}/pause")
        sent = await http.post(f"/api/v1/webhooks/{webhook['id']}/test")
        assert sent.status_code == 202
        where = sent.headers["location"]

        async def over() -> dict[str, Any] | None:
            found: dict[str, Any] = (await http.get(where)).json()
            return found if found["state"] != "waiting" else None

        found = await eventually(over, what="the test is over")
        assert found is not None
        assert (found["state"], found["status"], found["tries"], found["event_type"]) == (
            "failed",
            500,
            1,
            "webhook.test",
        )
        shown = (await http.get(f"/api/v1/webhooks/{webhook['id']}")).json()
        assert shown["failing_since"] is None, "a test counts for nothing"
    [told] = receiver.told("/test")
    assert (told["type"], told["agency_id"]) == ("webhook.test", str(agency_id))
    headers = receiver.heard[0][1]
    assert Webhook(webhook["secret"]).verify(receiver.heard[0][2], headers)["id"] == headers["webhook-id"]


async def test_the_secret_is_shown_once_and_after_another_both_sign(
    comms: Running, receiver: Receiver, agency_id: UUID
) -> None:
    async with comms.client(agency_id) as http:
        key = {"Idempotency-Key": uuid4().hex}
        body = {"name": "Warehouse", "url": receiver.url + "/secret?token=hidden"}
        first = (await http.post("/api/v1/webhooks", json=body, headers=key)).json()
        assert (await http.post("/api/v1/webhooks", json=body, headers=key)).json()["secret"] == first["secret"]
        here = f"/api/v1/webhooks/{first['id']}"
        assert "secret" not in (await http.get(here)).json()
        assert "secret" not in (await http.get("/api/v1/webhooks")).json()["items"][0]
        second = (await http.post(f"{here}/rotate-secret")).json()
        assert second["secret"] != first["secret"]
        assert second["old_secret_until"] is not None
        await http.post(f"{here}/test")
        await eventually(lambda: reached(receiver, 1), what="the test came")
    _, headers, body_ = receiver.heard[0]
    for secret in (first["secret"], second["secret"]):
        Webhook(secret).verify(body_, headers)
    rows = await comms.rows(agency_id, webhooks)
    assert b"hidden" not in rows[0]["sealed"]
    [said] = [event for event in await comms.events(agency_id) if event.type == WebhookMade.event_type]
    assert "hidden" not in said.data.model_dump_json(), "the address may be a secret"


async def test_a_webhook_is_changed_and_removed(comms: Running, receiver: Receiver, agency_id: UUID) -> None:
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/one")
        here = f"/api/v1/webhooks/{webhook['id']}"
        stale = {"If-Match": '"7"'}
        assert (await http.patch(here, json={"name": "Other"}, headers=stale)).status_code == 412
        changed = await http.patch(
            here, json={"name": "Other", "url": receiver.url + "/two", "event_types": ["leads.LeadCaptured.v1"]}
        )
        assert (changed.json()["name"], changed.json()["url"]) == ("Other", receiver.url + "/two")
        assert changed.headers["etag"] == '"2"'
        moved = await http.patch(here, json={"url": receiver.url + "/three"})
        assert (moved.json()["url"], moved.json()["event_types"]) == (
            receiver.url + "/three",
            ["leads.LeadCaptured.v1"],
        )
        receiver.status = 500
        await comms.given(agency_id, captured())
        await comms.wait_until_caught_up()
        await tried(http, webhook)
        assert len(receiver.told("/three")) == 1
        assert (await http.delete(here)).status_code == 204
        for gone in (await http.get(here), await http.get(f"{here}/deliveries"), await http.delete(here)):
            assert gone.status_code == 404
        await due_now(comms, agency_id)
        await comms.jobs_done()
    assert len(receiver.told("/three")) == 1, "what waited is not sent"
    assert not await comms.rows(agency_id, deliveries)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"url": "https://10.0.0.1/"}, "/url"),
        ({"url": "https://user@example.com/"}, "/url"),
        ({"event_types": []}, "/event_types"),
        ({"event_types": ["leads.Nothing.v1"]}, "/event_types"),
        ({"name": " "}, "/name"),
        ({"name": "two\nlines"}, "/name"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(
    comms: Running, agency_id: UUID, fields: dict[str, Any], pointer: str
) -> None:
    async with comms.client(agency_id) as http:
        body = {"name": "Warehouse", "url": "https://hooks.example.com/"} | fields
        answer = await http.post("/api/v1/webhooks", json=body)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.OWNER, Role.ADMIN)])
async def test_only_owners_and_admins_see_or_change_any(comms: Running, agency_id: UUID, role: Role) -> None:
    async with comms.client(agency_id) as owner, comms.client(agency_id, role=role) as http:
        webhook = await made(owner, "https://hooks.example.com/")
        here = f"/api/v1/webhooks/{webhook['id']}"
        body = {"name": "Mine", "url": "https://hooks.example.com/"}
        for answer in (
            await http.get("/api/v1/webhooks"),
            await http.get("/api/v1/webhooks/event-types"),
            await http.post("/api/v1/webhooks", json=body),
            await http.get(here),
            await http.patch(here, json={"name": "Mine"}),
            await http.post(f"{here}/rotate-secret"),
            await http.post(f"{here}/test"),
            await http.get(f"{here}/deliveries"),
            await http.post(f"{here}/deliveries/redeliver", json={"since": datetime.now(UTC).isoformat()}),
            await http.delete(here),
        ):
            assert answer.status_code == 403, answer.url


async def test_every_event_can_be_chosen_and_is_told_in_words(comms: Running, agency_id: UUID) -> None:
    async with comms.client(agency_id, role=Role.ADMIN) as http:
        items = (await http.get("/api/v1/webhooks/event-types")).json()["items"]
        by_type = {item["type"]: item for item in items}
        assert by_type["leads.LeadCaptured.v1"]["personal"]
        assert not by_type["identity.TeamFormed.v1"]["personal"]
        assert all(item["words"].endswith(".") for item in items)
        assert not [item["words"] for item in items if "`" in item["words"]]


async def test_the_log_is_kept_for_thirty_days(comms: Running, receiver: Receiver, agency_id: UUID) -> None:
    async with comms.client(agency_id) as http:
        webhook = await made(http, receiver.url + "/old", event_types=["leads.LeadCaptured.v1"])
        await comms.given(agency_id, captured(), captured())
        await comms.wait_until_caught_up()
        old, kept = await ended(http, webhook, 2, state="delivered")
        async with comms.service.database.transaction(agency_id) as session:
            month_ago = datetime.now(UTC) - timedelta(days=30, minutes=1)
            await session.execute(
                update(deliveries).where(deliveries.c.id == UUID(old["id"])).values(made_at=month_ago)
            )
        await prune(comms.service)
        assert [entry["id"] for entry in await log_of(http, webhook)] == [kept["id"]]
        [first] = await log_of(http, webhook, event_type="leads.LeadCaptured.v1", limit=1)
        assert first["id"] == kept["id"]
        assert not await log_of(http, webhook, event_type="webhook.test")


async def reached(receiver: Receiver, count: int) -> bool:
    return len(receiver.heard) >= count


@asynccontextmanager
async def another(receiver: Receiver) -> AsyncIterator[Receiver]:
    app = Starlette(routes=[Route("/{path:path}", receiver.take, methods=["POST"])])
    async with served(app) as receiver.url:
        yield receiver


async def test_nothing_goes_out_for_a_suspended_agency_and_nothing_is_lost(
    comms: Running, receiver: Receiver, agency_id: UUID
) -> None:
    identity, other = comms.sources("identity"), new_id()
    async with comms.client(agency_id) as http, comms.client(other) as elsewhere:
        webhook = await made(http, receiver.url + "/still", event_types=["leads.LeadCaptured.v1"])
        theirs = await made(elsewhere, receiver.url + "/moving", event_types=["leads.LeadCaptured.v1"])
        why = AgencySuspended(agency_id=agency_id, reason="an invoice is open", turn_to=None)
        await identity.publish(agency_id, why, stream_id=agency_id)
        await comms.wait_until_caught_up()
        await comms.given(agency_id, captured())
        await comms.given(other, captured())
        await comms.wait_until_caught_up()
        # That of another agency, which came later, is out.
        await ended(elsewhere, theirs, 1, state="delivered")
        assert [job.state for job in await jobs_of(comms, agency_id)] == ["queued"]
        assert receiver.told("/still") == []
        assert (await http.get("/api/v1/webhooks")).status_code == 403
        await identity.publish(agency_id, AgencyResumed(agency_id=agency_id), stream_id=agency_id)
        await comms.wait_until_caught_up()

        async def answers() -> bool:
            return (await http.get("/api/v1/webhooks")).status_code == 200

        await eventually(answers, within=2.0, what="the agency is answered")
        await ended(http, webhook, 1, state="delivered")
    assert len(receiver.told("/still")) == 1
