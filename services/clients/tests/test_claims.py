"""What nobody has yet, its pool reads; who claims it changes it."""

import asyncio
from uuid import UUID

from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

MARIA = {"name": {"given": "Maria"}, "owner_id": None}


async def test_a_client_in_a_pool_is_changed_by_who_claimed_them(clients: Running, agency_id: UUID) -> None:
    ann, ben, team = new_id(), new_id(), new_id()
    await clients.colleagues(agency_id, ann, ben, teams=[team])
    async with (
        clients.client(agency_id, role=Role.MANAGER, team_ids=[team]) as manager,
        clients.client(agency_id, role=Role.AGENT, user_id=ann, team_ids=[team]) as as_ann,
        clients.client(agency_id, role=Role.AGENT, user_id=ben, team_ids=[team]) as as_ben,
    ):
        client = (await manager.post("/api/v1/clients", json=MARIA | {"team_id": str(team)})).json()
        path = f"/api/v1/clients/{client['id']}"
        assert (await manager.patch(path, json={"phone": "512-555-0142"})).status_code == 200
        for answer in (
            await as_ann.patch(path, json={"phone": None}),
            await as_ann.put(f"{path}/owner", json={"owner_id": str(ben)}),
        ):
            assert (answer.status_code, "claim" in answer.json()["detail"]) == (409, True)
        answers = await asyncio.gather(*(http.post(f"{path}/claim") for http in (as_ann, as_ben)))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        [lost] = [answer for answer in answers if answer.status_code == 409]
        assert lost.json()["detail"] == "A colleague has this client already"
        winner = (as_ann, as_ben)[answers.index(lost) ^ 1]
        assert (await winner.patch(path, json={"phone": None})).status_code == 200


async def test_to_assign_a_client_to_oneself_is_to_claim_them(clients: Running, agency_id: UUID) -> None:
    ann = new_id()
    async with clients.client(agency_id) as owner:
        client = (await owner.post("/api/v1/clients", json=MARIA)).json()
    async with clients.client(agency_id, role=Role.AGENT, user_id=ann) as http:
        taken = await http.put(f"/api/v1/clients/{client['id']}/owner", json={"owner_id": str(ann)})
        assert (taken.status_code, taken.json()["owner_id"]) == (200, str(ann))
