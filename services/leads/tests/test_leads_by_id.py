"""Whoever has ids of leads gets their rows at once, and it is recorded as a list, not as so many records that were opened."""

from uuid import UUID

from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

LEAD = {"name": {"given": "Maria", "family": "Delgado"}, "source": "phone"}
TRAIL = "/api/v1/operations/leads/audit"


async def test_rows_of_several_are_one_list(leads: Running, agency_id: UUID) -> None:
    mine = new_id()
    async with leads.client(agency_id) as http:
        made = [(await http.post("/api/v1/leads", json=LEAD)).json()["id"] for _ in range(3)]
        theirs = (await http.post("/api/v1/leads", json={**LEAD, "owner_id": None, "team_id": None})).json()["id"]
        wanted = [made[0], made[2], str(new_id())]
        answer = await http.get("/api/v1/leads", params={"id": wanted})
        assert answer.status_code == 200, answer.text
        found = answer.json()["items"]
        assert sorted(each["id"] for each in found) == sorted([made[0], made[2]])
        assert {each["display_name"] for each in found} == {"Maria Delgado"}
        (listed,) = (await http.get(TRAIL, params={"kind": "read", "type": "listed leads"})).json()["items"]
        assert (listed["title"], listed["subject_id"]) == ("Listed leads", None)
        too_many = await http.get("/api/v1/leads", params={"id": [str(new_id()) for _ in range(101)]})
        assert too_many.status_code == 422
        assert (await http.get("/api/v1/leads", params={"id": "none"})).status_code == 422
    async with leads.client(new_id()) as stranger:
        assert (await stranger.get("/api/v1/leads", params={"id": [*made, theirs]})).json()["items"] == []
    async with leads.client(agency_id, role=Role.AGENT, user_id=mine) as agent:
        await agent.post(f"/api/v1/leads/{made[0]}/claim")
    async with leads.client(agency_id, role=Role.AGENT) as other:
        seen = (await other.get("/api/v1/leads", params={"id": made[:2]})).json()["items"]
        assert [each["id"] for each in seen] == [made[1]]
