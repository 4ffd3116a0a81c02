"""A client's history: decades of small changes, told one by one and folded for the next command."""

from uuid import UUID

from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role
from sqlalchemy import text


async def test_it_is_told_in_words_and_at_any_moment(clients: Running, agency_id: UUID) -> None:
    owner = new_id()
    await clients.colleagues(agency_id, owner)
    async with clients.client(agency_id) as http:
        made = await http.post(
            "/api/v1/clients", json={"name": {"given": "Ada", "family": "Byron"}, "email": "ada@example.com"}
        )
        path = f"/api/v1/clients/{made.json()['id']}"
        await http.patch(path, json={"name": {"given": "Ada", "family": "Lovelace"}, "birth_date": "1985-12-10"})
        await http.put(path + "/owner", json={"owner_id": str(owner)})
        entries = (await http.get(path + "/history")).json()["items"]
        assert [entry["title"] for entry in entries] == ["Assigned", "Details changed", "Onboarded"]
        assert entries[0]["changes"] == [{"field": "owner_id", "old": None, "new": str(owner)}]
        assert entries[1]["changes"] == [
            {"field": "name", "old": "Ada Byron", "new": "Ada Lovelace"},
            {"field": "birth_date", "old": None, "new": "1985-12-10"},
        ]
        then = (await http.get(path + "/history/state", params={"version": 1})).json()["state"]
        assert (then["name"], then["birth_date"], then["owner_id"]) == ("Ada Byron", None, None)
    async with clients.client(agency_id, role=Role.AGENT) as agent:
        for what in ("/history", "/history/state"):
            assert (await agent.get(path + what)).status_code == 404
    async with clients.client(agency_id, role=Role.AUDITOR) as auditor:
        (_, changed, _) = (await auditor.get(path + "/history")).json()["items"]
        assert changed["changes"][1] == {"field": "birth_date", "old": None, "new": None, "withheld": ["old", "new"]}
        seen = (await auditor.get(path)).json()
        assert (seen["birth_date"], seen["withheld"]) == (None, ["birth_date"])
        (listed,) = (await auditor.get("/api/v1/clients")).json()["items"]
        assert (listed["birth_date"], listed["withheld"]) == (None, ["birth_date"])


async def test_a_client_of_a_hundred_changes_is_kept_folded(clients: Running, agency_id: UUID) -> None:
    async with clients.client(agency_id) as http:
        made = await http.post(
            "/api/v1/clients", json={"name": {"given": "Ada"}, "birth_date": "1985-12-10", "line_of_business": "home"}
        )
        path = f"/api/v1/clients/{made.json()['id']}"
        for number in range(101):
            answer = await http.patch(path, json={"email": f"ada{number}@example.com"})
        assert answer.headers["etag"] == '"102"'
        async with clients.service.database.transaction(agency_id) as session:
            kept = (await session.execute(text("select version, state from snapshots"))).one()
        assert (kept.version, kept.state["details"]["email"]) == (100, "ada98@example.com")
        # What was known before is compared with what was read back: nothing that is said again is a change.
        same = await http.patch(path, json={"birth_date": "1985-12-10", "line_of_business": "home"})
        assert same.headers["etag"] == '"102"'
