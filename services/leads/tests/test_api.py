"""The leads service by HTTP, on real PostgreSQL and Kafka."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts.comms import CallLogged, Disposition, MessageReceived
from gardenos_contracts.leads import LeadConverted
from gardenos_contracts.values import Direction, Role

MARIA: dict[str, Any] = {
    "name": {"given": "Maria", "family": "Delgado"},
    "email": "Maria@Example.com",
    "phone": "(512) 555-0142",
    "x_date": "3/15/2027",
}


async def capture(http: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/leads", json={"if_known": "anyway", **MARIA, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def ids(http: httpx.AsyncClient, query: str = "") -> list[str]:
    answer = await http.get(f"/api/v1/leads{query}")
    assert answer.status_code == 200, answer.text
    return [lead["id"] for lead in answer.json()["items"]]


async def test_who_writes_reads_what_was_written(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        answer = await http.post("/api/v1/leads", json=MARIA)
        assert answer.status_code == 201
        lead = answer.json()
        assert (lead["email"], lead["phone"], lead["x_date"]) == ("maria@example.com", "+15125550142", "2027-03-15")
        assert (lead["stage"], lead["display_name"], answer.headers["etag"]) == ("new", "Maria Delgado", '"1"')
        shown = await http.get(answer.headers["location"])
        assert shown.json() == lead
        assert shown.headers["etag"] == '"1"'
        assert await ids(http) == [lead["id"]]


async def test_bad_fields_are_named(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        for field, value in {"email": "nonsense", "phone": "123", "state": "Bavaria", "x_date": "someday", "line_of_business": "zeppelin",
                             "campaign_id": str(new_id()), "captured_at": "2999-01-01T00:00:00Z", "notes": "a\0b", "source": "\0"}.items():  # fmt: skip
            answer = await http.post("/api/v1/leads", json={**MARIA, field: value})
            assert answer.status_code == 422, field
            assert answer.json()["errors"][0]["pointer"] == f"/{field}"
        assert (await http.post("/api/v1/leads", json={})).status_code == 422
        assert (await http.post("/api/v1/leads", json={**MARIA, "agency_id": str(new_id())})).status_code == 422
        assert await ids(http) == []


async def test_details_change_with_the_version_in_hand(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        lead = await capture(http)
        path = f"/api/v1/leads/{lead['id']}"
        changed = await http.patch(
            path, json={"phone": None, "current_carrier": "State Farm"}, headers={"If-Match": '"1"'}
        )
        assert changed.status_code == 200
        assert (changed.json()["phone"], changed.json()["current_carrier"], changed.headers["etag"]) == (
            None,
            "State Farm",
            '"2"',
        )
        assert changed.json()["email"] == "maria@example.com"
        assert (await http.patch(path, json={"phone": None}, headers={"If-Match": '"1"'})).status_code == 412
        same = await http.patch(path, json={"current_carrier": "State Farm"}, headers={"If-Match": '"2"'})
        assert same.headers["etag"] == '"2"'
        entries = (await http.get(path + "/history")).json()["items"]
        assert [entry["title"] for entry in entries] == ["Details changed", "Captured"]
        assert {"field": "phone", "old": "+15125550142", "new": None} in entries[0]["changes"]


async def test_the_pipeline(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        lead = await capture(http)
        path = f"/api/v1/leads/{lead['id']}"
        assert (await http.put(path + "/stage", json={"stage": "quoted"})).json()["stage"] == "quoted"
        won = await http.put(path + "/stage", json={"stage": "won"})
        assert (won.status_code, won.json()["errors"][0]["pointer"]) == (422, "/stage")
        converted = await http.post(path + "/conversion", json={})
        assert converted.status_code == 201
        assert converted.json()["stage"] == "won"
        assert converted.headers["location"] == f"/api/v1/clients/{converted.json()['client_id']}"
        again = await http.post(path + "/conversion", json={})
        assert again.status_code == 409
        assert converted.json()["client_id"] in again.json()["detail"]
        assert (await http.put(path + "/owner", json={"owner_id": None})).status_code in (200, 409)
        assert (await http.put(path + "/stage", json={"stage": "new"})).status_code == 409
    event = (await leads.events(agency_id))[-1].data
    assert isinstance(event, LeadConverted)
    assert event.phone == "+15125550142"


async def test_filters_and_sorts(leads: Running, agency_id: UUID) -> None:
    me, old = new_id(), (datetime.now(UTC) - timedelta(days=30)).isoformat()
    await leads.colleagues(agency_id, me)
    async with leads.client(agency_id) as http:
        campaign = (await http.post("/api/v1/campaigns", json={"name": "Spring", "source": "web"})).json()
        anna = await capture(
            http,
            name={"given": "Anna", "family": "Alvarez"},
            campaign_id=campaign["id"],
            phone="737-555-0199",
            email=None,
        )
        zoe = await capture(
            http, name={"given": "Zoe", "family": "100%_er"}, owner_id=str(me), captured_at=old, email="zoe@z.example"
        )
        lost = await capture(http, captured_at=old)
        await http.put(f"/api/v1/leads/{lost['id']}/stage", json={"stage": "lost"})
        assert await ids(http, f"?campaign_id={campaign['id']}") == [anna["id"]]
        assert (await http.get(f"/api/v1/leads/{anna['id']}")).json()["campaign_name"] == "Spring"
        assert await ids(http, "?stage=lost") == [lost["id"]]
        assert set(await ids(http, "?stage=lost&stage=new")) == {anna["id"], zoe["id"], lost["id"]}
        assert await ids(http, f"?owner_id={me}") == [zoe["id"]]
        assert set(await ids(http, "?owner_id=none")) == {anna["id"], lost["id"]}
        assert await ids(http, "?not_contacted_for_days=7") == [zoe["id"]]
        for q, found in {
            "alva": anna,
            "zoe": zoe,
            "z@": None,
            "zoe@z": zoe,
            "0199": anna,
            "(737) 555-0199": anna,
            "anna (737) 555": anna,
            "alva%00": anna,
            "%25": None,
            "100%25": zoe,
            "z.ex": zoe,
        }.items():
            assert await ids(http, f"?q={q}") == ([found["id"]] if found else []), q
        assert await ids(http, "?sort=name") == [zoe["id"], anna["id"], lost["id"]]
        for sort in (
            "name",
            "-name",
            "captured_at",
            "-captured_at",
            "last_contacted_at",
            "-last_contacted_at",
            "x_date",
            "-x_date",
        ):
            whole, paged, cursor = await ids(http, f"?sort={sort}"), [], ""
            while True:
                page = (await http.get(f"/api/v1/leads?sort={sort}&limit=1{cursor}")).json()
                paged += [lead["id"] for lead in page["items"]]
                if page["next_cursor"] is None:
                    break
                cursor = f"&cursor={page['next_cursor']}"
            assert paged == whole
            assert len(whole) == 3
        assert (await http.get("/api/v1/leads?sort=phone")).status_code == 422
        assert (await http.get("/api/v1/leads?owner_id=x")).json()["errors"][0]["pointer"] == "query:owner_id"


async def test_contact_moves_by_the_event_and_only_forward(leads: Running, source: Sources, agency_id: UUID) -> None:
    comms = source("comms")
    early, late = datetime.now(UTC) - timedelta(days=3), datetime.now(UTC) - timedelta(hours=1)
    async with leads.client(agency_id) as http:
        lead = await capture(http)

        def call(at: datetime, disposition: Disposition = Disposition.CONNECTED) -> CallLogged:
            return CallLogged(
                call_id=new_id(), thread_id=new_id(), person_id=UUID(lead["person_id"]), lead_id=UUID(lead["id"]), user_id=new_id(),
                direction=Direction.OUTBOUND, started_at=at, duration_seconds=60, disposition=disposition,
            )  # fmt: skip

        await comms.publish(agency_id, call(late))
        await comms.publish(agency_id, call(datetime.now(UTC), Disposition.WRONG_NUMBER))
        received = MessageReceived(
            message_id=new_id(), thread_id=new_id(), lead_id=UUID(lead["id"]), channel="email", sender="a@b.c",
            subject="", text="", received_at=early,
        )  # fmt: skip
        await comms.publish(agency_id, received)
        await leads.wait_until_caught_up()
        shown = (await http.get(f"/api/v1/leads/{lead['id']}")).json()
        assert datetime.fromisoformat(shown["last_contacted_at"]) == late
        assert datetime.fromisoformat(shown["first_contacted_at"]) == early
        assert shown["contact_attempts"] == 2, "a wrong number was an attempt"
        assert datetime.fromisoformat(shown["first_touched_at"]) == late, "a message came in, and nobody answered"


async def test_scope_and_isolation(leads: Running, agency_id: UUID) -> None:
    mine, mate, team = new_id(), new_id(), new_id()
    await leads.colleagues(agency_id, mate, teams=[team])
    async with leads.client(agency_id) as owner:
        theirs = await capture(owner, owner_id=str(mate))
        pool = await capture(owner, team_id=str(team))
    async with leads.client(agency_id, role=Role.AGENT, user_id=mine, team_ids=[team]) as agent:
        own = await capture(agent)
        assert own["owner_id"] == str(mine)
        assert set(await ids(agent)) == {own["id"], pool["id"]}
        for path in ("", "/history"):
            assert (await agent.get(f"/api/v1/leads/{theirs['id']}{path}")).status_code == 404
        assert (await agent.patch(f"/api/v1/leads/{theirs['id']}", json={"notes": "x"})).status_code == 404
        assert (await agent.post(f"/api/v1/leads/{theirs['id']}/conversion")).status_code == 404
        given = await agent.put(f"/api/v1/leads/{own['id']}/owner", json={"owner_id": str(mate)})
        assert given.status_code == 200
        assert (await agent.get(f"/api/v1/leads/{own['id']}")).status_code == 404
    async with leads.client(agency_id, role=Role.AUDITOR) as auditor:
        assert len(await ids(auditor)) == 3
        assert (await auditor.post("/api/v1/leads", json=MARIA)).status_code == 403
    async with leads.client(new_id()) as stranger:
        assert await ids(stranger) == []
        assert (await stranger.get(f"/api/v1/leads/{pool['id']}")).status_code == 404
        assert (await stranger.patch(f"/api/v1/leads/{pool['id']}", json={"notes": "x"})).status_code == 404


async def test_a_repeated_command_makes_one_lead(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        answers = [await http.post("/api/v1/leads", json=MARIA, headers={"Idempotency-Key": "k"}) for _ in range(3)]
        assert len({answer.json()["id"] for answer in answers}) == 1
        other = await http.post("/api/v1/leads", json={**MARIA, "notes": "x"}, headers={"Idempotency-Key": "k"})
        assert other.status_code == 422
        assert len(await ids(http)) == 1
