"""Who is deactivated hands over their work; a team that is dissolved its people, its pool and its invitations."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Event
from gardenos_contracts.identity import TeamDissolved, UserMovedTeams, WorkHandedOver
from gardenos_contracts.values import Role

PASSWORD = "correct horse battery"


async def founded(running: Running) -> UUID:
    owner = {"name": "Olga Owner", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD}
    async with running.anonymous() as http:
        answer = await http.post("/api/v1/agencies", json={"name": "Garden", "owner": owner})
        assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def add(http: httpx.AsyncClient, **fields: Any) -> str:
    body = {"name": "Ann Agent", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD, **fields}
    answer = await http.post("/api/v1/users", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def form(http: httpx.AsyncClient, *names: str) -> list[str]:
    return [(await http.post("/api/v1/teams", json={"name": name})).json()["id"] for name in names]


async def told(running: Running, agency_id: UUID, kind: type[Event]) -> list[dict[str, Any]]:
    events = await running.events(agency_id)
    return [event.data.model_dump(mode="json") for event in events if isinstance(event.data, kind)]


async def test_work_goes_to_a_colleague_or_back_to_the_pool(identity: Running) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        north, south = await form(http, "North", "South")
        ann = await add(http, team_ids=[north])
        ben, eve = await add(http, team_ids=[north, south]), await add(http)
        viewer, gone = await add(http, role="viewer"), await add(http)
        for body in ({}, {"work_to": None}):
            assert (await http.post(f"/api/v1/users/{gone}/deactivate", json=body)).status_code == 200
        here = f"/api/v1/users/{ann}/deactivate"
        for nobody in (ann, viewer, gone, str(uuid4()), north):
            refused = await http.post(here, json={"work_to": nobody})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/work_to"), nobody
        assert (await http.get(f"/api/v1/users/{ann}")).json()["active"], "what is refused changes nothing"
        assert (await http.post(here, json={"work_to": ben})).json()["active"] is False
        # What was left when they went can be handed over later.
        assert (await http.post(here, json={"work_to": "pool"})).status_code == 200
        assert (await http.post(f"/api/v1/users/{ben}/deactivate", json={"work_to": "pool"})).status_code == 200
        assert (await http.post(f"/api/v1/users/{eve}/deactivate")).status_code == 200
    assert await told(identity, agency_id, WorkHandedOver) == [
        {"user_id": ann, "to_id": ben, "team_id": None},
        {"user_id": ann, "to_id": None, "team_id": north},
        {"user_id": ben, "to_id": None, "team_id": None},
    ]
    for role in (Role.MANAGER, Role.AUDITOR):
        async with identity.client(agency_id, role=role) as http:
            assert (await http.post(here, json={"work_to": "pool"})).status_code == 403


async def test_two_who_hand_over_to_one_another_at_once_do_not_both(identity: Running) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        for _ in range(3):
            ann, ben = await add(http), await add(http)
            answers = await asyncio.gather(
                http.post(f"/api/v1/users/{ann}/deactivate", json={"work_to": ben}),
                http.post(f"/api/v1/users/{ben}/deactivate", json={"work_to": ann}),
            )
            assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 422])


async def test_a_team_is_dissolved(identity: Running, parts: Parts) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        north, south = await form(http, "North", "South")
        ann, ben = await add(http, team_ids=[north, south]), await add(http, team_ids=[north])
        await http.post(f"/api/v1/users/{ben}/deactivate")
        assert (await http.patch(f"/api/v1/teams/{north}", json={"lead_ids": [ann]})).status_code == 200
        email = f"{uuid4().hex}@garden.example"
        asked = {"email": email, "role": "agent", "team_ids": [north, south]}
        invitation = (await http.post("/api/v1/invitations", json=asked)).json()
        here = f"/api/v1/teams/{north}/dissolve"
        for other in (north, str(uuid4())):
            refused = await http.post(here, json={"pool_to_id": other})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/pool_to_id")
        assert (await http.post(here, json={})).status_code == 422, "it is said what becomes of its pool"
        assert (await http.post(here, json={"pool_to_id": south})).status_code == 204
        people = {each["id"]: each["team_ids"] for each in (await http.get("/api/v1/users")).json()["items"]}
        assert (people[ann], people[ben]) == ([south], [])
        assert [each["id"] for each in (await http.get("/api/v1/teams")).json()["items"]] == [south]
        for answer in (
            await http.get(f"/api/v1/teams/{north}"),
            await http.patch(f"/api/v1/teams/{north}", json={"name": "East"}),
            await http.post(here, json={"pool_to_id": None}),
        ):
            assert answer.status_code == 404
        unknown = await http.patch(f"/api/v1/users/{ann}", json={"team_ids": [north]})
        assert unknown.status_code == 422
        assert (await http.get(f"/api/v1/invitations/{invitation['id']}")).json()["team_ids"] == [south]
        assert await told(identity, agency_id, TeamDissolved) == [{"team_id": north, "pool_to_id": south}]
        assert {each["user_id"] for each in await told(identity, agency_id, UserMovedTeams)} == {ann, ben}
        assert (await identity.events(agency_id))[-1].type == "identity.TeamDissolved.v1"
        await assert_rebuilds(identity.service, (await parts.database("gardenos_identity")).owner_url)
        token = invitation["link"].partition("#")[2] or invitation["link"].rpartition("=")[2]
        joined = await http.post(
            "/api/v1/invitations/accept", json={"token": token, "name": "Joe Joiner", "password": PASSWORD}
        )
        assert (joined.status_code, joined.json().get("team_ids")) == (201, [south]), joined.text
    async with identity.client(agency_id, role=Role.MANAGER) as http:
        assert (await http.post(f"/api/v1/teams/{south}/dissolve", json={"pool_to_id": None})).status_code == 403


async def test_nobody_comes_into_a_team_while_it_is_dissolved(identity: Running) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        for _ in range(3):
            (team,) = await form(http, "North")
            ann = await add(http)
            moved, dissolved = await asyncio.gather(
                http.patch(f"/api/v1/users/{ann}", json={"team_ids": [team]}),
                http.post(f"/api/v1/teams/{team}/dissolve", json={"pool_to_id": None}),
            )
            assert dissolved.status_code == 204
            assert moved.status_code in (200, 422)
            assert (await http.get(f"/api/v1/users/{ann}")).json()["team_ids"] == []
