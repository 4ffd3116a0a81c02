"""What nobody has yet, its pool reads; who claims it changes it."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role


async def captured(http: httpx.AsyncClient, **fields: Any) -> str:
    answer = await http.post("/api/v1/leads", json={"name": {"given": "Maria"}, "owner_id": None} | fields)
    assert answer.status_code == 201, answer.text
    return f"/api/v1/leads/{answer.json()['id']}"


async def changes(http: httpx.AsyncClient, lead: str, mate: UUID) -> list[httpx.Response]:
    return [
        await http.patch(lead, json={"notes": f"by {new_id()}"}),
        await http.put(f"{lead}/stage", json={"stage": "contacted"}),
        await http.put(f"{lead}/owner", json={"owner_id": str(mate)}),
        await http.post(f"{lead}/conversion"),
    ]


async def test_an_agent_reads_what_nobody_has_and_changes_it_once_claimed(leads: Running, agency_id: UUID) -> None:
    ann, ben, team = new_id(), new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben, teams=[team])
    async with leads.client(agency_id) as owner:
        lead, elsewhere = await captured(owner, team_id=str(team)), await captured(owner, owner_id=str(ben))
    async with leads.client(agency_id, role=Role.AGENT, user_id=ann, team_ids=[team]) as http:
        assert (await http.get(lead)).status_code == 200
        for answer in await changes(http, lead, ben):
            assert (answer.status_code, "claim" in answer.json()["detail"]) == (409, True), answer.text
        assert (await http.get(lead)).json()["version"] == 1
        claimed = await http.post(f"{lead}/claim")
        assert (claimed.status_code, claimed.json()["owner_id"], claimed.json()["team_id"]) == (
            200,
            str(ann),
            str(team),
        )
        assert (await http.post(f"{lead}/claim")).json()["version"] == 2, "claimed twice is claimed once"
        assert (await http.patch(lead, json={"notes": "mine"})).status_code == 200
        assert (await http.post(f"{elsewhere}/claim")).status_code == 404
        assert (await http.put(f"{elsewhere}/owner", json={"owner_id": str(ann)})).status_code == 404
        [latest, *_] = (await http.get(f"{lead}/history?limit=3")).json()["items"][1:]
        assert latest["title"] == "Assigned"


async def test_to_assign_it_to_oneself_is_to_claim_it(leads: Running, agency_id: UUID) -> None:
    ann = new_id()
    async with leads.client(agency_id) as owner:
        lead = await captured(owner)
    async with leads.client(agency_id, role=Role.AGENT, user_id=ann) as http:
        taken = await http.put(f"{lead}/owner", json={"owner_id": str(ann)}, headers={"If-Match": '"1"'})
        assert (taken.status_code, taken.json()["owner_id"]) == (200, str(ann))


async def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who(leads: Running, agency_id: UUID) -> None:
    people, team = [new_id(), new_id()], new_id()
    await leads.colleagues(agency_id, *people, teams=[team])
    async with (
        leads.client(agency_id) as owner,
        leads.client(agency_id, role=Role.AGENT, user_id=people[0], team_ids=[team]) as ann,
        leads.client(agency_id, role=Role.AGENT, user_id=people[1], team_ids=[team]) as ben,
    ):
        for _ in range(5):
            lead = await captured(owner, team_id=str(team))
            answers = await asyncio.gather(*(http.post(f"{lead}/claim") for http in (ann, ben)))
            assert sorted(answer.status_code for answer in answers) == [200, 409]
            [lost] = [answer for answer in answers if answer.status_code == 409]
            assert lost.json()["detail"] == "A colleague has this lead already"
            winner = people[answers.index(lost) ^ 1]
            assert (await owner.get(lead)).json()["owner_id"] == str(winner)
            assert (await (ann, ben)[answers.index(lost)].get(lead)).status_code == 404


async def test_who_does_not_know_of_it_is_not_told_who_has_it(leads: Running, agency_id: UUID) -> None:
    ann, north, south = new_id(), new_id(), new_id()
    await leads.colleagues(agency_id, ann, teams=[north, south])
    async with leads.client(agency_id) as owner:
        lead = await captured(owner, team_id=str(north))
        assert (await owner.put(f"{lead}/owner", json={"owner_id": str(ann)})).status_code == 200
        assert (await owner.post(f"{lead}/claim")).status_code == 409
    async with leads.client(agency_id, role=Role.AGENT, team_ids=[south]) as stranger:
        assert (await stranger.post(f"{lead}/claim")).status_code == 404
    async with leads.client(agency_id, role=Role.VIEWER, team_ids=[north]) as viewer:
        assert (await viewer.post(f"{lead}/claim")).status_code == 403


async def test_managers_and_admins_change_and_assign_what_is_in_their_scope(leads: Running, agency_id: UUID) -> None:
    ben, team = new_id(), new_id()
    await leads.colleagues(agency_id, ben, teams=[team])
    for role in (Role.MANAGER, Role.ADMIN, Role.OWNER):
        async with leads.client(agency_id, role=role, team_ids=[team]) as http:
            lead = await captured(http, team_id=str(team))
            assert [answer.status_code for answer in await changes(http, lead, ben)] == [200, 200, 200, 201], role
    me = new_id()
    async with leads.client(agency_id, role=Role.MANAGER, user_id=me, team_ids=[team]) as http:
        theirs = await captured(http, team_id=str(team), owner_id=str(ben))
        assert (await http.put(f"{theirs}/owner", json={"owner_id": str(me)})).json()["owner_id"] == str(me)
