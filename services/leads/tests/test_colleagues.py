"""A lead goes to who works in the agency, and to teams that it has."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from gardenos_chassis.auth import standings
from gardenos_chassis.ids import made_at, new_id
from gardenos_chassis.testing import Running
from gardenos_contracts import Event
from gardenos_contracts.identity import TeamFormed, UserDeactivated, UserJoined, UserReactivated
from gardenos_contracts.values import Role

MARIA = {"name": {"given": "Maria"}, "email": "maria@example.com", "if_known": "anyway"}


async def tell(running: Running, agency_id: UUID, event: Event, about: UUID) -> None:
    await running.sources("identity").publish(agency_id, event, stream_id=about)


async def ways(http: httpx.AsyncClient, **whose: Any) -> list[httpx.Response]:
    """Every way in which a lead is given to somebody."""
    lead = (await http.post("/api/v1/leads", json=MARIA | {"owner_id": None})).json()
    asked = {name: str(id) for name, id in whose.items()}
    return [
        await http.post("/api/v1/leads", json=MARIA | asked),
        await http.put(f"/api/v1/leads/{lead['id']}/owner", json={"owner_id": None} | asked),
        await http.post(
            "/api/v1/imports",
            files={"file": ("a.csv", "email\nann@example.com\n")},
            data={"plan": json.dumps({"run_automations": False, **asked}), "go_on": "run"},
        ),
    ]


async def test_strangers_are_refused_whoever_they_are(leads: Running, agency_id: UUID) -> None:
    elsewhere, theirs = uuid4(), uuid4()
    await leads.colleagues(new_id(), elsewhere, teams=[theirs])
    async with leads.client(agency_id) as http:
        for name, id in (("owner_id", elsewhere), ("team_id", theirs), ("owner_id", uuid4()), ("team_id", uuid4())):
            for answer in await ways(http, **{name: id}):
                problem = answer.json()
                assert (answer.status_code, problem["errors"][0]["pointer"]) == (422, f"/{name}"), problem
                assert "try again" in problem["detail"]
    types = {event.type for event in await leads.events(agency_id)}
    assert types == {"leads.LeadCaptured.v1"}


async def test_colleagues_teams_and_oneself_are_taken(leads: Running, agency_id: UUID) -> None:
    mate, team, me, mine = (new_id() for _ in range(4))
    await leads.colleagues(agency_id, mate, teams=[team])
    async with leads.client(agency_id, role=Role.MANAGER, user_id=me, team_ids=[mine]) as http:
        for whose in ({"owner_id": mate}, {"team_id": team}, {"owner_id": me}, {"team_id": mine}):
            assert [answer.status_code for answer in await ways(http, **whose)] == [201, 200, 201], whose


async def test_nobody_is_given_a_lead_after_they_were_deactivated(leads: Running, agency_id: UUID) -> None:
    gone = new_id()
    await leads.colleagues(agency_id, gone)
    await tell(leads, agency_id, UserDeactivated(user_id=gone), gone)
    await leads.wait_until_caught_up()
    async with leads.client(agency_id) as http:
        for answer in await ways(http, owner_id=gone):
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/owner_id")
            assert "deactivated" in answer.json()["detail"]
        await tell(leads, agency_id, UserReactivated(user_id=gone), gone)
        await leads.wait_until_caught_up()
        assert [answer.status_code for answer in await ways(http, owner_id=gone)] == [201, 200, 201]


async def test_who_joins_while_a_lead_is_given_to_them_is_waited_for(leads: Running, agency_id: UUID) -> None:
    new, team = new_id(), new_id()
    async with leads.client(agency_id) as http:
        body = MARIA | {"owner_id": str(new), "team_id": str(team)}
        asked = asyncio.create_task(http.post("/api/v1/leads", json=body))
        joined = UserJoined(user_id=new, email="n@x.example", name="New", role=Role.AGENT, team_ids=())
        await tell(leads, agency_id, joined, new)
        await tell(leads, agency_id, TeamFormed(team_id=team, name="North"), team)
        assert (await asked).status_code == 201


async def test_who_would_have_been_heard_of_by_now_is_not_waited_for(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings, "_NEWS_TAKES_SECONDS", 3600)
    an_hour = 3_600_000 << 80
    async with leads.client(agency_id) as http:
        for id in (uuid4(), UUID(int=new_id().int - an_hour)):
            for answer in await ways(http, owner_id=id):
                assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/owner_id")
    assert made_at(uuid4()) is None
