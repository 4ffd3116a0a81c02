"""Who is who is what events make of it. What was read is no event's doing, and stays as it is."""

import sys
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent))

from ai_under_test import call, email, lead_captured, read  # type: ignore[import-not-found]
from gardenos_ai.tables import communications, insights, people
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.clients import ClientOnboarded
from gardenos_contracts.leads import LeadAssigned


async def test_the_live_tables_equal_a_rebuild_and_it_takes_their_place(
    ai: Running, parts: Parts, agency_id: UUID
) -> None:
    lead, early = lead_captured(), email()
    await ai.given(
        agency_id,
        early,
        lead,
        LeadAssigned(
            lead_id=lead.lead_id, person_id=lead.person_id, owner_id=new_id(), team_id=None, previous_owner_id=None
        ),
        ClientOnboarded(
            client_id=new_id(),
            person_id=new_id(),
            name=lead.name,
            email="other@example.com",
            onboarded_at=lead.captured_at,
        ),
    )
    spoken = call(lead)
    await ai.given(agency_id, spoken)
    await read(ai, agency_id, spoken.call_id, "read")
    await read(ai, agency_id, early.message_id, "read")
    await ai.wait_until_caught_up()
    kept = [sorted(await ai.rows(agency_id, table), key=repr) for table in (people, communications, insights)]
    rows = await assert_rebuilds(ai.service, (await parts.database("gardenos_ai")).owner_url)
    assert rows["people"] >= 2
    assert rows["addresses"] >= 2
    assert [sorted(await ai.rows(agency_id, table), key=repr) for table in (people, communications, insights)] == kept
    # An address learned afterwards still finds what came from it.
    late = email(sender="late@example.com")
    await ai.given(agency_id, late)
    await read(ai, agency_id, late.message_id, "read")
    owner = lead_captured(email="late@example.com")
    await ai.given(agency_id, owner)
    await ai.wait_until_caught_up()
    (found,) = [row for row in await ai.rows(agency_id, communications) if row["source_id"] == late.message_id]
    assert found["person_id"] == owner.person_id
