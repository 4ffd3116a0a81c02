"""Reports' tables are what events make of them; the log of changes, in which clients have their places, is left alone."""

import asyncio
from uuid import UUID

import pytest
from agency_story import NOON, Story, days, hours
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds, rebuilt, verified
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts.leads import Stage
from gardenos_reporting.tables import changes, leads
from sqlalchemy import update


def a_year() -> Story:
    story = Story()
    story.agency(new_id(), "America/Chicago")
    ann, north = story.user("Ann"), story.team("North")
    campaign, autumn = story.campaign("Spring"), story.campaign("Autumn")
    for number in range(30):
        lead = story.capture(f"Lead {number}", owner_id=ann, campaign_id=campaign if number % 2 else None)
        story.call(lead, NOON + hours(number))
        story.message(lead, NOON - hours(number))
        story.assign(lead, None, north, at=NOON + days(1))
        story.insight(lead)
        if number % 4 == 0:
            story.join(lead, autumn, undone=number % 8 == 0)
        if number % 3:
            story.move(lead, Stage.QUOTED)
        else:
            story.convert(lead, NOON + days(number))
            story.assign_client(lead, ann)
    return story


async def test_the_live_tables_equal_a_rebuild_and_the_log_goes_on(
    reporting: Running, source: Sources, parts: Parts, agency_id: UUID
) -> None:
    await a_year().flood(source, agency_id)
    await reporting.wait_until_caught_up()
    before = await reporting.rows(agency_id, changes)
    rows = await assert_rebuilds(reporting.service, (await parts.database("gardenos_reporting")).owner_url, agency_id)
    assert rows["leads"] >= 30
    assert await reporting.rows(agency_id, changes) == before
    more = Story()
    more.capture("One more")
    await more.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    positions = sorted(row["position"] for row in await reporting.rows(agency_id, changes))
    assert positions == list(range(1, len(before) + 2))


async def test_a_row_that_events_did_not_make_is_found_and_mended(
    reporting: Running, source: Sources, parts: Parts, agency_id: UUID
) -> None:
    owner_url = (await parts.database("gardenos_reporting")).owner_url
    await a_year().flood(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.service.database.transaction(agency_id) as session:
        lead_id = (await reporting.rows(agency_id, leads))[0]["id"]
        await session.execute(update(leads).where(leads.c.id == lead_id).values(name="Somebody else"))
    found = (await verified(reporting.service, owner_url))["leads"]
    assert (found.differing, found.differences[0].what) == (1, "different")
    assert found.differences[0].key == (str(agency_id), str(lead_id))
    await rebuilt(reporting.service, reporting.service.read_models["views"], owner_url)
    assert not (await verified(reporting.service, owner_url))["leads"].differing


@pytest.mark.parametrize("times", [3])
async def test_nothing_is_lost_or_told_twice_while_tables_change_places_under_load(
    reporting: Running, source: Sources, parts: Parts, agency_id: UUID, times: int
) -> None:
    owner_url = (await parts.database("gardenos_reporting")).owner_url
    told = 0
    failed: list[str] = []
    stop = asyncio.Event()

    async def tell() -> None:
        nonlocal told
        while not stop.is_set():
            story = Story()
            lead = story.capture(f"Lead {told}")
            story.assign(lead, new_id())
            await story.publish(source, agency_id)
            told += 2

    async def ask() -> None:
        async with reporting.client(agency_id) as http:
            while not stop.is_set():
                for path in ("reports/pipeline", "reports/conversion-times"):
                    answer = await http.get(f"/api/v1/{path}")
                    if answer.status_code != 200:
                        failed.append(answer.text)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(tell())
        tasks.create_task(ask())
        for _ in range(times):
            await rebuilt(reporting.service, reporting.service.read_models["views"], owner_url)
            await asyncio.sleep(0.2)
        stop.set()
    await reporting.wait_until_caught_up()
    assert failed == []
    assert told > 0
    assert len(await reporting.rows(agency_id, leads)) == told // 2
    assert sorted(row["position"] for row in await reporting.rows(agency_id, changes)) == list(range(1, told + 1))
    assert not (await verified(reporting.service, owner_url))["leads"].differing
