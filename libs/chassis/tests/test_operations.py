"""What who runs a service relies on: migrating as a process of its own, and the two questions of readiness."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import pytest
from gardenos_chassis.local.ports import free_port
from gardenos_chassis.main import main
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.plugin import Start
from gardenos_notes.app import NotesSettings, create_service


async def test_migrating_needs_the_owner_s_address_and_no_other_secret(parts: Parts) -> None:
    urls = await parts.postgres.ensure_database("fresh")
    migration = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from gardenos_notes.app import *; from gardenos_chassis.main import main;"
        " main(NotesSettings, create_service, ['migrate'])",
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parent / "example"),
            "GARDENOS_NOTES_MIGRATION_URL": urls.owner_url,
        },
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaints = await migration.communicate()
    assert migration.returncode == 0, complaints.decode()
    server = parts.postgres.server
    connection = await asyncpg.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, database="gardenos_fresh"
    )
    assert await connection.fetchval("select to_regclass('events') is not null")
    await connection.close()


def test_migrating_says_which_address_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GARDENOS_NOTES_MIGRATION_URL", raising=False)
    with pytest.raises(SystemExit, match="set GARDENOS_NOTES_MIGRATION_URL"):
        main(NotesSettings, create_service, ["migrate"])


async def test_a_broker_that_is_away_turns_no_request_away(start: Start) -> None:
    async with (
        start(create_service, NotesSettings, kafka_bootstrap=f"127.0.0.1:{free_port()}") as notes,
        notes.anonymous() as http,
    ):
        whole = await http.get("/readyz")
        assert whole.status_code == 503
        assert {"relay", "notes.bells"} <= set(whole.json()["faults"])
        traffic = await http.get("/readyz?traffic=true")
        assert traffic.status_code == 200
        assert "relay" in traffic.json()["faults"]
