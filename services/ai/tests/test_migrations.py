"""What was queued before readings were jobs is read by a job."""

import asyncio

import alembic.command
import asyncpg
from alembic.config import Config
from gardenos_chassis.ids import new_id
from gardenos_chassis.migrations import migrate, migrations_of
from gardenos_chassis.testing.parts import Parts


async def test_what_was_queued_becomes_a_job(parts: Parts) -> None:
    urls = await parts.postgres.ensure_database("ai_before")
    config = Config()
    config.set_main_option("script_location", str(migrations_of("gardenos_ai")))
    config.attributes["url"] = urls.owner_url
    await asyncio.to_thread(alembic.command.upgrade, config, "0002")
    admin = await parts.postgres.server.connect(urls.owner_url.rpartition("/")[2].partition("?")[0])
    agency_id, person_id, claimed, waiting, done = (new_id() for _ in range(5))
    for source_id in (claimed, waiting, done):
        await admin.execute(
            "insert into communications (agency_id, source_kind, source_id, person_id, texts, said_at, event_id,"
            " correlation_id, traceparent, status) values ($1, 'call', $2, $3, '{}', now(), 'comms/1', 'why', 'trace', 'pending')",
            agency_id, source_id, person_id,
        )  # fmt: skip
    for source_id, lease, tries in ((claimed, new_id(), 2), (waiting, None, 0)):
        await admin.execute(
            "insert into reading_queue (agency_id, source_kind, source_id, lease, tries, delays) values ($1, 'call', $2, $3, $4, 3)",
            agency_id, source_id, lease, tries,
        )  # fmt: skip
    await migrate("gardenos_ai", urls.owner_url)
    rows: list[asyncpg.Record] = await admin.fetch("select * from jobs order by tries")
    assert [(row["key"], row["state"], row["tries"], row["delays"]) for row in rows] == [
        (f"call:{waiting}", "queued", 0, 3),
        (f"call:{claimed}", "queued", 1, 3),
    ]
    for row in rows:
        assert (row["agency_id"], row["kind"], row["person_id"]) == (agency_id, "ai.read-communication", person_id)
        assert (row["correlation_id"], row["causation_id"], row["traceparent"]) == ("why", "comms/1", "trace")
        assert row["due_at"] is not None
    assert await admin.fetchval("select to_regclass('reading_queue')") is None
    assert await admin.fetchval(
        "select bool_and(relforcerowsecurity) from pg_class where relname in ('jobs', 'communications')"
    )
    await admin.close()
