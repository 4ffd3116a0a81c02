"""Roles, teams, branches, profiles; who is deactivated, and what ends then."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from accounts import add
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

PASSWORD = "correct horse battery"


async def founded(running: Running) -> dict[str, Any]:
    owner = {"name": "Olga Owner", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD}
    async with running.anonymous() as http:
        answer = await http.post("/api/v1/agencies", json={"name": "Garden", "owner": owner})
        assert answer.status_code == 201, answer.text
    return {**answer.json(), "email": owner["email"]}


async def test_role_and_teams_change_and_a_stale_change_is_refused(identity: Running) -> None:
    agency = await founded(identity)
    agency_id = UUID(agency["id"])
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        north, south = [(await http.post("/api/v1/teams", json={"name": name})).json() for name in ("North", "South")]
        ann = await add(http, team_ids=[north["id"]])
        here = f"/api/v1/users/{ann['id']}"
        shown = await http.get(here)
        change = {"role": "manager", "team_ids": [north["id"], south["id"]]}
        changed = await http.patch(here, json=change, headers={"If-Match": shown.headers["etag"]})
        assert changed.status_code == 200, changed.text
        assert changed.json() == {**ann, "role": "manager", "team_ids": sorted(change["team_ids"]), "version": 3}
        assert changed.headers["etag"] == '"3"' == (await http.get(here)).headers["etag"]
        stale = await http.patch(here, json={"role": "agent"}, headers={"If-Match": shown.headers["etag"]})
        assert stale.status_code == 412
        unknown = await http.patch(here, json={"team_ids": [str(uuid4())]})
        assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/team_ids")
        assert (await http.patch(here, json={"role": "owner"})).status_code == 403
        assert (await http.patch(f"/api/v1/users/{agency['owner_id']}", json={"role": "agent"})).status_code == 403
        assert (await http.patch(f"/api/v1/users/{agency['owner_id']}", json={"team_ids": []})).status_code == 403
        assert (await http.patch(f"/api/v1/users/{uuid4()}", json={"role": "agent"})).status_code == 404
        # A team is not a person.
        assert (await http.patch(f"/api/v1/users/{north['id']}", json={"role": "agent"})).status_code == 404
    types = [event.type for event in await identity.events(agency_id)]
    assert types[-2:] == ["identity.RoleChanged.v1", "identity.UserMovedTeams.v1"]


async def test_who_is_deactivated_is_out_until_they_are_let_in_again(identity: Running) -> None:
    agency = await founded(identity)
    async with identity.client(UUID(agency["id"]), role=Role.ADMIN) as http, identity.anonymous() as outside:
        ann = await add(http)
        given = {"email": ann["email"], "password": PASSWORD}
        session = (await outside.post("/api/v1/sessions", json=given)).json()
        gone = await http.post(f"/api/v1/users/{ann['id']}/deactivate")
        assert gone.status_code == 200
        assert gone.json()["active"] is False
        refresh = {"refresh_token": session["refresh_token"]}
        assert (await outside.post("/api/v1/sessions/refresh", json=refresh)).status_code == 401
        refused = await outside.post("/api/v1/sessions", json=given)
        assert refused.status_code == 401
        assert "deactivated" in refused.json()["detail"]
        # They stay known by name, and their address stays taken.
        assert ann["id"] in [each["id"] for each in (await http.get("/api/v1/users")).json()["items"]]
        listed = (await http.get("/api/v1/users", params={"active": "true"})).json()["items"]
        assert ann["id"] not in [each["id"] for each in listed]
        assert (await http.post("/api/v1/invitations", json={"email": ann["email"]})).status_code == 409
        back = await http.post(f"/api/v1/users/{ann['id']}/reactivate")
        assert back.json()["active"] is True
        assert (await outside.post("/api/v1/sessions", json=given)).status_code == 201


async def test_the_last_owner_stays(identity: Running) -> None:
    agency = await founded(identity)
    owner_id = UUID(agency["owner_id"])
    async with identity.client(UUID(agency["id"]), user_id=owner_id) as http:
        here = f"/api/v1/users/{owner_id}"
        demoted = await http.patch(here, json={"role": "admin"})
        assert demoted.status_code == 409
        assert "last owner" in demoted.json()["detail"]
        assert (await http.post(f"{here}/deactivate")).status_code == 409
        other = await add(http, role="owner")
        assert (await http.patch(here, json={"role": "admin"})).status_code == 200
    async with identity.client(UUID(agency["id"]), role=Role.OWNER) as http:
        assert (await http.post(f"/api/v1/users/{other['id']}/deactivate")).status_code == 409


async def test_two_owners_who_demote_each_other_at_once_leave_one(identity: Running) -> None:
    agency = await founded(identity)
    async with identity.client(UUID(agency["id"])) as http:
        other = await add(http, role="owner")
        answers = await asyncio.gather(
            *(http.patch(f"/api/v1/users/{id}", json={"role": "admin"}) for id in (agency["owner_id"], other["id"]))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        roles = [each["role"] for each in (await http.get("/api/v1/users")).json()["items"]]
        assert sorted(roles) == ["admin", "owner"]


async def test_a_change_holds_at_once_for_who_is_signed_in(identity: Running) -> None:
    agency = await founded(identity)
    agency_id = UUID(agency["id"])
    async with identity.client(agency_id) as http:
        ann = await add(http, role="admin")
        async with identity.client(agency_id, role=Role.ADMIN, user_id=UUID(ann["id"])) as hers:
            assert (await hers.post("/api/v1/teams", json={"name": "North"})).status_code == 201
            await http.patch(f"/api/v1/users/{ann['id']}", json={"role": "agent"})
            assert (await hers.post("/api/v1/teams", json={"name": "South"})).status_code == 403
            await http.post(f"/api/v1/users/{ann['id']}/deactivate")
            assert (await hers.get("/api/v1/users/me")).status_code == 401


async def test_who_may_what_is_told(identity: Running, agency_id: UUID) -> None:
    async with identity.client(agency_id, role=Role.VIEWER) as http:
        told = (await http.get("/api/v1/users/roles")).json()
    assert told["roles"] == [role.value for role in Role]
    write = next(each for each in told["permissions"] if (each["resource"], each["act"]) == ("records", "write"))
    assert write["scopes"] == {
        "owner": "agency", "admin": "agency", "manager": "teams", "agent": "own", "viewer": "nothing", "auditor": "nothing"
    }  # fmt: skip


async def test_a_profile_is_one_s_own_whatever_one_s_role(identity: Running) -> None:
    agency = await founded(identity)
    agency_id = UUID(agency["id"])
    async with identity.client(agency_id) as http:
        vera = await add(http, role="viewer", name="Vera")
    async with identity.client(agency_id, role=Role.VIEWER, user_id=UUID(vera["id"])) as http:
        changed = await http.patch("/api/v1/users/me", json={"time_zone": "Europe/Berlin", "locale": "de"})
        assert changed.status_code == 200, changed.text
        assert changed.json() == {**vera, "time_zone": "Europe/Berlin", "locale": "de", "version": 2}
        again = await http.patch("/api/v1/users/me", json={"name": "Vera V.", "time_zone": None})
        assert (again.json()["name"], again.json()["time_zone"], again.json()["locale"]) == ("Vera V.", None, "de")
        wrong = await http.patch("/api/v1/users/me", json={"time_zone": "Mars/Base"})
        assert wrong.json()["errors"][0]["pointer"] == "/time_zone"
        assert (await http.patch("/api/v1/users/me", json={"role": "owner"})).status_code == 422
        assert (await http.patch(f"/api/v1/users/{vera['id']}", json={"role": "owner"})).status_code == 403


async def test_branches_have_teams_and_teams_have_leads(identity: Running) -> None:
    agency = await founded(identity)
    async with identity.client(UUID(agency["id"]), role=Role.ADMIN) as http:
        branch = (await http.post("/api/v1/branches", json={"name": "Chicago"})).json()
        made = await http.post("/api/v1/teams", json={"name": "North", "branch_id": branch["id"]})
        team = made.json()
        assert team["branch_id"] == branch["id"]
        here = f"/api/v1/teams/{team['id']}"
        ann, bob = await add(http, team_ids=[team["id"]]), await add(http)
        stranger = await http.patch(here, json={"lead_ids": [bob["id"]]})
        assert (stranger.status_code, stranger.json()["errors"][0]["pointer"]) == (422, "/lead_ids")
        led = await http.patch(
            here, json={"lead_ids": [ann["id"]], "name": "North Side"}, headers={"If-Match": made.headers["etag"]}
        )
        assert led.status_code == 200, led.text
        assert (led.json()["name"], led.json()["lead_ids"]) == ("North Side", [ann["id"]])
        assert (
            await http.patch(here, json={"name": "X"}, headers={"If-Match": made.headers["etag"]})
        ).status_code == 412
        # Who moves away, or goes, leads no more.
        assert (await http.patch(f"/api/v1/users/{ann['id']}", json={"team_ids": []})).status_code == 200
        assert (await http.get(here)).json()["lead_ids"] == []
        await http.patch(f"/api/v1/users/{bob['id']}", json={"team_ids": [team["id"]]})
        await http.patch(here, json={"lead_ids": [bob["id"]]})
        assert (await http.post(f"/api/v1/users/{bob['id']}/deactivate")).status_code == 200
        assert (await http.get(here)).json()["lead_ids"] == []
        full = await http.delete(f"/api/v1/branches/{branch['id']}")
        assert full.status_code == 409
        assert (await http.patch(here, json={"branch_id": str(uuid4())})).json()["errors"][0]["pointer"] == "/branch_id"
        assert (await http.patch(here, json={"branch_id": None})).json()["branch_id"] is None
        renamed = await http.patch(f"/api/v1/branches/{branch['id']}", json={"name": "Chicago Loop"})
        assert renamed.json()["name"] == "Chicago Loop"
        assert (await http.get("/api/v1/branches")).json()["items"] == [renamed.json()]
        assert (await http.delete(f"/api/v1/branches/{branch['id']}")).status_code == 204
        assert (await http.get(f"/api/v1/branches/{branch['id']}")).status_code == 404
        assert (await http.patch(f"/api/v1/branches/{branch['id']}", json={"name": "X"})).status_code == 404
    for role in (Role.MANAGER, Role.AGENT, Role.AUDITOR, Role.VIEWER):
        async with identity.client(UUID(agency["id"]), role=role) as http:
            assert (await http.post("/api/v1/branches", json={"name": "X"})).status_code == 403
            assert (await http.patch(here, json={"name": "X"})).status_code == 403
            assert (await http.post(f"/api/v1/users/{ann['id']}/deactivate")).status_code == 403


async def test_another_agency_s_people_cannot_be_changed(identity: Running) -> None:
    agency = await founded(identity)
    async with identity.client(uuid4()) as other:
        here = f"/api/v1/users/{agency['owner_id']}"
        answers = [
            await other.patch(here, json={"role": "agent"}),
            await other.post(f"{here}/deactivate"),
            await other.post(f"{here}/reactivate"),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
