"""One lead shared with one colleague is in their scope, whatever their role would show them, until it is no longer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts.clients import ClientShared, ClientUnshared
from gardenos_contracts.identity import UserDeactivated
from gardenos_contracts.leads import LeadConverted
from gardenos_contracts.values import Role

OWNER, MATE, TEAM = new_id(), new_id(), new_id()


@asynccontextmanager
async def people(leads: Running, agency_id: UUID, role: Role) -> AsyncIterator[tuple[httpx.AsyncClient, ...]]:
    """Who has the lead, and a colleague of this role, who is in none of its teams."""
    await leads.colleagues(agency_id, OWNER, teams=[TEAM])
    await leads.colleagues(agency_id, MATE, role=role)
    async with (
        leads.client(agency_id, role=Role.AGENT, user_id=OWNER, team_ids=[TEAM]) as owner,
        leads.client(agency_id, role=role, user_id=MATE) as mate,
    ):
        yield owner, mate


async def lead_of(http: httpx.AsyncClient) -> str:
    body = {"name": {"given": "Maria"}, "email": "maria@example.com", "team_id": str(TEAM), "if_known": "anyway"}
    answer = await http.post("/api/v1/leads", json=body)
    assert answer.status_code == 201, answer.text
    return f"/api/v1/leads/{answer.json()['id']}"


async def seen(http: httpx.AsyncClient) -> list[str]:
    found = [(await http.get(f"/api/v1/leads{query}")).json()["items"] for query in ("", "?q=maria")]
    assert found[0] == found[1]
    return [f"/api/v1/leads/{lead['id']}" for lead in found[0]]


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER, Role.VIEWER])
async def test_it_is_seen_and_changed_as_the_role_allows(leads: Running, agency_id: UUID, role: Role) -> None:
    async with people(leads, agency_id, role) as (owner, mate):
        lead, other = await lead_of(owner), await lead_of(owner)
        assert (await mate.get(lead)).status_code == 404
        shared = await owner.put(f"{lead}/shares/{MATE}")
        assert (shared.status_code, shared.json()["shared_with"]) == (200, [str(MATE)])
        again = await owner.put(f"{lead}/shares/{MATE}")
        assert again.json()["version"] == 2, "what is shared is shared once"
        assert await seen(mate) == [lead]
        for path in ("", "/history", "/history/state"):
            assert (await mate.get(f"{lead}{path}")).status_code == 200
            assert (await mate.get(f"{other}{path}")).status_code == 404
        changed = await mate.patch(lead, json={"notes": "by a colleague"})
        assert changed.status_code == (403 if role is Role.VIEWER else 200)
        ended = await owner.delete(f"{lead}/shares/{MATE}")
        assert (ended.status_code, ended.json()["shared_with"]) == (200, [])
        assert await seen(mate) == []
        assert (await mate.get(lead)).status_code == 404
        titles = [entry["title"] for entry in (await owner.get(f"{lead}/history")).json()["items"]]
        assert titles[0] == "No longer shared with a colleague"
        assert "Shared with a colleague" in titles


async def test_who_cannot_see_it_neither_shares_it_nor_claims_it_by_a_share(leads: Running, agency_id: UUID) -> None:
    async with people(leads, agency_id, Role.AGENT) as (owner, mate):
        lead = await lead_of(owner)
        assert (await mate.put(f"{lead}/shares/{MATE}")).status_code == 404
        assert (await mate.delete(f"{lead}/shares/{OWNER}")).status_code == 404
        await owner.put(f"{lead}/shares/{MATE}")
        taken = await mate.put(f"{lead}/owner", json={"owner_id": str(MATE)})
        assert (taken.status_code, taken.json()["detail"]) == (409, "A colleague has this lead already")


async def test_it_is_shared_with_colleagues_alone(leads: Running, agency_id: UUID) -> None:
    gone, stranger = new_id(), new_id()
    await leads.colleagues(agency_id, gone)
    await leads.sources("identity").publish(agency_id, UserDeactivated(user_id=gone), stream_id=gone)
    await leads.colleagues(new_id(), stranger)
    async with people(leads, agency_id, Role.AGENT) as (owner, _):
        lead = await lead_of(owner)
        assert (await owner.put(f"{lead}/shares/{gone}")).status_code == 409
        assert (await owner.put(f"{lead}/shares/{stranger}")).status_code == 404
        assert (await owner.get(lead)).json()["shared_with"] == []


async def test_sharing_goes_over_to_the_client(leads: Running, agency_id: UUID) -> None:
    """Then it is the client's to end: the lead follows."""
    async with people(leads, agency_id, Role.AGENT) as (owner, mate):
        lead = await lead_of(owner)
        await owner.put(f"{lead}/shares/{MATE}")
        assert (await owner.post(f"{lead}/conversion")).status_code == 201
        won = (await owner.get(lead)).json()
        assert won["shared_with"] == []
        [converted] = [event.data for event in await leads.events(agency_id) if isinstance(event.data, LeadConverted)]
        assert converted.shared_with == (MATE,)
        assert await seen(mate) == []
        person, client = UUID(won["person_id"]), UUID(won["client_id"])
        refused = await owner.put(f"{lead}/shares/{MATE}")
        assert (refused.status_code, "share the client" in refused.json()["detail"]) == (409, True)
        told = {"client_id": client, "person_id": person, "user_id": MATE}
        for event, sees in ((ClientShared(**told), [lead]), (ClientUnshared(**told), [])):
            await leads.given(agency_id, event)
            await leads.wait_until_caught_up()

            async def as_told(sees: list[str] = sees) -> bool:
                return await seen(mate) == sees

            await eventually(as_told, within=2.0, what=f"{event.event_type} holds")


async def test_another_agency_hears_nothing_of_it(leads: Running, agency_id: UUID) -> None:
    elsewhere = new_id()
    async with people(leads, agency_id, Role.AGENT) as (owner, _), leads.client(elsewhere, user_id=MATE) as namesake:
        lead = await lead_of(owner)
        await owner.put(f"{lead}/shares/{MATE}")
        assert (await namesake.get(lead)).status_code == 404
        assert await seen(namesake) == []


async def test_two_who_share_at_once_share_both(leads: Running, agency_id: UUID) -> None:
    third = new_id()
    await leads.colleagues(agency_id, third)
    async with people(leads, agency_id, Role.AGENT) as (owner, _):
        lead = await lead_of(owner)
        await asyncio.gather(*(owner.put(f"{lead}/shares/{who}") for who in (MATE, third)))
        assert set((await owner.get(lead)).json()["shared_with"]) == {str(MATE), str(third)}
