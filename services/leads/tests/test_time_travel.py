"""A lead as of any moment: what was known and what was, what differs, and a field set back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.leads import LeadDetailsChanged
from gardenos_contracts.values import Role


async def captured(http: httpx.AsyncClient, **details: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/leads", json={"source": "web", **details})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def history(http: httpx.AsyncClient, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await http.get(f"/api/v1/leads/{id}/history")).json()["items"][::-1]
    return found


async def test_what_was_known_and_what_was(leads: Running, agency_id: UUID) -> None:
    long_ago = datetime(2026, 3, 14, 12, tzinfo=UTC)
    async with leads.client(agency_id) as http:
        lead = await captured(http, email="old@x.example", captured_at=long_ago.isoformat())
        path = f"/api/v1/leads/{lead['id']}"
        await http.patch(path, json={"email": "new@x.example"})
        first, second = await history(http, lead["id"])
        between = {"at": first["recorded_at"]}
        then = (await http.get(f"{path}/as-of", params=between)).json()
        assert (then["state"]["email"], then["since"], then["made_by"]["title"]) == ("old@x.example", 1, "Captured")
        assert then["made_by"]["effective_at"] == "2026-03-14T12:00:00Z"
        now = (await http.get(f"{path}/as-of", params={"at": datetime.now(UTC).isoformat()})).json()
        assert (now["state"]["email"], now["since"]) == ("new@x.example", 0)
        april = {"at": (long_ago + timedelta(days=20)).isoformat()}
        assert (await http.get(f"{path}/as-of", params=april)).status_code == 404, "nobody knew of them"
        was = (await http.get(f"{path}/as-of", params={**april, "by": "was"})).json()
        assert (was["state"]["email"], was["by"]) == ("old@x.example", "was")
        answer = await http.get(f"{path}/history/difference", params={"since": first["recorded_at"]})
        (change,) = answer.json()["changes"]
        assert (change["field"], change["old"], change["new"]) == ("email", "old@x.example", "new@x.example")
        assert (change["version"], change["actor"]) == (2, second["actor"])
        whole = await http.get(f"{path}/history/difference", params={"since": april["at"]})
        assert (whole.json()["before"], whole.json()["after"]["version"]) == (None, 2)
        await http.delete(path)
        gone = (await http.get(f"{path}/as-of", params={"at": datetime.now(UTC).isoformat()})).json()
        assert gone["state"]["removed"] is True


async def test_a_field_is_set_back_as_a_change_of_its_own(leads: Running, agency_id: UUID) -> None:
    somebody = new_id()
    await leads.colleagues(agency_id, somebody)
    async with leads.client(agency_id) as http:
        lead = await captured(http, name={"given": "Ann"}, email="a@x.example", owner_id=str(somebody))
        path = f"/api/v1/leads/{lead['id']}"
        await http.patch(path, json={"name": {"given": "Bea"}, "email": "b@x.example"})
        await http.put(f"{path}/owner", json={"owner_id": None})
        await http.put(f"{path}/stage", json={"stage": "quoted"})
        await http.patch(f"{path}/tags", json={"add": ["x"]})
        for field in ("name", "owner_id", "stage", "tags"):
            answer = await http.post(f"{path}/history/restore", json={"field": field, "version": 1})
            assert answer.status_code == 200, answer.text
        now = answer.json()
        assert (now["name"]["given"], now["email"]) == ("Ann", "b@x.example"), "the other field stays"
        assert (now["owner_id"], now["stage"], now["tags"]) == (str(somebody), "new", [])
        first, *_ = told = await history(http, lead["id"])
        assert [entry["causation_id"] for entry in told[-4:]] == [first["event_id"]] * 4
        again = await http.post(f"{path}/history/restore", json={"field": "name", "version": 1})
        assert (again.status_code, again.json()["version"]) == (200, now["version"])
        stale = await http.post(
            f"{path}/history/restore", json={"field": "email", "version": 1}, headers={"If-Match": '"1"'}
        )
        assert stale.status_code == 412
    kinds = [type(event.data) for event in await leads.events(agency_id)]
    assert kinds.count(LeadDetailsChanged) == 2


async def test_what_cannot_be_set_back_says_why(leads: Running, agency_id: UUID) -> None:
    gone = new_id()
    async with leads.client(agency_id) as http:
        lead = await captured(http, name={"given": "Ann"}, email="a@x.example")
        path = f"/api/v1/leads/{lead['id']}"

        async def refused(field: str, version: int = 1) -> tuple[int, str]:
            answer = await http.post(f"{path}/history/restore", json={"field": field, "version": version})
            return answer.status_code, answer.json()["detail"]

        assert (await refused("source"))[0] == 409
        assert (await refused("nothing"))[0] == 422
        assert (await refused("email", 9))[0] == 404
        await http.patch(path, json={"email": "b@x.example"})
        await http.delete(path)
        assert await refused("email") == (409, "this lead was removed: restore it first")
        await http.post(f"{path}/restore")
        await http.post(f"{path}/forget")
        status, why = await refused("email")
        assert (status, "forgotten" in why) == (409, True)
        assert (
            await http.post(f"/api/v1/leads/{gone}/history/restore", json={"field": "a", "version": 1})
        ).status_code == 404
    async with leads.client(agency_id, role=Role.AGENT) as other:
        hidden = await captured(other, name={"given": "Own"}, email="own@x.example")
    async with leads.client(agency_id, role=Role.AGENT) as http:
        for path in (f"/api/v1/leads/{hidden['id']}/as-of?at=2027-01-01T00:00:00Z",):
            assert (await http.get(path)).status_code == 404
