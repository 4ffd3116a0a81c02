"""Clients are what events make of them, and are made again while the service works."""

from uuid import UUID

from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds


async def test_the_live_table_equals_a_rebuild_and_it_takes_its_place(
    clients: Running, parts: Parts, agency_id: UUID
) -> None:
    async with clients.client(agency_id) as http:
        made = []
        for number in range(10):
            answer = await http.post(
                "/api/v1/clients",
                json={"name": {"given": "Ann", "family": str(number)}, "email": f"a{number}@example.com"},
            )
            assert answer.status_code == 201, answer.text
            made.append(answer.json()["id"])
        changed = await http.patch(f"/api/v1/clients/{made[0]}", json={"phone": "+15125550142"})
        assert changed.status_code == 200, changed.text
        before = (await http.get("/api/v1/clients?limit=100")).json()
        rows = await assert_rebuilds(clients.service, (await parts.database("gardenos_clients")).owner_url, agency_id)
        assert rows["clients"] >= 10
        assert (await http.get("/api/v1/clients?limit=100")).json() == before
        assert (await http.get(f"/api/v1/clients/{made[0]}")).json()["phone"] == "+15125550142"
