"""What is read out of a conversation is the AI's act, on behalf of whoever was in it: in the events, and in the trail."""

import sys
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent))

from ai_under_test import call, lead_captured, read  # type: ignore[import-not-found]
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role

TRAIL = "/api/v1/operations/ai/audit"


async def test_an_insight_is_on_behalf_of_whoever_logged_the_call(
    ai: Running, source: Sources, agency_id: UUID
) -> None:
    mine, other = str(new_id()), str(new_id())
    lead = lead_captured()
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    for user_id in (mine, other):
        said = call(lead)
        await source("comms").publish(agency_id, said, actor=Actor(ActorKind.PERSON, user_id))
        assert await read(ai, agency_id, said.call_id) == "read"
    insights = [event for event in await ai.events(agency_id) if event.type == "ai.InsightExtracted.v1"]
    assert {(str(event.actor), event.on_behalf_of) for event in insights} == {
        ("ai:offline", mine),
        ("ai:offline", other),
    }
    assert all(event.rule for event in insights)
    async with ai.client(agency_id, role=Role.AUDITOR) as auditor:
        asked = {"on_behalf_of": mine, "type": "ai.InsightExtracted.v1", "limit": "200"}
        told = (await auditor.get(TRAIL, params=asked)).json()["items"]
    assert {(each["actor"], each["on_behalf_of"]) for each in told} == {("ai:offline", mine)}
    assert len(told) == len([event for event in insights if event.on_behalf_of == mine])
