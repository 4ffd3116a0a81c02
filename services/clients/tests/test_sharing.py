"""One client shared with one colleague is in their scope, until they are no longer."""

from datetime import UTC, datetime
from uuid import UUID

from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts.leads import LeadConverted, LeadShared, LeadUnshared
from gardenos_contracts.values import PersonName, Role

MARIA = {"name": {"given": "Maria"}, "email": "maria@example.com"}


async def test_it_is_seen_changed_and_seen_no_longer(clients: Running, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    await clients.colleagues(agency_id, ann, ben)
    async with (
        clients.client(agency_id, role=Role.AGENT, user_id=ann) as owner,
        clients.client(agency_id, role=Role.AGENT, user_id=ben) as mate,
    ):
        path = f"/api/v1/clients/{(await owner.post('/api/v1/clients', json=MARIA)).json()['id']}"
        other = f"/api/v1/clients/{(await owner.post('/api/v1/clients', json=MARIA)).json()['id']}"
        assert (await mate.get(path)).status_code == 404
        assert (await mate.put(f"{path}/shares/{ben}")).status_code == 404
        assert (await owner.put(f"{path}/shares/{new_id()}")).status_code == 404
        shared = await owner.put(f"{path}/shares/{ben}")
        assert (shared.status_code, shared.json()["shared_with"]) == (200, [str(ben)])
        for query in ("", "?q=maria", "?sort=name"):
            items = (await mate.get(f"/api/v1/clients{query}")).json()["items"]
            assert [f"/api/v1/clients/{each['id']}" for each in items] == [path]
        assert (await mate.get(f"{path}/history")).status_code == 200
        assert (await mate.get(other)).status_code == 404
        assert (await mate.patch(path, json={"phone": "512-555-0142"})).status_code == 200
        assert (await owner.delete(f"{path}/shares/{ben}")).json()["shared_with"] == []
        assert (await mate.get(path)).status_code == 404
        assert (await mate.get("/api/v1/clients")).json()["items"] == []


async def test_who_had_the_lead_shared_has_the_client_shared(clients: Running, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    await clients.colleagues(agency_id, ann, ben)
    lead, person, client, now = new_id(), new_id(), new_id(), datetime.now(UTC)
    shared = LeadShared(lead_id=lead, person_id=person, user_id=ben)
    converted = LeadConverted(
        lead_id=lead, person_id=person, client_id=client, name=PersonName(given="Maria"), source="web", owner_id=ann,
        captured_at=now, converted_at=now, shared_with=(ben,),
    )  # fmt: skip
    ended = LeadUnshared(lead_id=lead, person_id=person, user_id=ben)
    await clients.given(agency_id, shared, converted, ended)
    path = f"/api/v1/clients/{client}"
    async with (
        clients.client(agency_id, role=Role.AGENT, user_id=ann) as owner,
        clients.client(agency_id, role=Role.AGENT, user_id=ben) as mate,
    ):

        async def is_there() -> bool:
            return (await mate.get(path)).status_code == 200

        await eventually(is_there, what="the client is shared")
        assert (await owner.get(path)).json()["shared_with"] == [str(ben)]
        await clients.wait_until_caught_up()
        # What was the lead's share has gone over: it ends here.
        assert (await owner.delete(f"{path}/shares/{ben}")).status_code == 200
        assert (await mate.get(path)).status_code == 404
