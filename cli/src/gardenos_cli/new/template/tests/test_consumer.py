"""Given these events, then this table."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from gardenos_chassis.testing import Running, assert_tenant_safe
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.plugin import Start
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts.leads import LeadCaptured, PersonForgotten
from gardenos_contracts.values import PersonName

from your_consumer.app import create_service
from your_consumer.settings import YourConsumerSettings
from your_consumer.tables import leads

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = LeadCaptured(
    lead_id=uuid4(),
    person_id=uuid4(),
    name=PersonName(given="Ada", family="Reyes"),
    source="web form",
    captured_at=NOON,
)


async def test_a_captured_lead_is_a_row(running: Running, agency_id: UUID) -> None:
    await running.given(agency_id, ADA)
    await running.wait_until_caught_up()
    assert await running.rows(agency_id, leads) == [
        {"lead_id": ADA.lead_id, "person_id": ADA.person_id, "name": "Ada Reyes", "captured_at": NOON}
    ]


async def test_who_is_forgotten_is_gone_from_here(running: Running, agency_id: UUID) -> None:
    await running.given(agency_id, ADA, PersonForgotten(lead_id=ADA.lead_id, person_id=ADA.person_id))
    await running.wait_until_caught_up()
    assert await running.rows(agency_id, leads) == []


async def test_what_is_delivered_again_has_no_second_effect(running: Running, agency_id: UUID) -> None:
    source = running.sources("leads")
    message = await source.publish(agency_id, ADA)
    await source.send(message)
    await running.given(agency_id, ADA.model_copy(update={"lead_id": uuid4()}))
    await running.wait_until_caught_up()
    assert len(await running.rows(agency_id, leads)) == 2


async def test_the_first_start_reads_what_the_broker_no_longer_holds(
    start: Start, source: Sources, agency_id: UUID
) -> None:
    source("leads").record(agency_id, ADA)
    async with start(create_service, YourConsumerSettings) as late:
        await late.wait_until_caught_up()
        assert len(await late.rows(agency_id, leads)) == 1


async def test_the_table_is_what_history_makes_of_it_again(running: Running, parts: Parts, agency_id: UUID) -> None:
    await running.given(agency_id, ADA)
    await running.wait_until_caught_up()
    urls = await parts.database("your_consumer")
    rows = await assert_rebuilds(running.service, urls.owner_url)
    assert rows["leads"] >= 1


async def test_agencies_are_kept_apart(parts: Parts) -> None:
    await assert_tenant_safe(await parts.database("your_consumer"))
