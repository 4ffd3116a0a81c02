"""Sources, posts, pings and forms by HTTP, on real PostgreSQL and Kafka."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.identity import AgencySuspended
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_contracts.leads import LeadCaptured
from gardenos_contracts.values import Money, Role
from gardenos_leads.capturing import forms
from gardenos_leads.capturing.tables import lead_posts

VENDOR: dict[str, Any] = {"name": "QuoteHub", "kind": "vendor", "cost": {"minor": 1500}}
POST: dict[str, Any] = {
    "lead_id": "QH-1",
    "contact": {"first_name": "Maria", "last_name": "Delgado", "email": "Maria@Example.com", "phone": "(512) 555-0142"},
    "state": "Texas",
    "tcpa_text": "  I agree “to be called”.  ",
    "tcpa_timestamp": "2026-11-20T15:04:05Z",
    "trustedform_cert_url": "https://cert.trustedform.com/0f3e",
    "source_url": "https://quotes.example.com/auto",
}
FORM: dict[str, Any] = {
    "fields": ["name", "email", "phone"], "required": ["name"], "consent_text": "You may  call me.",
    "origins": ["https://www.agency.example"],
}  # fmt: skip
AT_HOME = {"Origin": "https://www.agency.example"}


@pytest_asyncio.fixture(loop_scope="session")
async def http(leads: Running, agency_id: UUID) -> AsyncIterator[httpx.AsyncClient]:
    async with leads.client(agency_id) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def outside(leads: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with leads.anonymous({"User-Agent": "QuoteHub/2"}) as client:
        yield client


async def made(http: httpx.AsyncClient, **said: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/lead-sources", json=VENDOR | said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def posted(
    outside: httpx.AsyncClient, source: dict[str, Any], post: Any = POST, what: str = ""
) -> dict[str, Any]:
    answer = await outside.post(f"/api/v1/lead-posts/{source['address']}{what}", json=post)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def log_of(http: httpx.AsyncClient, source: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await http.get(f"/api/v1/lead-sources/{source['id']}/posts")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def items(http: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_post_becomes_a_lead_and_is_kept_as_it_came(
    leads: Running, agency_id: UUID, http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    campaign = (await http.post("/api/v1/campaigns", json={"name": "Spring", "source": "vendor"})).json()["id"]
    user_id, team_id = new_id(), new_id()
    await leads.colleagues(agency_id, user_id, teams=[team_id])
    source = await made(http, campaign_id=campaign, owner_id=str(user_id), team_id=str(team_id))
    said = await posted(outside, source)
    assert (said["status"], said["price"]) == ("accepted", "15.00")
    (lead,) = await items(http, "/api/v1/leads")
    told = {name: lead[name] for name in ("display_name", "email", "phone", "state", "source", "campaign_id", "owner_id", "team_id")}  # fmt: skip
    assert told == {
        "display_name": "Maria Delgado", "email": "maria@example.com", "phone": "+15125550142", "state": "TX",
        "source": "QuoteHub", "campaign_id": campaign, "owner_id": str(user_id), "team_id": str(team_id),
    }  # fmt: skip
    (inquiry,) = await items(http, f"/api/v1/leads/{lead['id']}/inquiries")
    assert inquiry["consent_text"] == POST["tcpa_text"]
    assert inquiry["consent_token"] == POST["trustedform_cert_url"]
    assert inquiry["source_url"] == POST["source_url"]
    assert (inquiry["cost"], inquiry["external_id"]) == ({"minor": 1500, "currency": "USD"}, "QH-1")
    (entry,) = await log_of(http, source)
    assert (entry["id"], entry["fate"], entry["lead_id"], entry["format"]) == (
        said["id"],
        "captured",
        lead["id"],
        "json",
    )
    whole = (await http.get(f"/api/v1/lead-sources/{source['id']}/posts/{entry['id']}")).json()
    assert whole["body"].startswith('{"lead_id":')
    assert (whole["user_agent"], whole["content_type"]) == ("QuoteHub/2", "application/json")
    captured, inquired = [each.data for each in await leads.events(agency_id)][-2:]
    assert isinstance(captured, LeadCaptured)
    assert isinstance(inquired, LeadInquired)
    assert (inquired.person_id, inquired.first, inquired.cost) == (captured.person_id, True, Money(minor=1500))
    titles = [entry["title"] for entry in await items(http, f"/api/v1/leads/{lead['id']}/history")]
    assert titles == ["Inquired by QuoteHub", "Captured"]
    rows = await leads.rows(agency_id, lead_posts)
    assert b"Maria" not in rows[0]["sealed"]


async def test_the_vendor_s_id_makes_a_second_post_the_first(
    http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source = await made(http)
    first, *others = await asyncio.gather(*(posted(outside, source) for _ in range(6)))
    assert others == [first] * 5
    assert len(await items(http, "/api/v1/leads")) == 1
    fates = sorted(entry["fate"] for entry in await log_of(http, source))
    assert fates == ["captured", *["duplicate"] * 5]
    # Another vendor's id is its own affair.
    other = await made(http, name="Another")
    await posted(outside, other, POST | {"contact": {"email": "else@example.com"}})
    assert len(await items(http, "/api/v1/leads")) == 2


async def test_one_person_is_one_lead_however_often_they_ask(
    leads: Running, agency_id: UUID, http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source = await made(http)
    ways = [
        {"email": "MARIA@example.com", "first_name": "Maria"}, {"email": "maria@example.com", "zip": "78701"},
        {"email": "maria@example.com", "phone": "512.555.0142"}, {"email": "maria@example.com"},
    ]  # fmt: skip
    await asyncio.gather(*(posted(outside, source, way | {"lead_id": f"n{n}"}) for n, way in enumerate(ways)))
    (lead,) = await items(http, "/api/v1/leads")
    assert (lead["email"], lead["phone"], lead["postal_code"]) == ("maria@example.com", "+15125550142", "78701")
    assert len(await items(http, f"/api/v1/leads/{lead['id']}/inquiries")) == 4
    # By her number alone, after she was lost: she is worked again.
    lost = await http.put(f"/api/v1/leads/{lead['id']}/stage", json={"stage": "lost"})
    assert lost.status_code == 200
    await posted(outside, source, {"phone": "+1 512 555 0142"})
    (again,) = await items(http, "/api/v1/leads")
    assert (again["id"], again["stage"]) == (lead["id"], "new")
    inquiries = [e.data for e in await leads.events(agency_id) if isinstance(e.data, LeadInquired)]
    assert [each.first for each in inquiries] == [True, False, False, False, False]


async def test_forms_and_xml_are_taken_and_answered_as_the_vendor_likes(
    http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    words = {"format": "xml", "root": "result", "accepted": "SOLD", "id_field": "transaction"}
    source = await made(http, answers=words, mapping={"name": "who"})
    address = f"/api/v1/lead-posts/{source['address']}"
    answer = await outside.post(address, data={"who": "Ann Lee", "email": "ann@example.com"})
    assert answer.headers["content-type"].startswith("application/xml")
    assert answer.text.startswith('<?xml version="1.0" encoding="UTF-8"?><result><status>SOLD</status><transaction>')
    headers = {"Content-Type": "text/xml"}
    xml = "<lead><who>Bob Ray</who><contact><email>bob@example.com</email></contact></lead>"
    assert "SOLD" in (await outside.post(address, content=xml, headers=headers)).text
    assert {lead["display_name"] for lead in await items(http, "/api/v1/leads")} == {"Ann Lee", "Bob Ray"}


async def test_what_does_not_fit_is_held_and_captured_anew(http: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
    source = await made(http)
    post = {"lead_id": "7", "nm": "Ann Lee", "n1": "512 555 0142"}
    held = await posted(outside, source, post)
    assert held["status"] == "accepted"
    assert "reason" in held
    (entry,) = await log_of(http, source)
    assert (entry["fate"], entry["lead_id"]) == ("held", None)
    here = f"/api/v1/lead-sources/{source['id']}"
    assert (await http.get(here)).json()["held_posts"] == 1
    anew = f"{here}/posts/{entry['id']}/capture"
    assert (await http.post(anew)).status_code == 409
    mended = {name: source[name] for name in ("name", "kind")} | {"mapping": {"name": "nm", "phone": "n1"}}
    changed = await http.put(here, json=mended, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (await http.put(here, json=mended, headers={"If-Match": '"1"'})).status_code == 412
    captured = await http.post(anew)
    assert captured.status_code == 200, captured.text
    (lead,) = await items(http, "/api/v1/leads")
    assert (lead["id"], lead["phone"]) == (captured.json()["lead_id"], "+15125550142")
    assert (await http.post(anew)).status_code == 409
    assert (await posted(outside, source, post))["id"] == entry["id"]


async def test_what_cannot_be_read_is_refused_and_kept(http: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
    source = await made(http)
    address = f"/api/v1/lead-posts/{source['address']}"
    for content, status in ((b"", 422), (b"hello", 422), (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 422), (b"a=" + b"x" * 300_000, 413)):  # fmt: skip
        answer = await outside.post(address, content=content)
        assert answer.status_code == status, content[:20]
        assert answer.headers["content-type"] == "application/problem+json"
    assert [entry["fate"] for entry in await log_of(http, source)] == ["unreadable"] * 3
    for wrong in (address[:-1], address.replace("gls_", "glf_"), "/api/v1/lead-posts/x"):
        assert (await outside.post(wrong, json=POST)).status_code == 404
    anew = await http.post(f"/api/v1/lead-sources/{source['id']}/address")
    assert (await outside.post(address, json=POST)).status_code == 404
    assert (await posted(outside, anew.json()))["status"] == "accepted"
    assert "address" not in (await http.get(f"/api/v1/lead-sources/{source['id']}")).json()


async def test_a_ping_is_answered_by_the_rule_and_its_post_costs_what_was_bid(
    http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    rule = {"price": {"minor": 2250}, "states": ["TX"], "lines": ["auto"], "most_a_day": 2}
    source = await made(http, bidding=rule, answers={"rejected": "no, thank you"})
    refused = await posted(outside, source, {"state": "OK", "line_of_business": "car"}, "/pings")
    assert (refused["status"], refused["reason"]) == ("no, thank you", "no leads from OK are taken")
    assert (await posted(outside, source, {"state": "TX", "lob": "boat"}, "/pings"))["status"] == "no, thank you"
    bids = [await posted(outside, source, {"state": "Texas", "lob": "auto"}, "/pings") for _ in range(3)]
    assert [bid["status"] for bid in bids] == ["accepted", "accepted", "no, thank you"]
    assert bids[0]["price"] == "22.50"
    assert (await posted(outside, source, POST | {"ping_id": bids[0]["id"], "price": "99"}))["price"] == "22.50"
    late = POST | {"lead_id": "2", "contact": {"email": "late@example.com"}, "ping_id": refused["id"]}
    assert "price" not in await posted(outside, source, late)
    costs = {
        lead["email"]: (await items(http, f"/api/v1/leads/{lead['id']}/inquiries"))[0]["cost"]
        for lead in await items(http, "/api/v1/leads")
    }
    assert costs == {"maria@example.com": {"minor": 2250, "currency": "USD"}, "late@example.com": None}
    # The posts took their pings' places, and no more.
    assert (await posted(outside, source, {"state": "TX", "lob": "auto"}, "/pings"))[
        "reason"
    ] == "no more are taken today"


async def test_a_source_that_is_off_or_whose_agency_rests_loses_nothing(
    leads: Running, agency_id: UUID, http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source = await made(http, active=False)
    assert (await posted(outside, source))["status"] == "rejected"
    (entry,) = await log_of(http, source)
    assert entry["fate"] == "held"
    captured = await http.post(f"/api/v1/lead-sources/{source['id']}/posts/{entry['id']}/capture")
    assert captured.status_code == 200
    on = await made(http)
    await leads.given(agency_id, AgencySuspended(agency_id=agency_id, reason="unpaid", turn_to="us"))
    await leads.wait_until_caught_up()
    assert (await posted(outside, on, {"email": "late@example.com"}))["reason"] == "the agency is suspended"


async def test_managers_keep_sources_and_see_what_was_said_of_their_own_leads_alone(
    leads: Running, agency_id: UUID, http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    team_id = new_id()
    await leads.colleagues(agency_id, teams=[team_id])
    source = await made(http, team_id=str(team_id))
    await posted(outside, source)
    async with leads.client(agency_id, role=Role.MANAGER) as manager:
        (entry,) = await log_of(manager, source)
        assert (entry["in_scope"], entry["lead_id"], entry["reference"]) == (False, None, None)
        assert (await manager.get(f"/api/v1/lead-sources/{source['id']}/posts/{entry['id']}")).status_code == 404
    async with leads.client(agency_id, role=Role.MANAGER, team_ids=[team_id]) as manager:
        assert (await manager.get(f"/api/v1/lead-sources/{source['id']}/posts/{entry['id']}")).status_code == 200
    for role in (Role.AGENT, Role.VIEWER, Role.AUDITOR):
        async with leads.client(agency_id, role=role) as other:
            assert (await other.get("/api/v1/lead-sources")).status_code == 403
            assert (await other.post("/api/v1/lead-sources", json=VENDOR)).status_code == 403
    async with leads.client(new_id()) as elsewhere:
        assert (await elsewhere.get(f"/api/v1/lead-sources/{source['id']}")).status_code == 404


async def test_a_sample_shows_how_it_would_be_understood(http: httpx.AsyncClient) -> None:
    body = {"sample": '{"who": "Ann Lee", "phone": "12"}', "mapping": {"name": "who"}}
    told = (await http.post("/api/v1/lead-sources/preview", json=body)).json()
    assert (told["format"], told["fits"]) == ("json", False)
    assert told["fields"] == [
        {"field": "name", "path": "who", "mapped": True, "value": "Ann Lee"},
        {"field": "phone", "path": "phone", "mapped": False, "value": None},
    ]
    assert told["leaves"] == [{"path": "who", "value": "Ann Lee"}, {"path": "phone", "value": "12"}]
    assert (await http.post("/api/v1/lead-sources/preview", json={"sample": "{"})).status_code == 422


async def test_a_form_is_shown_and_sent_by_a_person(
    monkeypatch: pytest.MonkeyPatch, http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source = await made(http, kind="form", name="Our page", form=FORM, cost=None)
    assert source["address"] is None
    here = f"/api/v1/lead-forms/{source['form_address']}"
    shown = await outside.get(here, headers=AT_HOME)
    assert shown.headers["access-control-allow-origin"] == AT_HOME["Origin"]
    assert [field["name"] for field in shown.json()["fields"]] == FORM["fields"]
    assert (
        "access-control-allow-origin"
        not in (await outside.get(here, headers={"Origin": "https://evil.example"})).headers
    )
    asked = await outside.options(here, headers=AT_HOME)
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "GET, POST")
    monkeypatch.setattr(forms, "QUICKEST", 0.0)
    values = {"name": "Ann Lee", "email": "ann@example.com", "phone": "(512) 555-0142"}
    sent = {
        "ticket": shown.json()["ticket"],
        "values": values,
        "consent": True,
        "page": "https://www.agency.example/quote",
    }
    assert (await outside.post(here, json=sent, headers={"Origin": "https://evil.example"})).status_code == 403
    wrong = await outside.post(
        here, json=sent | {"values": values | {"phone": "12"}, "consent": False}, headers=AT_HOME
    )
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/values/phone", "/consent"]
    for _ in range(2):
        taken = await outside.post(here, json=sent, headers=AT_HOME)
        assert (taken.status_code, taken.json()["thanks"]) == (200, "Thank you. We will be in touch.")
    (lead,) = await items(http, "/api/v1/leads")
    (inquiry,) = await items(http, f"/api/v1/leads/{lead['id']}/inquiries")
    assert (inquiry["consent_text"], inquiry["source_url"]) == (FORM["consent_text"], sent["page"])
    assert inquiry["consented_at"] is not None
    assert lead["external_id"] is None
    script = await outside.get("/api/v1/lead-forms/form.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert len(script.content) < 8_192


async def test_programs_fill_in_nothing(http: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
    source = await made(http, kind="form", form=FORM)
    here = f"/api/v1/lead-forms/{source['form_address']}"
    ticket = (await outside.get(here)).json()["ticket"]
    person = {"ticket": ticket, "values": {"name": "Ann", "email": "a@example.com"}, "consent": True}
    for program, headers in (
        (person, AT_HOME),
        (person | {"website": "http://spam.example"}, AT_HOME),
        (person | {"ticket": "made.up"}, AT_HOME),
    ):
        answer = await outside.post(here, json=program, headers=headers)
        assert answer.json() == {"thanks": "Thank you. We will be in touch."}
    assert await items(http, "/api/v1/leads") == []
    entries = await log_of(http, source)
    assert [entry["fate"] for entry in entries] == ["spam"] * 3
    # One of them was a person after all.
    captured = await http.post(f"/api/v1/lead-sources/{source['id']}/posts/{entries[-1]['id']}/capture")
    assert captured.status_code == 200, captured.text
    (lead,) = await items(http, "/api/v1/leads")
    (inquiry,) = await items(http, f"/api/v1/leads/{lead['id']}/inquiries")
    assert inquiry["consent_text"] == FORM["consent_text"]


async def test_one_place_sends_a_form_a_few_times(
    monkeypatch: pytest.MonkeyPatch, http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    monkeypatch.setattr(forms, "QUICKEST", 0.0)
    source = await made(http, kind="form", form=FORM)
    here = f"/api/v1/lead-forms/{source['form_address']}"
    statuses = []
    for number in range(7):
        ticket = (await outside.get(here)).json()["ticket"]
        values = {"name": "Ann", "email": f"a{number}@example.com"}
        sent = await outside.post(here, json={"ticket": ticket, "values": values, "consent": True}, headers=AT_HOME)
        statuses.append(sent.status_code)
    assert statuses == [200] * 5 + [429] * 2


async def test_who_is_forgotten_is_forgotten_here_too_and_tables_are_made_again(
    leads: Running, parts: Parts, agency_id: UUID, http: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source = await made(http)
    await posted(outside, source)
    (lead,) = await items(http, "/api/v1/leads")
    assert (await http.post(f"/api/v1/leads/{lead['id']}/forget")).status_code == 200
    (entry,) = await log_of(http, source)
    assert (entry["reference"], entry["fate"]) == (None, "captured")
    whole = (await http.get(f"/api/v1/lead-sources/{source['id']}/posts/{entry['id']}")).json()
    assert whole["body"] is None
    (inquiry,) = await items(http, f"/api/v1/leads/{lead['id']}/inquiries")
    assert (inquiry["consent_text"], inquiry["external_id"], inquiry["cost"]) == (
        None,
        None,
        {"minor": 1500, "currency": "USD"},
    )
    # The vendor's repetition brings nobody back; who comes again is somebody new.
    assert (await posted(outside, source))["id"] == entry["id"]
    assert len([each for each in await items(http, "/api/v1/leads") if each["email"]]) == 0
    await posted(outside, source, POST | {"lead_id": "QH-2"})
    assert [each["email"] for each in await items(http, "/api/v1/leads") if each["email"]] == ["maria@example.com"]
    await leads.wait_until_caught_up()
    rows = await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
    assert (rows["lead_sources"], rows["inquiries"]) == (1, 2)
