"""A person is forgotten: nothing that told of them is left, and the history is whole."""

import asyncio
import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import clients as of_clients
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.leads import LeadCaptured, LeadConverted, LeadDetailsChanged, PersonForgotten
from gardenos_contracts.values import Direction, Role

HISTORY = ["LeadCaptured", "LeadDetailsChanged", "LeadStageChanged", "LeadConverted", "PersonForgotten"]


async def with_a_history(http: httpx.AsyncClient, marker: str) -> dict[str, Any]:
    """A lead of whom every personal field holds the marker, or is known by it."""
    made = await http.post(
        "/api/v1/leads",
        json={
            "name": {"given": f"Maria {marker}", "family": f"Delgado {marker}"}, "email": f"{marker}@example.com",
            "phone": "(512) 555-0142", "birth_date": "1980-05-06",
            "street": "12 Cedar Lane", "city": "Austin", "postal_code": "78701", "state": "TX",
            "current_carrier": f"Mutual of {marker}", "x_date": "2027-03-15", "notes": f"likes {marker}",
            "external_id": marker, "line_of_business": "auto", "source": "web form",
        },
    )  # fmt: skip
    assert made.status_code == 201, made.text
    path = f"/api/v1/leads/{made.json()['id']}"
    assert (await http.patch(path, json={"notes": f"still likes {marker}"})).status_code == 200
    moved = await http.put(f"{path}/stage", json={"stage": "quoted", "reason": f"{marker} asked for it"})
    assert moved.status_code == 200
    converted = await http.post(f"{path}/conversion")
    assert converted.status_code == 201
    return dict(converted.json())


async def test_nothing_is_left_of_a_person_but_what_is_counted(leads: Running, parts: Parts, agency_id: UUID) -> None:
    marker = uuid4().hex
    async with leads.client(agency_id) as http:
        lead = await with_a_history(http, marker)
        other = (await http.post("/api/v1/leads", json={"email": "another@example.com"})).json()
        assert "public.leads.email" in await places_of(marker, parts, "gardenos_leads")
        assert "public.events.data" not in await places_of(marker, parts, "gardenos_leads"), "sealed from the beginning"
        told = await http.post(f"/api/v1/leads/{lead['id']}/forget")
        assert told.status_code == 200, told.text
        assert await places_of(marker, parts, "gardenos_leads") == []
        now = told.json()
        assert (now["display_name"], now["name"]) == ("Forgotten person", {"given": "", "family": ""})
        assert now["forgotten_at"] is not None
        gone = (
            "email",
            "phone",
            "birth_date",
            "street",
            "city",
            "postal_code",
            "state",
            "current_carrier",
            "x_date",
            "notes",
            "external_id",
        )
        assert {now[name] for name in gone} == {None}
        counted = ("stage", "source", "captured_at", "converted_at", "client_id", "line_of_business", "person_id")
        assert {name: now[name] for name in counted} == {name: lead[name] for name in counted}
        again = await http.post(f"/api/v1/leads/{lead['id']}/forget")
        assert (again.status_code, again.json()) == (200, now), "the same again changes nothing"
        assert (await http.get(f"/api/v1/leads?q={marker}")).json()["items"] == []
        assert (await http.get(f"/api/v1/leads/{other['id']}")).json()["email"] == "another@example.com"
        entries = (await http.get(f"/api/v1/leads/{lead['id']}/history")).json()["items"]
        assert marker not in str(entries)
        assert [entry["title"] for entry in entries][:2] == ["Forgotten", "Converted to a client"]


async def test_the_history_stays_whole_and_is_replayed(leads: Running, parts: Parts, agency_id: UUID) -> None:
    marker = uuid4().hex
    async with leads.client(agency_id) as http:
        lead = await with_a_history(http, marker)
        before = await leads.events(agency_id)
        captured = before[0].data
        assert isinstance(captured, LeadCaptured)
        assert (captured.email, captured.external_id, before[0].forgotten) == (f"{marker}@example.com", marker, False)
        assert (await http.post(f"/api/v1/leads/{lead['id']}/forget")).status_code == 200
    events = await leads.events(agency_id)
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5]
    assert [event.type.split(".")[1] for event in events] == HISTORY
    assert [event.forgotten for event in events] == [True] * 4 + [False]
    assert marker not in str(events)
    for was, event in zip(before, events, strict=False):
        assert (was.id, was.stream_id, was.version, was.actor, was.occurred_at) == (
            event.id, event.stream_id, event.version, event.actor, event.occurred_at,
        )  # fmt: skip
    converted = events[3].data
    assert isinstance(converted, LeadConverted)
    assert (converted.line_of_business, converted.source, converted.email) == ("auto", "web form", None)
    token = leads.service.settings.internal_token.get_secret_value()
    async with leads.anonymous({"Authorization": f"Bearer {token}"}) as reader:
        feed = await reader.get("/internal/v1/events", params={"agency_id": str(agency_id)})
        assert [event["sequence"] for event in feed.json()["items"]] == [1, 2, 3, 4, 5]
        assert marker not in feed.text
        assert "$sealed" not in feed.text
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_nothing_more_is_kept_of_somebody_forgotten(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        lead = (await http.post("/api/v1/leads", json={"email": "maria@example.com"})).json()
        path = f"/api/v1/leads/{lead['id']}"
        assert (await http.post(f"{path}/forget")).status_code == 200
        for method, at, body in (
            ("PATCH", path, {"email": "maria@example.com"}),
            ("PUT", f"{path}/owner", {"owner_id": None, "team_id": None}),
            ("PUT", f"{path}/stage", {"stage": "contacted"}),
            ("POST", f"{path}/conversion", None),
        ):
            refused = await http.request(method, at, json=body)
            assert refused.status_code == 409, at
            assert "forgotten" in refused.json()["detail"]
        assert len(await leads.events(agency_id)) == 2
        anew = await http.post("/api/v1/leads", json={"email": "maria@example.com"})
        assert anew.json()["person_id"] != lead["person_id"], "who comes again is somebody new"


async def test_owners_and_admins_alone_forget(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        path = f"/api/v1/leads/{(await http.post('/api/v1/leads', json={'email': 'maria@example.com'})).json()['id']}"
    for role in (Role.MANAGER, Role.AGENT, Role.VIEWER, Role.AUDITOR):
        async with leads.client(agency_id, role=role) as http:
            assert (await http.post(f"{path}/forget")).status_code == 403, role
    async with leads.client(new_id()) as http:
        assert (await http.post(f"{path}/forget")).status_code == 404
    async with leads.client(agency_id, role=Role.ADMIN) as http:
        assert (await http.get(path)).json()["email"] == "maria@example.com"
        assert (await http.post(f"{path}/forget")).status_code == 200


async def test_what_stood_in_files_goes_too(leads: Running, parts: Parts, agency_id: UUID) -> None:
    marker = uuid4().hex
    kept = uuid4().hex
    file = io.BytesIO(
        f"Name,Email,Phone,Pet\nMaria {marker},{marker}@example.com,nonsense {marker},{marker}\n"
        f"Again {marker},{marker}@example.com,,{marker}\nAnn {kept},{kept}@example.com,,cat\n".encode()
    )
    async with leads.client(agency_id) as http:
        planned = {"plan": '{"run_automations": false}', "go_on": "run"}
        done = await http.post("/api/v1/imports", files={"file": ("leads.csv", file, "text/csv")}, data=planned)
        assert done.status_code == 201, done.text
        await leads.jobs_done()
        rows = f"/api/v1/imports/{done.json()['id']}/rows"
        first = (await http.get(rows)).json()["items"][0]
        assert marker in str(first["raw"])
        assert (await http.post(f"/api/v1/leads/{first['lead_id']}/forget")).status_code == 200
        assert await places_of(marker, parts, "gardenos_leads") == []
        left = (await http.get(rows)).json()["items"]
        assert [row["fate"] for row in left] == ["captured", "duplicate", "captured"]
        assert left[2]["raw"]["Email"] == f"{kept}@example.com", "others' rows stay"
        assert (await http.get(f"{rows}.csv")).status_code == 200


async def test_who_is_forgotten_as_a_client_is_forgotten_as_a_lead(
    leads: Running, parts: Parts, agency_id: UUID
) -> None:
    marker = uuid4().hex
    async with leads.client(agency_id) as http:
        lead = await with_a_history(http, marker)
        ids = {name: UUID(lead[name]) for name in ("person_id", "client_id")}
        told = of_clients.PersonForgotten(lead_id=UUID(lead["id"]), **ids)
        await leads.given(agency_id, told, told)
        await leads.wait_until_caught_up()
        assert await places_of(marker, parts, "gardenos_leads") == []
        assert (await http.get(f"/api/v1/leads/{lead['id']}")).json()["forgotten_at"] is not None
    events = [event.data for event in await leads.events(agency_id)]
    assert [type(event) for event in events].count(PersonForgotten) == 1
    # Of somebody whom nobody here knows there is nothing to forget.
    await leads.given(agency_id, of_clients.PersonForgotten(client_id=new_id(), person_id=new_id()))
    await leads.wait_until_caught_up()
    assert len(await leads.events(agency_id)) == len(events)


async def test_what_is_told_afterwards_is_told_without_what_is_personal(
    leads: Running, parts: Parts, agency_id: UUID
) -> None:
    marker = uuid4().hex
    async with leads.client(agency_id) as http:
        lead = await with_a_history(http, marker)
        assert (await http.post(f"/api/v1/leads/{lead['id']}/forget")).status_code == 200
        at = datetime(2030, 1, 1, tzinfo=UTC)
        late = CallLogged(
            call_id=new_id(), thread_id=new_id(), person_id=UUID(lead["person_id"]), lead_id=UUID(lead["id"]),
            user_id=new_id(), direction=Direction.INBOUND, started_at=at, duration_seconds=1,
            disposition=Disposition.CONNECTED, notes=marker,
        )  # fmt: skip
        await leads.given(agency_id, late)
        await leads.wait_until_caught_up()
        shown = (await http.get(f"/api/v1/leads/{lead['id']}")).json()
        assert datetime.fromisoformat(shown["last_contacted_at"]) == at, "it counts"
        assert await places_of(marker, parts, "gardenos_leads") == []


async def test_a_change_of_the_same_moment_loses(leads: Running, parts: Parts, agency_id: UUID) -> None:
    """A command that knew the person before they were forgotten is refused, whichever of the two began first."""
    marker = uuid4().hex
    async with leads.client(agency_id) as http:
        lead = (await http.post("/api/v1/leads", json={"email": "maria@example.com"})).json()
        ids = {"lead_id": UUID(lead["id"]), "person_id": UUID(lead["person_id"])}
        path = f"/api/v1/leads/{lead['id']}"
        outcomes = []

        async def change(number: int) -> None:
            answer = await http.patch(path, json={"notes": f"{marker} {number}"})
            outcomes.append(answer.status_code)

        forgetting = leads.given(agency_id, of_clients.PersonForgotten(client_id=new_id(), **ids))
        await asyncio.gather(*(change(number) for number in range(10)), forgetting)
        await leads.wait_until_caught_up()
        assert set(outcomes) <= {200, 409}
        assert (await http.patch(path, json={"notes": marker})).status_code == 409
        assert await places_of(marker, parts, "gardenos_leads") == []
    events = await leads.events(agency_id)
    changed = [event for event in events if isinstance(event.data, LeadDetailsChanged)]
    assert len(changed) == outcomes.count(200)
    assert isinstance(events[-1].data, PersonForgotten)
