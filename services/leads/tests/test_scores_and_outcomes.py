"""What ai and clients tell of leads: how promising they are, and what came of their conversion. Lists go by both."""

import json
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.clients import ClientOnboarded
from gardenos_contracts.values import PersonName
from gardenos_leads.assigning.tables import lead_scores
from scoring import NOW, scored


def onboarded(lead: dict[str, Any]) -> ClientOnboarded:
    return ClientOnboarded(
        client_id=UUID(lead["client_id"]), person_id=UUID(lead["person_id"]), lead_id=UUID(lead["id"]),
        name=PersonName(given="A"), onboarded_at=NOW,
    )  # fmt: skip


async def made(http: httpx.AsyncClient, name: str) -> dict[str, Any]:
    id = (await http.post("/api/v1/leads", json={"name": {"given": name}})).json()["id"]
    return await lead(http, id)


async def lead(http: httpx.AsyncClient, id: str) -> dict[str, Any]:
    return dict((await http.get(f"/api/v1/leads/{id}")).raise_for_status().json())


async def listed(http: httpx.AsyncClient, sort: str = "name", *conditions: tuple[Any, ...]) -> list[str]:
    """The names in the list, page by page of two."""
    found: list[str] = []
    cursor = None
    while True:
        asked: dict[str, Any] = {"sort": sort, "limit": 2} | ({"cursor": cursor} if cursor else {})
        if conditions:
            told = [dict(zip(("field", "op", "value"), each, strict=False)) for each in conditions]
            asked["filter"] = json.dumps({"all": told})
        answer = await http.get("/api/v1/leads", params=asked)
        assert answer.status_code == 200, answer.text
        found += [item["display_name"] for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


async def test_lists_are_sorted_and_narrowed_by_the_score(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        people = {name: await made(http, name) for name in ("A", "B", "C", "D", "E")}
        assert people["A"]["score"] is None
        scores = {"A": 40, "B": 90, "C": 40, "D": 5}
        await leads.given(agency_id, *(scored(people[name], score) for name, score in scores.items()))
        await leads.given(agency_id, scored(people["D"], 60, 5), scored(people["D"], 60, 60))
        await leads.wait_until_caught_up()
        heard = [
            row["score"] for row in await leads.rows(agency_id, lead_scores) if str(row["lead_id"]) == people["D"]["id"]
        ]
        assert sorted(heard) == [5, 60], "for other reasons alone it is no other"
        assert (await lead(http, people["D"]["id"]))["score"] == 60
        assert (await lead(http, people["D"]["id"]))["version"] == people["D"]["version"], "nobody changed the lead"
        assert await listed(http, "-score") == ["B", "D", "A", "C", "E"]
        assert await listed(http, "score") == ["A", "C", "D", "B", "E"]
        assert await listed(http, "name", ("score", "above", 40)) == ["B", "D"]
        assert await listed(http, "-score", ("score", "at_most", 60)) == ["D", "A", "C"]
        assert await listed(http, "name", ("score", "is_empty")) == ["E"]
        wrong = await http.get(
            "/api/v1/leads", params={"filter": '{"all":[{"field":"score","op":"above","value":"x"}]}'}
        )
        assert wrong.status_code == 422


async def test_what_came_of_a_conversion(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        people = {name: await made(http, name) for name in ("A", "B", "C")}
        assert people["A"]["outcome"] is None
        for name in ("A", "B"):
            answer = await http.post(f"/api/v1/leads/{people[name]['id']}/conversion", json={})
            assert answer.status_code in (200, 201, 202), answer.text
            people[name] = await lead(http, people[name]["id"])
            assert (people[name]["outcome"], people[name]["client_since"]) == ("converting", None)
        await leads.given(agency_id, onboarded(people["A"]))
        await leads.wait_until_caught_up()
        now = await lead(http, people["A"]["id"])
        assert (now["outcome"], now["client_since"]) == ("client", "2026-03-16T15:00:00Z")
        assert await listed(http, "name", ("outcome", "is", ["client"])) == ["A"]
        assert await listed(http, "name", ("outcome", "is", ["converting"])) == ["B"]
        assert await listed(http, "name", ("outcome", "is_empty")) == ["C"]
        assert await listed(http, "name", ("client_since", "on", "2026-03-16")) == ["A"]


async def test_of_another_agencys_lead_nothing_is_learned(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        theirs = await made(http, "A")
        await leads.given(new_id(), scored(theirs, 90))
        await leads.wait_until_caught_up()
        assert (await lead(http, theirs["id"]))["score"] is None


async def test_whoever_is_forgotten_has_no_score_and_a_rebuild_gives_the_same(
    leads: Running, parts: Parts, agency_id: UUID
) -> None:
    async with leads.client(agency_id) as http:
        kept, gone, won = [await made(http, name) for name in ("A", "B", "C")]
        await http.post(f"/api/v1/leads/{won['id']}/conversion", json={})
        won = await lead(http, won["id"])
        await leads.given(agency_id, scored(kept, 70), scored(gone, 80), onboarded(won))
        await leads.wait_until_caught_up()
        forgotten = await http.post(f"/api/v1/leads/{gone['id']}/forget")
        assert forgotten.status_code < 300, forgotten.text
        await leads.given(agency_id, scored(gone, 85))
        await leads.wait_until_caught_up()
        before = [await lead(http, each["id"]) for each in (kept, gone, won)]
        assert [each["score"] for each in before] == [70, None, None]
        rows = await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
        assert rows["lead_scores"] == 1, "of who is forgotten none is kept"
        assert [await lead(http, each["id"]) for each in (kept, gone, won)] == before
