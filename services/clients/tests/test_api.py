"""The clients service by HTTP, on real PostgreSQL and Kafka."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

MARIA: dict[str, Any] = {
    "name": {"given": "Maria", "family": "Delgado"},
    "email": "Maria@Example.com",
    "phone": "(512) 555-0142",
    "postal_code": "2134",
    "state": "texas",
    "birth_date": "7/4/1985",
    "line_of_business": "auto",
}


async def onboard(http: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/clients", json={**MARIA, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def ids(http: httpx.AsyncClient, query: str = "") -> list[str]:
    answer = await http.get(f"/api/v1/clients{query}")
    assert answer.status_code == 200, answer.text
    return [client["id"] for client in answer.json()["items"]]


async def test_who_writes_reads_what_was_written(clients: Running, agency_id: UUID) -> None:
    async with clients.client(agency_id) as http:
        answer = await http.post("/api/v1/clients", json=MARIA)
        assert answer.status_code == 201
        client = answer.json()
        assert (client["email"], client["phone"], client["birth_date"]) == (
            "maria@example.com",
            "+15125550142",
            "1985-07-04",
        )
        assert (client["postal_code"], client["state"], client["display_name"]) == ("02134", "TX", "Maria Delgado")
        assert (client["lead_id"], client["owner_id"], client["version"]) == (None, None, 1)
        shown = await http.get(answer.headers["location"])
        assert (shown.json(), shown.headers["etag"]) == (client, '"1"')
        assert await ids(http) == [client["id"]]
    assert [event.type for event in await clients.events(agency_id)] == ["clients.ClientOnboarded.v1"]


async def test_bad_fields_are_named(clients: Running, agency_id: UUID) -> None:
    async with clients.client(agency_id) as http:
        bad: dict[str, Any] = {
            "email": "nonsense",
            "phone": "123",
            "state": "Bavaria",
            "postal_code": "x",
            "birth_date": "someday",
            "line_of_business": "zeppelin",
            "onboarded_at": "2999-01-01T00:00:00Z",
            "owner_id": "me",
            "agency_id": str(new_id()),
            "lead_id": str(new_id()),
        }
        for field, value in bad.items():
            answer = await http.post("/api/v1/clients", json={**MARIA, field: value})
            assert answer.status_code == 422, field
            assert answer.json()["errors"][0]["pointer"] == f"/{field}"
        for at in ("0001-01-01T00:00:00+14:00", "1850-01-01T00:00:00Z", "2026-03-16T10:00:00"):
            answer = await http.post("/api/v1/clients", json={**MARIA, "onboarded_at": at})
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/onboarded_at"), at
        named = await http.post("/api/v1/clients", json={"name": {"given": "a\0b"}})
        assert (named.status_code, named.json()["errors"][0]["pointer"]) == (422, "/name/given")
        nobody = await http.post("/api/v1/clients", json={"state": "TX"})
        assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (422, "/name")
        assert await ids(http) == []
        for query in ("sort=phone", "owner_id=x", "line_of_business=zeppelin", "cursor=x", "limit=0", "limit=1000"):
            answer = await http.get(f"/api/v1/clients?{query}")
            assert answer.status_code == 422, query
            assert answer.json()["errors"][0]["pointer"].startswith(f"query:{query.partition('=')[0]}")
        for path in (f"clients/{new_id()}", "clients/none"):
            assert (await http.get(f"/api/v1/{path}")).status_code == 404


async def test_details_change_with_the_version_in_hand(clients: Running, agency_id: UUID) -> None:
    async with clients.client(agency_id) as http:
        path = f"/api/v1/clients/{(await onboard(http))['id']}"
        changed = await http.patch(path, json={"phone": None, "line_of_business": "home"}, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
        assert (changed.json()["phone"], changed.json()["line_of_business"]) == (None, "home")
        assert changed.json()["email"] == "maria@example.com"
        assert (await http.get(path)).json() == changed.json()
        stale = await http.patch(path, json={"phone": "512-555-0199"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        same = await http.patch(path, json={"line_of_business": "home"}, headers={"If-Match": '"2"'})
        assert same.headers["etag"] == '"2"'
        emptied = await http.patch(path, json={"name": {}, "email": None})
        assert (emptied.status_code, emptied.json()["errors"][0]["pointer"]) == (422, "/name")
        assert (await http.patch(path, json={"owner_id": str(new_id())})).status_code == 422
        renamed = await http.patch(path, json={"name": {"given": "Maria", "family": "Reyes"}})
        assert renamed.json()["display_name"] == "Maria Reyes"
        assert await ids(http, "?q=delgado") == []
        assert len(await ids(http, "?q=reyes")) == 1
    types = [event.type.split(".")[1] for event in await clients.events(agency_id)]
    assert types == ["ClientOnboarded", "ClientDetailsChanged", "ClientDetailsChanged"]


async def test_an_owner_follows_an_owner(clients: Running, agency_id: UUID) -> None:
    ann, team = new_id(), new_id()
    await clients.colleagues(agency_id, ann, teams=[team])
    async with clients.client(agency_id) as http:
        path = f"/api/v1/clients/{(await onboard(http, team_id=str(team)))['id']}/owner"
        given = await http.put(path, json={"owner_id": str(ann)}, headers={"If-Match": '"1"'})
        assert (given.json()["owner_id"], given.json()["team_id"]) == (str(ann), str(team))
        assert (await http.put(path, json={"owner_id": None}, headers={"If-Match": '"1"'})).status_code == 412
        back = await http.put(path, json={"owner_id": None, "team_id": None}, headers={"If-Match": '"2"'})
        assert (back.json()["owner_id"], back.json()["team_id"]) == (None, None)
        assert (await http.put(path, json={})).status_code == 422


async def test_filters_search_and_sorts(clients: Running, agency_id: UUID) -> None:
    me, old = new_id(), (datetime.now(UTC) - timedelta(days=300)).isoformat()
    await clients.colleagues(agency_id, me)
    async with clients.client(agency_id) as http:
        maria = await onboard(http)
        anna = await onboard(
            http, name={"given": "Anna", "family": "Alvarez"}, email=None, phone="737-555-0199", line_of_business="home"
        )
        zoe = await onboard(
            http, name={"given": "Zoe", "family": "100%_er"}, email="zoe@z.example", phone=None, owner_id=str(me),
            onboarded_at=old, line_of_business=None,
        )  # fmt: skip
        assert await ids(http) == [anna["id"], maria["id"], zoe["id"]]
        assert await ids(http, f"?owner_id={me}") == [zoe["id"]]
        assert set(await ids(http, "?owner_id=none")) == {anna["id"], maria["id"]}
        assert len(await ids(http, f"?owner_id=none&owner_id={me}")) == 3
        assert await ids(http, "?line_of_business=home") == [anna["id"]]
        assert set(await ids(http, "?line_of_business=home&line_of_business=auto")) == {anna["id"], maria["id"]}
        assert await ids(http, "?line_of_business=home&q=delgado") == []
        for q, found in {
            "delgado": maria,
            "MARIA del": maria,
            "del maria": maria,
            "lgad": maria,
            "maria@example": maria,
            "(512) 555-0142": maria,
            "512.555.0142": maria,
            "%2B1 512 555 0142": maria,
            "0142": maria,
            "maria 555-0142": maria,
            "anna 555-0142": None,
            "0199": anna,
            "zoe@z": zoe,
            "%25_": zoe,
            "%25%25": None,
            "nobody": None,
            "%00": None,
        }.items():
            expected = [found["id"]] if found else [anna["id"], maria["id"], zoe["id"]] if q == "%00" else []
            assert await ids(http, f"?q={q}") == expected, q
        orders = {
            "name": [zoe["id"], anna["id"], maria["id"]],
            "-name": [maria["id"], anna["id"], zoe["id"]],
            "onboarded_at": [zoe["id"], maria["id"], anna["id"]],
            "-onboarded_at": [anna["id"], maria["id"], zoe["id"]],
        }
        for sort, whole in orders.items():
            assert await ids(http, f"?sort={sort}") == whole, sort
            paged, cursor = [], ""
            while True:
                page = (await http.get(f"/api/v1/clients?sort={sort}&limit=1{cursor}")).json()
                paged += [client["id"] for client in page["items"]]
                if page["next_cursor"] is None:
                    break
                cursor = f"&cursor={page['next_cursor']}"
            assert paged == whole, sort
        assert (await http.get(f"/api/v1/clients?sort=name{cursor}")).status_code == 422


async def test_scope_by_role(clients: Running, agency_id: UUID) -> None:
    mine, somebody, team, other = new_id(), new_id(), new_id(), new_id()
    await clients.colleagues(agency_id, mine, somebody, teams=[team, other])
    async with clients.client(agency_id) as owner:
        theirs = (await onboard(owner, owner_id=str(somebody)))["id"]
        mate = (await onboard(owner, owner_id=str(somebody), team_id=str(team)))["id"]
        team_pool = (await onboard(owner, team_id=str(team)))["id"]
        other_pool = (await onboard(owner, team_id=str(other)))["id"]
        pool = (await onboard(owner))["id"]
        own = (await onboard(owner, owner_id=str(mine)))["id"]
    every = {theirs, mate, team_pool, other_pool, pool, own}
    seen = {
        Role.OWNER: every,
        Role.ADMIN: every,
        Role.AUDITOR: every,
        Role.MANAGER: {mate, team_pool, pool, own},
        Role.VIEWER: {mate, team_pool, pool, own},
        Role.AGENT: {team_pool, pool, own},
    }
    for role, expected in seen.items():
        async with clients.client(agency_id, role=role, user_id=mine, team_ids=[team]) as http:
            assert set(await ids(http)) == expected, role
            assert set(await ids(http, "?q=delgado&sort=name")) == expected, role
            for client_id in every:
                shown = await http.get(f"/api/v1/clients/{client_id}")
                assert shown.status_code == (200 if client_id in expected else 404), role
    for role in (Role.AUDITOR, Role.VIEWER):
        async with clients.client(agency_id, role=role, user_id=mine, team_ids=[team]) as http:
            for answer in (
                await http.post("/api/v1/clients", json=MARIA),
                await http.patch(f"/api/v1/clients/{own}", json={"phone": None}),
                await http.put(f"/api/v1/clients/{own}/owner", json={"owner_id": None}),
            ):
                assert answer.status_code == 403, role


async def test_an_agent_s_client_is_theirs_and_others_are_not_changed(clients: Running, agency_id: UUID) -> None:
    mine, mate = new_id(), new_id()
    await clients.colleagues(agency_id, mate)
    async with clients.client(agency_id) as owner:
        theirs = (await onboard(owner, owner_id=str(mate)))["id"]
    async with clients.client(agency_id, role=Role.AGENT, user_id=mine) as agent:
        own = await onboard(agent)
        assert own["owner_id"] == str(mine)
        assert (await onboard(agent, owner_id=None))["owner_id"] is None
        assert (await agent.patch(f"/api/v1/clients/{theirs}", json={"phone": None})).status_code == 404
        taken = await agent.put(f"/api/v1/clients/{theirs}/owner", json={"owner_id": str(mine)})
        assert taken.status_code == 404
        given = await agent.put(f"/api/v1/clients/{own['id']}/owner", json={"owner_id": str(mate)})
        assert given.status_code == 200
        assert (await agent.get(f"/api/v1/clients/{own['id']}")).status_code == 404


async def test_another_agency_sees_nothing(clients: Running, agency_id: UUID) -> None:
    async with clients.client(agency_id) as http:
        client = await onboard(http)
    path = f"/api/v1/clients/{client['id']}"
    async with clients.client(new_id()) as stranger:
        assert await ids(stranger) == []
        assert await ids(stranger, "?q=delgado") == []
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.patch(path, json={"phone": None})).status_code == 404
        assert (await stranger.put(path + "/owner", json={"owner_id": None})).status_code == 404
    async with clients.anonymous() as nobody:
        assert (await nobody.get(path)).status_code == 401
        assert (await nobody.post("/api/v1/clients", json=MARIA)).status_code == 401


async def test_a_repeated_command_makes_one_client(clients: Running, agency_id: UUID) -> None:
    async with clients.client(agency_id, user_id=new_id()) as http:
        answers = [await http.post("/api/v1/clients", json=MARIA, headers={"Idempotency-Key": "k"}) for _ in range(3)]
        assert len({answer.json()["id"] for answer in answers}) == 1
        other = await http.post("/api/v1/clients", json={**MARIA, "phone": None}, headers={"Idempotency-Key": "k"})
        assert other.status_code == 422
        assert len(await ids(http)) == 1
