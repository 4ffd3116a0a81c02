"""What a request says that is not its to say: another host, another role, another agency."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from accounts import PASSWORD, acting, register, sign_in
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

EVIL = "evil.example"


@pytest.mark.parametrize("host", [EVIL, f"{EVIL}/livez?", f"{EVIL}/.well-known/jwks.json#", "", "a b", f"{EVIL}:80@x"])
async def test_a_host_that_lies_opens_nothing_and_is_told_nowhere(identity: Running, host: str) -> None:
    lies = {"Host": host, "X-Forwarded-Host": EVIL, "X-Original-URL": "/livez", "X-Rewrite-URL": "/livez"}
    async with identity.anonymous(lies) as http:
        for path in ("/api/v1/users", "/api/v1/api-keys", "/api/v1/sessions", "/api/v1/operations/identity/jobs"):
            assert (await http.get(path)).status_code == 401, path
        agency = await register(http)
        session = await sign_in(http, agency["email"])
        assert session.status_code == 201
    async with acting(identity, session.json()) as http:
        made = await http.post("/api/v1/teams", json={"name": "North"}, headers=lies)
        wanted = {"email": f"{uuid4().hex}@garden.example", "role": "agent"}
        invited = await http.post("/api/v1/invitations", json=wanted, headers=lies)
        # Where links begin is a setting.
        assert invited.json()["link"].startswith(f"{identity.service.settings.public_url}/join#")  # type: ignore[attr-defined]
        for answer in (made, invited):
            assert answer.status_code == 201, answer.text
            assert EVIL not in answer.text + str(answer.headers)


MINE = [
    ("role", "owner"), ("active", True), ("agency_id", str(uuid4())), ("team_ids", []), ("email", "me@evil.example"),
    ("id", str(uuid4())), ("version", 9), ("user_id", str(uuid4())), ("password_hash", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), MINE, ids=[field for field, _ in MINE])
async def test_nobody_makes_themselves_more_by_their_profile(identity: Running, field: str, value: Any) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
    agency_id = UUID(agency["id"])
    async with identity.client(agency_id) as owner:
        body = {"name": "Vera", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD, "role": "viewer"}
        vera = (await owner.post("/api/v1/users", json=body)).json()
        where = f"/api/v1/users/{vera['id']}"
        async with identity.client(agency_id, role=Role.VIEWER, user_id=UUID(vera["id"])) as hers:
            answer = await hers.patch("/api/v1/users/me", json={"name": "Vera V.", field: value})
            assert answer.status_code == 422, answer.text
            assert (await hers.patch(where, json={"role": "owner"})).status_code == 403
        assert (await owner.get(where)).json() == vera
        if field not in ("role", "team_ids"):
            assert (await owner.patch(where, json={field: value})).status_code == 422
        if field not in ("role", "team_ids", "email"):
            again = {**body, "email": f"{uuid4().hex}@garden.example", field: value}
            assert (await owner.post("/api/v1/users", json=again)).status_code == 422


@pytest.mark.parametrize("field", ["role", "agency_id", "team_ids", "email", "active"])
async def test_who_joins_is_what_they_were_invited_as(identity: Running, field: str) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
    async with identity.client(UUID(agency["id"])) as owner:
        wanted = {"email": f"{uuid4().hex}@garden.example", "role": "viewer"}
        link = (await owner.post("/api/v1/invitations", json=wanted)).json()["link"]
    token = link.partition("#")[2]
    async with identity.anonymous() as http:
        body = {"token": token, "name": "Vera", "password": PASSWORD}
        more = {**body, field: "owner" if field == "role" else str(uuid4())}
        assert (await http.post("/api/v1/invitations/accept", json=more)).status_code == 422
        joined = await http.post("/api/v1/invitations/accept", json=body)
        assert (joined.status_code, joined.json()["role"]) == (201, "viewer")


@pytest.mark.parametrize("field", ["agency_id", "role", "user_id", "owner_id"])
async def test_signing_in_takes_no_word_on_who_one_is(identity: Running, field: str) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        said = {"email": agency["email"], "password": PASSWORD, field: str(uuid4())}
        assert (await http.post("/api/v1/sessions", json=said)).status_code == 422
        owner = {"name": "Eve", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD}
        founding = {"name": "Weed", "time_zone": "UTC", "owner": owner, field: agency["id"]}
        assert (await http.post("/api/v1/agencies", json=founding)).status_code == 422
        within = {**founding, "owner": {**owner, field: agency["id"]}}
        within.pop(field)
        assert (await http.post("/api/v1/agencies", json=within)).status_code == 422
