"""A person is forgotten: their name is gone, and every number stays."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from agency_story import NOON, Lead, Story, days, hours
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts.clients import PersonForgotten as ClientForgotten
from gardenos_contracts.comms import ConversationsForgotten
from gardenos_contracts.leads import PersonForgotten, Stage
from gardenos_reporting.tables import changes, leads

REPORTS = ("pipeline", "conversion-times?from=2026-01-01&to=2026-03-31", "response-times?from=2026-01-01&to=2026-03-31")


def forgotten(lead: Lead) -> tuple[PersonForgotten, ClientForgotten, ConversationsForgotten]:
    ids: dict[str, Any] = {"lead_id": lead.id, "person_id": lead.person_id, "client_id": lead.client_id}
    said = ConversationsForgotten(person_id=lead.person_id, thread_ids=(new_id(),), communication_ids=(new_id(),))
    return PersonForgotten(**ids), ClientForgotten(**ids), said


async def numbers(http: httpx.AsyncClient) -> dict[str, Any]:
    found = {}
    for report in REPORTS:
        answer = await http.get(f"/api/v1/reports/{report}")
        assert answer.status_code == 200, answer.text
        found[report] = answer.json()
    return found


async def test_the_name_goes_and_the_numbers_stay(
    reporting: Running, source: Sources, parts: Parts, agency_id: UUID
) -> None:
    marker = uuid4().hex
    story = Story()
    story.agency(agency_id, "America/Chicago")
    ann = story.user("Ann")
    lead = story.capture(f"Maria {marker}", owner_id=ann)
    story.rename(lead, f"Mary {marker}")
    story.call(lead, NOON + hours(1))
    story.convert(lead, NOON + days(2))
    story.capture("Otto", owner_id=ann)
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        before = await numbers(http)
        assert await places_of(marker, parts, "gardenos_reporting") == ["public.leads.name"]
        await reporting.given(agency_id, *forgotten(lead))
        await reporting.wait_until_caught_up()
        assert await places_of(marker, parts, "gardenos_reporting") == []
        assert await numbers(http) == before
    named = {row["id"]: row["name"] for row in await reporting.rows(agency_id, leads)}
    assert named[lead.id] == "Forgotten person"
    assert "Otto" in named.values()
    told = {(row["resource"], row["id"]) for row in (await reporting.rows(agency_id, changes))[-3:]}
    assert told == {("lead", lead.id), ("client", lead.client_id), ("thread", lead.person_id)}, "the web client hears"
    await assert_rebuilds(reporting.service, (await parts.database("gardenos_reporting")).owner_url, agency_id)


async def test_what_is_told_afterwards_is_counted_without_a_name(
    reporting: Running, source: Sources, parts: Parts, agency_id: UUID
) -> None:
    marker = uuid4().hex
    story = Story()
    lead = story.capture("Maria")
    story.call(lead, NOON + hours(1))
    await story.publish(source, agency_id)
    await reporting.given(agency_id, *forgotten(lead))
    await reporting.wait_until_caught_up()
    story.rename(lead, marker)
    story.move(lead, Stage.QUOTED)
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    (row,) = await reporting.rows(agency_id, leads)
    assert row["stage"] == "quoted"
    assert await places_of(marker, parts, "gardenos_reporting") == []
