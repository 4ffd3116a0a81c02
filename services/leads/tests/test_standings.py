"""Who was demoted, moved or deactivated is so here within two seconds, with the token they have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts import Event
from gardenos_contracts.identity import (
    AgencyResumed,
    AgencySuspended,
    RoleChanged,
    TeamLeadsNamed,
    TeamMovedToBranch,
    UserDeactivated,
    UserJoined,
    UserMovedTeams,
    UserReactivated,
)
from gardenos_contracts.values import Role

NORTH, SOUTH = new_id(), new_id()


@asynccontextmanager
async def as_version(
    running: Running, agency_id: UUID, user_id: UUID, role: Role, version: int
) -> AsyncIterator[httpx.AsyncClient]:
    token = running.sources.signer.token(agency_id, user_id, role, [NORTH], version=version)
    async with running.anonymous({"Authorization": f"Bearer {token}"}) as http:
        yield http


async def tell(running: Running, agency_id: UUID, event: Any) -> None:
    assert isinstance(event, Event)
    await running.sources("identity").publish(agency_id, event, stream_id=event.user_id)  # type: ignore[attr-defined]


async def joined(running: Running, agency_id: UUID, role: Role = Role.MANAGER) -> UUID:
    user_id = new_id()
    await tell(
        running, agency_id, UserJoined(user_id=user_id, email="m@x.example", name="Mo", role=role, team_ids=(NORTH,))
    )
    return user_id


async def a_lead_of(running: Running, agency_id: UUID, team_id: UUID) -> str:
    """One that somebody in the team owns; where it is found."""
    somebody = new_id()
    await running.colleagues(agency_id, somebody, teams=[team_id])
    async with running.client(agency_id) as http:
        body = {"name": {"given": "Maria"}, "source": "web", "owner_id": str(somebody), "team_id": str(team_id)}
        answer = await http.post("/api/v1/leads", json=body)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]


async def answers(http: httpx.AsyncClient, here: str, status: int) -> None:
    async def as_wanted() -> bool:
        return (await http.get(here)).status_code == status

    await eventually(as_wanted, within=2.0, what=f"{status} from {here}")


async def test_demoted_moved_and_deactivated(leads: Running, agency_id: UUID) -> None:
    mo = await joined(leads, agency_id)
    north, south = await a_lead_of(leads, agency_id, NORTH), await a_lead_of(leads, agency_id, SOUTH)
    await leads.wait_until_caught_up()
    async with leads.client(agency_id, role=Role.MANAGER, user_id=mo, team_ids=[NORTH]) as http:
        assert (await http.get(north)).status_code == 200
        await tell(leads, agency_id, UserMovedTeams(user_id=mo, team_ids=(SOUTH,)))
        await answers(http, north, 404)
        assert (await http.get(south)).status_code == 200
        assert [each["id"] for each in (await http.get("/api/v1/leads")).json()["items"]] == [south.rpartition("/")[2]]
        await tell(leads, agency_id, RoleChanged(user_id=mo, role=Role.AGENT))
        await answers(http, south, 404)
        await tell(leads, agency_id, RoleChanged(user_id=mo, role=Role.AUDITOR))
        await answers(http, north, 200)
        assert (await http.patch(north, json={"notes": "x"})).status_code == 403
        await tell(leads, agency_id, UserDeactivated(user_id=mo))
        await answers(http, north, 401)
        await tell(leads, agency_id, UserReactivated(user_id=mo))
        await answers(http, north, 200)


async def test_who_was_never_heard_of_is_what_their_token_says(leads: Running, agency_id: UUID) -> None:
    north = await a_lead_of(leads, agency_id, NORTH)
    async with leads.client(agency_id, role=Role.MANAGER, team_ids=[NORTH]) as http:
        assert (await http.get(north)).status_code == 200
    async with leads.client(agency_id, role=Role.AGENT, team_ids=[NORTH]) as http:
        assert (await http.get(north)).status_code == 404


async def test_a_token_that_is_newer_than_what_was_heard_counts(leads: Running, agency_id: UUID) -> None:
    mo = await joined(leads, agency_id)
    north = await a_lead_of(leads, agency_id, NORTH)
    await tell(leads, agency_id, RoleChanged(user_id=mo, role=Role.AGENT))
    await leads.wait_until_caught_up()
    async with as_version(leads, agency_id, mo, Role.MANAGER, 1) as old:
        await answers(old, north, 404)
    # Made manager again; that has not come here yet, but they have signed in since.
    async with as_version(leads, agency_id, mo, Role.MANAGER, 3) as new:
        assert (await new.get(north)).status_code == 200
        await tell(leads, agency_id, RoleChanged(user_id=mo, role=Role.MANAGER))
        await tell(leads, agency_id, UserDeactivated(user_id=mo))
        await answers(new, north, 401)


async def test_another_agency_s_people_change_nothing(leads: Running, agency_id: UUID) -> None:
    mo = await joined(leads, agency_id)
    north = await a_lead_of(leads, agency_id, NORTH)
    other = new_id()
    await leads.sources("identity").publish(
        other, UserJoined(user_id=mo, email="m@x.example", name="Mo", role=Role.VIEWER, team_ids=()), stream_id=mo
    )
    await leads.sources("identity").publish(other, UserDeactivated(user_id=mo), stream_id=mo)
    await leads.wait_until_caught_up()
    async with leads.client(agency_id, role=Role.MANAGER, user_id=mo, team_ids=[NORTH]) as http:
        assert (await http.get(north)).status_code == 200


async def test_a_hot_request_asks_memory(leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    mo = await joined(leads, agency_id)
    north = await a_lead_of(leads, agency_id, NORTH)
    await leads.wait_until_caught_up()
    reads: list[UUID] = []
    honest = Standings._read

    async def counted(self: Standings, *given: Any) -> Any:
        reads.append(given[1])
        return await honest(self, *given)

    monkeypatch.setattr(Standings, "_read", counted)
    # Else a second might end in between.
    monkeypatch.setattr("gardenos_chassis.auth.standings._GOOD_FOR_SECONDS", 60.0)
    async with leads.client(agency_id, role=Role.MANAGER, user_id=mo, team_ids=[NORTH]) as http:
        for _ in range(20):
            assert (await http.get(north)).status_code == 200
    assert len(reads) <= 1


async def test_a_manager_who_leads_a_team_has_the_branch_s_in_scope(leads: Running, agency_id: UUID) -> None:
    mo, branch = await joined(leads, agency_id), new_id()
    led = TeamLeadsNamed(team_id=NORTH, lead_ids=(mo,))
    both = [TeamMovedToBranch(team_id=team, branch_id=branch) for team in (NORTH, SOUTH)]
    north, south = await a_lead_of(leads, agency_id, NORTH), await a_lead_of(leads, agency_id, SOUTH)
    async with leads.client(agency_id, role=Role.MANAGER, user_id=mo, team_ids=[NORTH]) as http:
        await leads.given(agency_id, *both)
        await leads.wait_until_caught_up()
        assert (await http.get(south)).status_code == 404, "who does not lead sees their own teams' alone"
        await leads.given(agency_id, led)
        await answers(http, south, 200)
        shown = {each["id"] for each in (await http.get("/api/v1/leads")).json()["items"]}
        assert shown == {north.rpartition("/")[2], south.rpartition("/")[2]}
        assert (await http.patch(south, json={"notes": "x"})).status_code == 200
        await leads.given(agency_id, TeamMovedToBranch(team_id=SOUTH, branch_id=None))
        await answers(http, south, 404)
        await leads.given(agency_id, TeamMovedToBranch(team_id=SOUTH, branch_id=branch))
        await answers(http, south, 200)
        await leads.given(agency_id, TeamLeadsNamed(team_id=NORTH, lead_ids=()))
        await answers(http, south, 404)
        await leads.given(agency_id, led)
        await answers(http, south, 200)
        await tell(leads, agency_id, RoleChanged(user_id=mo, role=Role.AGENT))
        await answers(http, south, 404)


async def test_a_suspended_agency_is_refused_and_goes_on_where_it_was(leads: Running, agency_id: UUID) -> None:
    mo, other = await joined(leads, agency_id), new_id()
    here = await a_lead_of(leads, agency_id, NORTH)
    identity = leads.sources("identity")
    async with leads.client(agency_id, user_id=mo) as http, leads.client(other) as elsewhere:
        why = AgencySuspended(agency_id=agency_id, reason="two invoices are open", turn_to="desk@garden.example")
        await identity.publish(agency_id, why, stream_id=agency_id)
        await answers(http, here, 403)
        told = (await http.get(here)).json()
        assert (told["type"], told["title"]) == ("urn:gardenos:agency-suspended", "Agency suspended")
        assert "two invoices are open; turn to desk@garden.example" in told["detail"]
        assert (await http.post("/api/v1/leads", json={})).status_code == 403
        # Nobody else is.
        assert (await elsewhere.get("/api/v1/leads")).status_code == 200
        # What is told meanwhile is heard all the same, and counts afterwards.
        await tell(leads, agency_id, UserMovedTeams(user_id=mo, team_ids=(SOUTH,)))
        await leads.wait_until_caught_up()
        assert (await http.get(here)).status_code == 403
        await identity.publish(agency_id, AgencyResumed(agency_id=agency_id), stream_id=agency_id)
        await answers(http, "/api/v1/leads", 200)
        assert (await http.get(here)).status_code == 404
