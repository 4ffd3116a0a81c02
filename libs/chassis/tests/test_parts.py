"""What one file's tests leave is not there for the next file's."""

import asyncpg
from gardenos_chassis.testing.parts import Parts


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
