"""Clients of somebody who is deactivated, or of a team that is dissolved, go on to whom was chosen."""

from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.clients import ClientAssigned
from gardenos_contracts.identity import TeamDissolved, WorkHandedOver
from gardenos_contracts.values import Role


async def onboard(http: httpx.AsyncClient, **whose: UUID) -> str:
    body = {"email": f"{new_id()}@example.com", **{name: str(id) for name, id in whose.items()}}
    answer = await http.post("/api/v1/clients", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


async def held(http: httpx.AsyncClient, **whose: UUID) -> int:
    answer = await http.get("/api/v1/clients/held", params={name: str(id) for name, id in whose.items()})
    return int(answer.json()["count"])


async def test_they_go_to_a_colleague_and_with_their_team(clients: Running, agency_id: UUID) -> None:
    ann, ben, north, south = new_id(), new_id(), new_id(), new_id()
    await clients.colleagues(agency_id, ann, ben, teams=[north, south])
    identity = clients.sources("identity")
    async with clients.client(agency_id) as http:
        for _ in range(3):
            await onboard(http, owner_id=ann, team_id=north)
        pooled = await onboard(http, team_id=north)
        forgotten = await onboard(http, owner_id=ann)
        assert (await http.post(forgotten + "/forget")).status_code == 200
        assert (await held(http, owner_id=ann), await held(http, team_id=north)) == (3, 4)
        told = await identity.publish(agency_id, WorkHandedOver(user_id=ann, to_id=ben, team_id=None), stream_id=ann)
        await clients.wait_until_caught_up()
        await clients.jobs_done()
        assert (await held(http, owner_id=ann), await held(http, owner_id=ben)) == (0, 3)
        await identity.send(told)
        await identity.publish(agency_id, TeamDissolved(team_id=north, pool_to_id=south), stream_id=north)
        await clients.wait_until_caught_up()
        await clients.jobs_done()
        assert (await held(http, team_id=north), await held(http, team_id=south), await held(http, owner_id=ben)) == (
            0, 4, 3,
        )  # fmt: skip
        assert (await http.get(pooled)).json()["team_id"] == str(south)
    events = [event for event in await clients.events(agency_id) if isinstance(event.data, ClientAssigned)]
    assert len(events) == 3 + 4
    assert {event.causation_id for event in events[:3]} == {told.id}
    async with clients.client(agency_id, role=Role.AUDITOR) as http:
        assert (await http.get("/api/v1/clients/held", params={"owner_id": str(ann)})).status_code == 403
