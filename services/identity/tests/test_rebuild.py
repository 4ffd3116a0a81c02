"""People and teams are what events make of them; what is no event, credentials and sessions, stays as it is."""

from uuid import UUID, uuid4

from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds

PASSWORD = "correct horse battery"


async def test_the_live_tables_equal_a_rebuild_and_it_takes_their_place(identity: Running, parts: Parts) -> None:
    async with identity.anonymous() as http:
        owner = {"name": "Olga Owner", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD}
        answer = await http.post(
            "/api/v1/agencies", json={"name": "Garden", "time_zone": "America/Chicago", "owner": owner}
        )
        assert answer.status_code == 201, answer.text
    agency_id = UUID(answer.json()["id"])
    async with identity.client(agency_id) as http:
        team = (await http.post("/api/v1/teams", json={"name": "North"})).json()
        email = f"{uuid4().hex}@garden.example"
        person = {"name": "Ann Agent", "email": email, "password": PASSWORD, "role": "agent", "team_ids": [team["id"]]}
        assert (await http.post("/api/v1/users", json=person)).status_code == 201
        before = (await http.get("/api/v1/users")).json(), (await http.get("/api/v1/teams")).json()
        rows = await assert_rebuilds(identity.service, (await parts.database("gardenos_identity")).owner_url)
        assert rows["users"] >= 2
        assert ((await http.get("/api/v1/users")).json(), (await http.get("/api/v1/teams")).json()) == before
    async with identity.anonymous() as http:
        signed_in = await http.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
        assert signed_in.status_code == 201, signed_in.text
