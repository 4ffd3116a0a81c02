"""The leads tables are what events make of them, and are made again while the service works."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.values import Direction


def call(lead_id: str, at: datetime) -> CallLogged:
    return CallLogged(
        call_id=new_id(), thread_id=new_id(), person_id=new_id(), lead_id=UUID(lead_id), client_id=None,
        user_id=new_id(), direction=Direction.OUTBOUND, started_at=at, duration_seconds=60,
        disposition=Disposition.CONNECTED,
    )  # fmt: skip


async def test_the_live_tables_equal_a_rebuild_and_it_takes_their_place(
    leads: Running, parts: Parts, agency_id: UUID
) -> None:
    now = datetime.now(UTC)
    async with leads.client(agency_id) as http:
        campaign = (await http.post("/api/v1/campaigns", json={"name": "Spring", "source": "mail"})).json()["id"]
        made = [
            (await http.post("/api/v1/leads", json={
                "name": {"given": "Ann", "family": f"Number {n}"}, "email": f"ann{n}@example.com", "campaign_id": campaign,
            })).json()["id"]
            for n in range(20)
        ]  # fmt: skip
        for number, lead_id in enumerate(made[:10]):
            await leads.given(agency_id, call(lead_id, now - timedelta(days=number)), call(lead_id, now))
            answer = await http.put(f"/api/v1/leads/{lead_id}/stage", json={"stage": "contacted"})
            assert answer.status_code == 200, answer.text
        await leads.wait_until_caught_up()
        before = (await http.get("/api/v1/leads?limit=100")).json()
        rows = await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
        assert rows["leads"] >= 20
        assert (await http.get("/api/v1/leads?limit=100")).json() == before
        assert (await http.post("/api/v1/leads", json={"email": "new@example.com"})).status_code == 201
