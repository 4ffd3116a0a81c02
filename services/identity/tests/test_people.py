"""People and teams of an agency."""

from uuid import UUID, uuid4

from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_contracts.values import Role
from gardenos_identity.app import create_service
from gardenos_identity.settings import IdentitySettings

PASSWORD = "correct horse battery"


def person(**fields: object) -> dict[str, object]:
    return {"name": "Ann Agent", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD, **fields}


async def test_an_admin_adds_people_to_teams(identity: Running, agency_id: UUID) -> None:
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        team = (await http.post("/api/v1/teams", json={"name": "North"})).json()
        added = await http.post("/api/v1/users", json=person(role="agent", team_ids=[team["id"]]))
        assert added.status_code == 201
        assert added.json()["team_ids"] == [team["id"]]
        assert "password" not in added.text
        assert (await http.get(added.headers["location"])).json() == added.json()
        assert (await http.get("/api/v1/users")).json()["items"] == [added.json()]
        assert (await http.get("/api/v1/teams")).json()["items"] == [team]


async def test_nobody_rises_above_who_appoints_them(identity: Running, agency_id: UUID) -> None:
    async with identity.client(agency_id, role=Role.ADMIN) as admin:
        assert (await admin.post("/api/v1/users", json=person(role="owner"))).status_code == 403
        assert (await admin.post("/api/v1/users", json=person(agency_id=str(uuid4())))).status_code == 422
    for role in (Role.MANAGER, Role.AGENT, Role.AUDITOR, Role.VIEWER):
        async with identity.client(agency_id, role=role) as http:
            assert (await http.post("/api/v1/users", json=person())).status_code == 403
            assert (await http.post("/api/v1/teams", json={"name": "Mine"})).status_code == 403


async def test_bad_input_is_told_by_field(identity: Running, agency_id: UUID) -> None:
    async with identity.client(agency_id) as http:
        cases = {
            "/email": person(email="not an address"),
            "/password": person(password="short"),
            "/role": person(role="king"),
            "/team_ids": person(team_ids=[str(uuid4())]),
        }
        for pointer, body in cases.items():
            answer = await http.post("/api/v1/users", json=body)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == pointer
        taken = person()
        assert (await http.post("/api/v1/users", json=taken)).status_code == 201
        assert (await http.post("/api/v1/users", json=taken)).status_code == 409
    async with identity.anonymous() as http:
        owner = person()
        answer = await http.post("/api/v1/agencies", json={"name": "X", "time_zone": "Mars/Base", "owner": owner})
        assert answer.json()["errors"][0]["pointer"] == "/time_zone"


async def test_registering_can_be_switched_off(start: Start, signing_key: str) -> None:
    async with (
        start(create_service, IdentitySettings, signing_key=signing_key, registering=False) as running,
        running.anonymous() as http,
    ):
        answer = await http.post("/api/v1/agencies", json={"name": "X", "owner": person()})
        assert answer.status_code == 403
        assert "cannot be registered here" in answer.json()["detail"]


async def test_a_repeated_command_adds_one_person(identity: Running, agency_id: UUID) -> None:
    async with identity.client(agency_id, user_id=uuid4()) as http:
        body = person()
        answers = [await http.post("/api/v1/users", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()


async def test_another_agency_s_people_do_not_exist(identity: Running, agency_id: UUID) -> None:
    async with identity.client(agency_id) as http:
        added = await http.post("/api/v1/users", json=person())
    async with identity.client(uuid4()) as other:
        assert (await other.get(added.headers["location"])).status_code == 404
        assert (await other.get("/api/v1/users")).json()["items"] == []
        assert (await other.get(f"/api/v1/agencies/{agency_id}")).status_code == 404
