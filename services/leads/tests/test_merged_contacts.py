"""Of two leads that are one person, contacts are counted together and campaigns are both's, until they are two again."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.values import Direction

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CONTACTS = ("first_contacted_at", "last_contacted_at", "contact_attempts", "first_touched_at")


async def made(http: httpx.AsyncClient, path: str, **said: Any) -> str:
    answer = await http.post(f"/api/v1/{path}", json=said)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def lead_of(http: httpx.AsyncClient, **said: Any) -> str:
    return await made(http, "leads", name={"given": "Maria"}, if_known="anyway", captured_at=str(AT - 30 * DAY), **said)


async def called(leads: Running, agency_id: UUID, lead_id: str, at: datetime) -> None:
    call = CallLogged(
        call_id=new_id(), thread_id=new_id(), person_id=new_id(), lead_id=UUID(lead_id), client_id=None, user_id=new_id(),
        direction=Direction.OUTBOUND, started_at=at, duration_seconds=60, disposition=Disposition.CONNECTED,
    )  # fmt: skip
    await leads.given(agency_id, call)
    await leads.wait_until_caught_up()


async def contacts(http: httpx.AsyncClient, lead_id: str) -> tuple[Any, ...]:
    lead = (await http.get(f"/api/v1/leads/{lead_id}")).json()
    first, last, attempts, touched = (lead[name] for name in CONTACTS)
    return (*((each and datetime.fromisoformat(each)) for each in (first, last, touched)), attempts)


async def in_campaign(http: httpx.AsyncClient, campaign_id: str) -> list[str]:
    ways = [(await http.get(f"/api/v1/campaigns/{campaign_id}/leads?way={way}")).json() for way in ("came", "enrolled")]
    return [each["id"] for page in ways for each in page["items"]]


async def merge(http: httpx.AsyncClient, lead_id: str, other_id: str) -> str:
    answer = await http.post(f"/api/v1/leads/{lead_id}/merge", json={"other_id": other_id})
    assert answer.status_code == 200, answer.text
    return str((await http.get(f"/api/v1/leads/{lead_id}/merges")).json()["items"][0]["id"])


async def test_contacts_go_with_the_person_and_come_back(leads: Running, parts: Parts, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        lead, other, third = [await lead_of(http) for _ in range(3)]
        await called(leads, agency_id, lead, AT)
        await called(leads, agency_id, other, AT - DAY)
        await called(leads, agency_id, other, AT + DAY)
        merge_id = await merge(http, lead, other)
        assert await contacts(http, lead) == (AT - DAY, AT + DAY, AT - DAY, 3)
        # Who calls by what is open knows nothing of the merge.
        await called(leads, agency_id, other, AT + 2 * DAY)
        assert await contacts(http, lead) == (AT - DAY, AT + 2 * DAY, AT - DAY, 4)
        # And on: what was merged twice is counted once.
        onward = await merge(http, third, lead)
        assert await contacts(http, third) == (AT - DAY, AT + 2 * DAY, AT - DAY, 4)
        undone = await http.post(f"/api/v1/leads/{third}/merges/{onward}/undo")
        assert undone.status_code == 200, undone.text
        assert await contacts(http, third) == (None, None, None, 0)
        assert await contacts(http, lead) == (AT - DAY, AT + 2 * DAY, AT - DAY, 4)
        undone = await http.post(f"/api/v1/leads/{lead}/merges/{merge_id}/undo")
        assert undone.status_code == 200, undone.text
        assert await contacts(http, lead) == (AT, AT, AT, 1)
        assert await contacts(http, other) == (AT - DAY, AT + 2 * DAY, AT - DAY, 3)
        await merge(http, lead, other)
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_campaigns_of_both_are_the_survivor_s_until_they_are_two(
    leads: Running, parts: Parts, agency_id: UUID
) -> None:
    async with leads.client(agency_id) as http:
        spring, summer = [await made(http, "campaigns", name=name, source="mail") for name in ("Spring", "Summer")]
        lead, other = await lead_of(http), await lead_of(http, campaign_id=spring)
        assert (await http.put(f"/api/v1/campaigns/{summer}/members/{other}")).status_code == 200
        merge_id = await merge(http, lead, other)
        for campaign in (spring, summer):
            assert await in_campaign(http, campaign) == [lead], campaign
        # Whatever somebody decided since stays.
        assert (await http.delete(f"/api/v1/campaigns/{summer}/members/{lead}")).status_code in (200, 204)
        undone = await http.post(f"/api/v1/leads/{lead}/merges/{merge_id}/undo")
        assert undone.status_code == 200, undone.text
        for campaign in (spring, summer):
            assert await in_campaign(http, campaign) == [other], campaign
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
