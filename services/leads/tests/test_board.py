"""What stands in each column of a board: as far as the asker sees it, and as it is narrowed."""

from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

Json = dict[str, Any]


async def lead(http: httpx.AsyncClient, premium: int | None = None, **said: Any) -> str:
    made = await http.post("/api/v1/leads", json={"name": {"given": "Ann"}, "line_of_business": "auto"} | said)
    assert made.status_code == 201, made.text
    id: str = made.json()["id"]
    if premium is not None:
        told = {"x_date": "2030-01-01", "premium": {"minor": premium, "currency": "USD"}}
        kept = await http.put(f"/api/v1/leads/{id}/x-dates/{made.json()['line_of_business']}", json=told)
        assert kept.status_code == 204, kept.text
    return id


async def board(http: httpx.AsyncClient, **asked: Any) -> dict[str, Json]:
    answer = await http.get("/api/v1/leads/board", params=asked)
    assert answer.status_code == 200, answer.text
    return {column["key"]: column for column in answer.json()["columns"]}


async def test_each_column_tells_its_leads_and_what_they_are_worth(leads: Running, agency_id: UUID) -> None:
    agent, other = new_id(), new_id()
    await leads.colleagues(agency_id, agent, other)
    async with leads.client(agency_id) as http:
        empty = await board(http)
        assert [(each["key"], each["leads"], each["premiums"]) for each in empty.values()][:2] == [
            ("new", 0, []), ("contacted", 0, []),
        ]  # fmt: skip
        for premium, owner in ((100_000, str(agent)), (50_001, str(other)), (None, None)):
            await lead(http, premium, owner_id=owner)
        quoted, lost = await lead(http, 70_000, source="fair"), await lead(http, 90_000)
        await http.put(f"/api/v1/leads/{quoted}/stage", json={"stage": "quoted"})
        await http.put(f"/api/v1/leads/{lost}/stage", json={"stage": "lost"})
        there = await board(http)
        assert (there["new"]["leads"], there["new"]["probability"], there["new"]["expected_binds"]) == (3, 10, 0.3)
        assert there["new"]["premiums"] == [
            {"currency": "USD", "leads": 2, "minor": 150_001, "expected_minor": 15_000},
        ]  # fmt: skip
        assert there["quoted"]["premiums"][0]["expected_minor"] == 42_000
        assert (there["lost"]["leads"], there["lost"]["premiums"]) == (1, []), "who was lost pays us nothing"
        narrowed = await board(http, filter='{"all": [{"field": "source", "op": "is", "value": "fair"}]}')
        assert (narrowed["new"]["leads"], narrowed["quoted"]["leads"]) == (0, 1)
        await http.delete(f"/api/v1/leads/{quoted}")
        assert (await board(http))["quoted"]["leads"] == 0
        stage = {"key": "new", "name": "Fresh", "kind": "new", "probability": 5}
        ends = [{"key": k, "name": k, "kind": k, "probability": p} for k, p in (("won", 100), ("lost", 0))]
        for line in ("default", "home"):
            put = await http.put(f"/api/v1/pipelines/{line}", json={"name": line, "stages": [stage, *ends]})
            assert put.status_code == 200, put.text
        await lead(http, line_of_business="home")
        assert ((await board(http))["new"]["leads"], (await board(http, pipeline="home"))["new"]["leads"]) == (3, 1)
        assert (await board(http))["new"]["expected_binds"] == 0.15
    async with leads.client(agency_id, role=Role.AGENT, user_id=agent) as http:
        assert (await board(http))["new"]["premiums"][0]["minor"] == 100_000, "what they see"
    async with leads.client(agency_id, role=Role.VIEWER) as http:
        assert [column["premiums"] for column in (await board(http)).values()] == [None, None, None]
