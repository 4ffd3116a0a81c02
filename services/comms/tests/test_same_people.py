"""What was said with a person who was kept as two leads is shown as one person's, until they are two again."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_chassis.testing.sources import Sources
from gardenos_comms.tables import people, same_people
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadUnmerged
from gardenos_contracts.leads import LeadCaptured, LeadRemoved, LeadRestored, PersonForgotten
from gardenos_contracts.values import PersonName, Role

NOW = datetime.now(UTC)


def captured(given: str, owner_id: UUID | None = None) -> LeadCaptured:
    return LeadCaptured(
        lead_id=new_id(), person_id=new_id(), name=PersonName(given=given), email=f"{given.lower()}@example.com",
        source="web", captured_at=NOW, owner_id=owner_id,
    )  # fmt: skip


def merged(lead: LeadCaptured, into: LeadCaptured) -> LeadMergedInto:
    return LeadMergedInto(
        merge_id=new_id(), lead_id=lead.lead_id, person_id=lead.person_id, into_lead_id=into.lead_id,
        into_person_id=into.person_id,
    )  # fmt: skip


def unmerged(lead: LeadCaptured, into: LeadCaptured) -> LeadUnmerged:
    return LeadUnmerged(
        merge_id=new_id(), lead_id=lead.lead_id, person_id=lead.person_id, from_lead_id=into.lead_id,
        from_person_id=into.person_id,
    )  # fmt: skip


async def told(comms: Running, source: Sources, agency_id: UUID, *events: Any) -> None:
    for event in events:
        await source("leads").publish(agency_id, event, stream_id=event.lead_id)
    await comms.wait_until_caught_up()


async def call(http: httpx.AsyncClient, lead: LeadCaptured) -> dict[str, Any]:
    said = {
        "lead_id": str(lead.lead_id), "direction": "outbound", "started_at": NOW.isoformat(), "duration_seconds": 60,
        "disposition": "connected",
    }  # fmt: skip
    answer = await http.post("/api/v1/calls", json=said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def timeline(http: httpx.AsyncClient, lead: LeadCaptured) -> list[str]:
    answer = await http.get("/api/v1/timeline", params={"lead_id": str(lead.lead_id)})
    return [entry["id"] for entry in answer.json()["items"] if entry["kind"] == "call"]


async def threads(http: httpx.AsyncClient, **whose: str) -> list[dict[str, Any]]:
    answer = await http.get("/api/v1/threads", params=whose)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_both_histories_are_one_until_they_are_two_again(
    comms: Running, source: Sources, parts: Parts, agency_id: UUID
) -> None:
    mine, theirs = new_id(), new_id()
    ann, anne, anna = captured("Ann", mine), captured("Anne", theirs), captured("Anna", theirs)
    await told(comms, source, agency_id, ann, anne, anna)
    async with (
        comms.client(agency_id) as http,
        comms.client(agency_id, user_id=mine, role=Role.AGENT) as me,
        comms.client(agency_id, user_id=theirs, role=Role.AGENT) as they,
    ):
        calls = [(await call(http, each))["id"] for each in (ann, anne, anna)]
        assert (await timeline(http, ann), len(await threads(me))) == ([calls[0]], 1)
        # Anna is Anne, and Anne is Ann.
        await told(comms, source, agency_id, merged(anna, anne), merged(anne, ann))
        assert set(await timeline(http, ann)) == set(calls)
        assert set(await timeline(me, anna)) == set(calls)
        found = await threads(me, lead_id=str(ann.lead_id))
        assert {(each["person_id"], each["lead_id"]) for each in found} == {(str(ann.person_id), str(ann.lead_id))}
        assert (len(found), len(await threads(me)), await threads(they)) == (3, 3, [])
        assert (await they.get("/api/v1/timeline", params={"lead_id": str(anne.lead_id)})).status_code == 404
        assert (await they.get(f"/api/v1/calls/{calls[1]}")).status_code == 404
        assert (await me.get(f"/api/v1/calls/{calls[1]}")).json()["lead_id"] == str(ann.lead_id)
        await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)
        await told(comms, source, agency_id, unmerged(anne, ann))
        assert await timeline(http, ann) == [calls[0]]
        assert set(await timeline(they, anne)) == set(calls[1:])
        assert (len(await threads(me)), len(await threads(they))) == (1, 2)
        await told(comms, source, agency_id, unmerged(anna, anne))
        assert await timeline(they, anna) == [calls[2]]
        await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)


async def test_whoever_is_forgotten_leaves_nothing_as_either(comms: Running, source: Sources, agency_id: UUID) -> None:
    ann, anne = captured("Ann"), captured("Anne")
    await told(comms, source, agency_id, ann, anne, merged(anne, ann))
    async with comms.client(agency_id) as http:
        for each in (ann, anne):
            await call(http, each)
        gone = [PersonForgotten(lead_id=each.lead_id, person_id=each.person_id) for each in (ann, anne)]
        await told(comms, source, agency_id, *gone)
        assert (await threads(http), await comms.rows(agency_id, people)) == ([], [])
        assert await comms.rows(agency_id, same_people) == []


async def test_what_was_said_with_a_removed_lead_is_in_no_list_until_it_is_restored(
    comms: Running, source: Sources, parts: Parts, agency_id: UUID
) -> None:
    ann, anne = captured("Ann"), captured("Anne")
    await told(comms, source, agency_id, ann, anne)
    async with comms.client(agency_id) as http:
        for each in (ann, anne):
            await call(http, each)
        ids = {"lead_id": anne.lead_id, "person_id": anne.person_id}
        await told(comms, source, agency_id, LeadRemoved(**ids))
        assert [each["person_id"] for each in await threads(http)] == [str(ann.person_id)]
        assert len(await threads(http, lead_id=str(anne.lead_id))) == 1, "whoever opens the removed lead reads on"
        await told(comms, source, agency_id, LeadRestored(**ids))
        assert len(await threads(http)) == 2
        # A merge removes one of two as well, and what was said with either is the survivor's.
        await told(comms, source, agency_id, merged(anne, ann), LeadRemoved(**ids))
        assert [each["person_id"] for each in await threads(http)] == [str(ann.person_id)] * 2
        await told(comms, source, agency_id, unmerged(anne, ann), LeadRestored(**ids))
        assert {each["person_id"] for each in await threads(http)} == {str(ann.person_id), str(anne.person_id)}
    await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)
