"""Leads of somebody who is deactivated, or of a team that is dissolved, go on to whom was chosen: each once, in batches."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis import handing_over
from gardenos_chassis.events.store import UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts import Actor, ActorKind, Event, Received
from gardenos_contracts.identity import TeamDissolved, UserDeactivated, UserReactivated, WorkHandedOver
from gardenos_contracts.leads import LeadAssigned
from gardenos_contracts.values import Role
from gardenos_leads.tables import leads as table

ADMIN = Actor(ActorKind.PERSON, str(new_id()))


async def has(running: Running, http: httpx.AsyncClient, count: int, **whose: UUID | None) -> None:
    """Somebody's leads, from a file."""
    file = "email\n" + "".join(f"{new_id()}@example.com\n" for _ in range(count))
    plan = {name: str(id) for name, id in whose.items() if id} | {"run_automations": False}
    data = {"plan": json.dumps(plan), "go_on": "run"}
    answer = await http.post("/api/v1/imports", files={"file": ("leads.csv", file)}, data=data)
    assert answer.status_code == 201, answer.text
    await running.jobs_done()


async def held(http: httpx.AsyncClient, **whose: UUID) -> int:
    answer = await http.get("/api/v1/leads/held", params={name: str(id) for name, id in whose.items()})
    return int(answer.json()["count"])


async def tell(running: Running, agency_id: UUID, event: Event, about: UUID) -> Any:
    return await running.sources("identity").publish(agency_id, event, stream_id=about, actor=ADMIN)


async def settled(running: Running) -> None:
    await running.wait_until_caught_up()
    await running.jobs_done()


async def assigned(running: Running, agency_id: UUID) -> Sequence[Received[Event]]:
    return [event for event in await running.events(agency_id) if isinstance(event.data, LeadAssigned)]


async def test_to_a_colleague_in_batches_and_each_once(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "_BATCH", 20)
    ann, ben, north = new_id(), new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben, teams=[north])
    async with leads.client(agency_id) as http:
        await has(leads, http, 45, owner_id=ann, team_id=north)
        await has(leads, http, 5, owner_id=ben)
        await has(leads, http, 5)
        lost = (await http.get("/api/v1/leads", params={"owner_id": str(ann), "limit": 1})).json()["items"][0]["id"]
        assert (await http.put(f"/api/v1/leads/{lost}/stage", json={"stage": "lost"})).status_code == 200
        assert (await held(http, owner_id=ann), await held(http, team_id=north)) == (44, 44)
        await tell(leads, agency_id, UserDeactivated(user_id=ann), ann)
        told = await tell(leads, agency_id, WorkHandedOver(user_id=ann, to_id=ben, team_id=None), ann)
        await settled(leads)
        assert (await held(http, owner_id=ann), await held(http, owner_id=ben)) == (0, 49)
        # It is with the team that it was with, and what is closed with whom it was.
        assert await held(http, team_id=north) == 44
        assert (await http.get(f"/api/v1/leads/{lost}")).json()["owner_id"] == str(ann)
    events = await assigned(leads, agency_id)
    assert len({event.stream_id for event in events}) == len(events) == 44
    for event in events:
        assert isinstance(event.data, LeadAssigned)
        assert (event.data.owner_id, event.data.previous_owner_id) == (ben, ann)
        assert (event.causation_id, event.correlation_id) == (told.id, told.correlation_id)
        assert (str(event.actor), event.on_behalf_of) == ("automation:leads.hand-over", ADMIN.id)
    # Told once more, it is not done once more.
    await leads.sources("identity").send(told)
    await settled(leads)
    assert len(await assigned(leads, agency_id)) == 44


async def test_to_the_pools(leads: Running, agency_id: UUID) -> None:
    ann, north, south = new_id(), new_id(), new_id()
    await leads.colleagues(agency_id, ann, teams=[north, south])
    async with leads.client(agency_id) as http:
        await has(leads, http, 2, owner_id=ann, team_id=north)
        await has(leads, http, 3, owner_id=ann)
        await tell(leads, agency_id, WorkHandedOver(user_id=ann, to_id=None, team_id=south), ann)
        await settled(leads)
        pool = (await http.get("/api/v1/leads", params={"owner_id": "none"})).json()["items"]
    assert sorted(each["team_id"] for each in pool) == sorted([str(north)] * 2 + [str(south)] * 3)


async def test_a_worker_that_dies_between_batches_is_followed_by_another(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "_BATCH", 10)
    ann, ben = new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben)
    batches = 0
    honest = UnitOfWork.flush

    async def third_fails(self: UnitOfWork) -> None:
        nonlocal batches
        batches += any(isinstance(fact.data, LeadAssigned) for fact in self._recorded)
        if batches == 3:
            batches += 1
            raise RuntimeError("ended over it")
        await honest(self)

    async with leads.client(agency_id) as http:
        await has(leads, http, 35, owner_id=ann)
        monkeypatch.setattr(UnitOfWork, "flush", third_fails)
        await tell(leads, agency_id, WorkHandedOver(user_id=ann, to_id=ben, team_id=None), ann)
        await settled(leads)
        assert batches > 3
        assert (await held(http, owner_id=ann), await held(http, owner_id=ben)) == (0, 35)
    assert len(await assigned(leads, agency_id)) == 35


async def test_what_was_on_its_way_is_looked_for_once_more_while_they_are_away(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben)
    async with leads.client(agency_id) as http:
        for back in (False, True):
            await tell(leads, agency_id, UserDeactivated(user_id=ann), ann)
            await tell(leads, agency_id, WorkHandedOver(user_id=ann, to_id=ben, team_id=None), ann)
            await settled(leads)
            later = (await http.get("/api/v1/operations/leads/jobs")).json()["items"]
            handing_over = [each for each in later if each["kind"] == "leads.hand-over"]
            (job,) = [each for each in handing_over if each["arguments"]["again"]]
            assert job["state"] == "scheduled"
            await tell(leads, agency_id, UserReactivated(user_id=ann), ann)
            await leads.wait_until_caught_up()
            await has(leads, http, 3, owner_id=ann)
            if not back:
                await tell(leads, agency_id, UserDeactivated(user_id=ann), ann)
                await leads.wait_until_caught_up()
            assert (await http.post(f"/api/v1/operations/leads/jobs/{job['id']}/retry")).status_code in (200, 204)
            await leads.jobs_done()
            assert await held(http, owner_id=ann) == (3 if back else 0)


async def test_a_team_that_is_dissolved(leads: Running, agency_id: UUID) -> None:
    ann, north, south = new_id(), new_id(), new_id()
    await leads.colleagues(agency_id, ann, teams=[north, south])
    async with leads.client(agency_id) as http:
        await has(leads, http, 3, team_id=north)
        await has(leads, http, 2, owner_id=ann, team_id=north)
        await tell(leads, agency_id, TeamDissolved(team_id=north, pool_to_id=south), north)
        await settled(leads)
        assert (await held(http, team_id=north), await held(http, team_id=south)) == (0, 5)
        assert await held(http, owner_id=ann) == 2
        refused = await http.post("/api/v1/leads", json={"email": "x@example.com", "team_id": str(north)})
        assert refused.status_code == 422
        await tell(leads, agency_id, TeamDissolved(team_id=south, pool_to_id=None), south)
        await settled(leads)
        found = (await http.get("/api/v1/leads")).json()["items"]
        assert {each["team_id"] for each in found} == {None}
        assert len([each for each in found if each["owner_id"] is None]) == 3


async def test_who_may_count_and_whose_are_counted(leads: Running, agency_id: UUID) -> None:
    ann = new_id()
    await leads.colleagues(agency_id, ann)
    async with leads.client(agency_id) as http:
        await has(leads, http, 2, owner_id=ann)
        assert (await held(http), await held(http, owner_id=ann), await held(http, owner_id=ann, team_id=ann)) == (
            2,
            2,
            0,
        )
    async with leads.client(new_id()) as http:
        assert await held(http, owner_id=ann) == 0
    async with leads.client(agency_id, role=Role.MANAGER) as http:
        assert (await http.get("/api/v1/leads/held", params={"owner_id": str(ann)})).status_code == 403
    assert {row["owner_id"] for row in await leads.rows(agency_id, table)} == {ann}
