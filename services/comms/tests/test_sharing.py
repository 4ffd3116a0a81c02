"""Who has a lead or client shared with them has the conversations with them, and what came of the person."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts.clients import ClientShared, ClientUnshared
from gardenos_contracts.comms import Disposition
from gardenos_contracts.leads import LeadCaptured, LeadShared, LeadUnshared
from gardenos_contracts.values import PersonName, Role


async def test_conversations_go_with_the_share(comms: Running, source: Sources, agency_id: UUID) -> None:
    ann, ben, client = new_id(), new_id(), new_id()
    lead = LeadCaptured(
        lead_id=new_id(), person_id=new_id(), name=PersonName(given="Maria"), source="web", owner_id=ann,
        captured_at=datetime.now(UTC),
    )  # fmt: skip
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await comms.wait_until_caught_up()
    of_lead: dict[str, Any] = {"lead_id": lead.lead_id, "person_id": lead.person_id, "user_id": ben}
    of_client: dict[str, Any] = {"client_id": client, "person_id": lead.person_id, "user_id": ben}
    body = {
        "lead_id": str(lead.lead_id), "direction": "outbound", "started_at": "2026-03-16T10:00:00Z",
        "duration_seconds": 60, "disposition": Disposition.CONNECTED.value, "notes": "spoke",
    }  # fmt: skip
    async with (
        comms.client(agency_id, role=Role.AGENT, user_id=ann) as owner,
        comms.client(agency_id, role=Role.AGENT, user_id=ben) as mate,
    ):
        logged = await owner.post("/api/v1/calls", json=body)
        assert logged.status_code == 201, logged.text
        call = logged.json()

        async def seen(http: httpx.AsyncClient) -> bool:
            threads = (await http.get("/api/v1/threads")).json()["items"]
            one = (await http.get(f"/api/v1/threads/{call['thread_id']}")).status_code
            timeline = await http.get(f"/api/v1/timeline?lead_id={lead.lead_id}")
            told = [bool(threads), one == 200, timeline.status_code == 200 and bool(timeline.json()["items"])]
            assert len(set(told)) == 1, told
            return told[0]

        assert await seen(owner)
        assert not await seen(mate)
        # The lead becomes a client: two services tell, and neither waits for the other.
        for event, sees in (
            (LeadShared(**of_lead), True), (ClientShared(**of_client), True), (LeadUnshared(**of_lead), True),
            (ClientUnshared(**of_client), False),
        ):  # fmt: skip
            await comms.given(agency_id, event)
            await comms.wait_until_caught_up()

            async def as_told(sees: bool = sees) -> bool:
                return await seen(mate) is sees

            await eventually(as_told, within=2.0, what=f"{event.event_type} holds")
        assert (await mate.post("/api/v1/calls", json=body)).status_code == 404
