"""Events that no reader can take, in a service's store, as a fault in its own code would leave them there."""

from pathlib import Path
from uuid import uuid4

import asyncpg
from gardenos_chassis.local import EmbeddedPostgres
from gardenos_contracts.leads import LeadStageChanged, Stage

_APPEND = """
with head as (
    update agency_heads set head = head + 2 where agency_id = $1 returning head - 2 as before
)
insert into events (agency_id, sequence, stream_id, version, type, data, metadata, occurred_at)
select $1, before + version, $2, version::int, $3, data::jsonb, '{"actor": "system:test", "correlation_id": "poison"}', now()
from head, unnest($4::text[]) with ordinality as new (data, version)
"""


async def plant_poison(data: Path, aggregates: int) -> None:
    """Gives the one agency of a platform so many leads, each with an event that is malformed and a sound one behind it."""
    made = await EmbeddedPostgres(data / "postgres").ensure_database("leads")
    connection = await asyncpg.connect(made.app_url.replace("+asyncpg", ""))
    try:
        agency_id = await connection.fetchval("select agency_id from agency_heads")
        for _ in range(aggregates):
            moved = LeadStageChanged(
                lead_id=uuid4(), person_id=uuid4(), stage=Stage.CONTACTED, previous_stage=Stage.NEW
            )
            sound = moved.model_dump_json()
            malformed = sound.replace(f'"stage":"{Stage.CONTACTED.value}"', '"stage":"astray"')
            assert malformed != sound
            async with connection.transaction():
                await connection.execute("select set_config('app.agency_id', $1, true)", str(agency_id))
                await connection.execute(_APPEND, agency_id, moved.lead_id, moved.event_type, [malformed, sound])
    finally:
        await connection.close()
