"""What one file's tests leave is not there for the next file's."""

from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import topic_of
from gardenos_notes.app import BellRung


async def test_databases_are_as_migrations_leave_them_again_and_again(parts: Parts) -> None:
    for _ in range(3):
        url = (await parts.database("gardenos_notes")).owner_url.replace("+asyncpg", "")
        left = await asyncpg.connect(url)
        assert await left.fetchval("select to_regclass('left_behind')") is None
        assert await left.fetchval("select to_regclass('agency_heads')") is not None
        await left.execute("create table left_behind ()")
        # A service that did not end in order is connected still.
        await parts.anew()
        left.terminate()


async def test_topics_are_empty_and_sources_have_said_nothing(
    parts: Parts, notes: Running, source: Sources, agency_id: UUID
) -> None:
    await source("bells").publish(agency_id, BellRung(loudness=1))
    assert await _kept(parts) > 0
    await parts.anew()
    assert source("bells").heads == {}
    if parts.idempotence:
        assert await _kept(parts) == 0


async def _kept(parts: Parts) -> int:
    """How many records the topic of bells holds."""
    reader = AIOKafkaConsumer(bootstrap_servers=parts.bootstrap)
    await reader.start()
    try:
        places = [TopicPartition(topic_of("bells"), partition) for partition in range(2)]
        ends, beginnings = await reader.end_offsets(places), await reader.beginning_offsets(places)
        return sum(ends[place] - beginnings[place] for place in places)
    finally:
        await reader.stop()
