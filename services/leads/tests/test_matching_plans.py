"""Whom many rows are about is looked up by indexes, for a service that row-level security holds; also in a table that fills."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from gardenos_chassis.comparing import beginning
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing.parts import Parts
from gardenos_leads import matching
from sqlalchemy import make_url

Filled: TypeAlias = tuple["asyncpg.Connection[asyncpg.Record]", UUID, str]

LEADS = 20_000
ASKED = 500

_FILL = """
insert into leads (agency_id, id, person_id, given_name, family_name, display_name, sort_name, email, phone, external_id,
    postal_code, stage, source, captured_at, version)
select $1::uuid, gen_random_uuid(), gen_random_uuid(), 'Given', 'Family' || n, 'Given Family', 'family' || n || ' given',
    'given' || n || '@example.com', '+1512' || lpad(n::text, 7, '0'), 'A-' || n,
    lpad((10000 + n % 5000)::text, 5, '0') || case when n % 2 = 0 then '-1234' else '' end, 'new', 'web', now(), 1
from generate_series(1, $2::int) as n
"""
# As autovacuum has not come by yet.
_UNKNOWN = (
    "select pg_clear_relation_stats('public', 'leads')",
    "select pg_clear_attribute_stats('public', 'leads', attname, false) from pg_attribute"
    " where attrelid = 'leads'::regclass and attnum > 0 and not attisdropped",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def filled(parts: Parts) -> AsyncIterator[Filled]:
    """An agency with so many leads, a connection with all rights, in a transaction that is rolled back, and the service's role."""
    role = make_url((await parts.database("gardenos_leads")).app_url).username
    admin = await parts.postgres.server.connect("gardenos_leads")
    transaction = admin.transaction()
    await transaction.start()
    agency_id = new_id()
    try:
        await admin.execute(_FILL, agency_id, LEADS)
        yield admin, agency_id, str(role)
    finally:
        await transaction.rollback()
        await admin.close()


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


async def rows_read(filled: Filled, statement: str, *values: object, known: bool) -> float:
    """How many leads are touched to answer it, as the service's role."""
    admin, agency_id, role = filled
    if known:
        await admin.execute("analyze leads")
    else:
        for each in _UNKNOWN:
            await admin.execute(each)
    await admin.execute(f"set local role {role}; set local app.agency_id = '{agency_id.hex}'")
    told = await admin.fetchval(f"explain (analyze, format json) {statement}", agency_id, *values)
    await admin.execute("reset role")
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    read: float = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in _nodes(plan)
        if "Scan" in node["Node Type"] and node.get("Relation Name") == "leads"
    )
    return read


@pytest.mark.parametrize("known", [True, False], ids=["analysed", "new"])
@pytest.mark.parametrize("key", matching.KEYS)
async def test_by_a_value(filled: Filled, key: matching.Key, known: bool) -> None:
    written = {"email": "given{}@example.com", "phone": "+1512{:07}", "external_id": "A-{}"}[key]
    values = [written.format(n) for n in range(1, ASKED + 1)]
    read = await rows_read(filled, matching._KNOWN[key], values, known=known)
    assert ASKED <= read <= 4 * ASKED


@pytest.mark.parametrize("known", [True, False], ids=["analysed", "new"])
async def test_by_a_name_like_theirs_in_one_zip_code(filled: Filled, known: bool) -> None:
    names = [f"famly{n} given" for n in range(1, ASKED + 1)]
    bounds = [beginning(f"{10_000 + n}") for n in range(1, ASKED + 1)]
    least, after = (list(each) for each in zip(*bounds, strict=True))
    asked = (list(range(ASKED)), names, least, after, ["1 Oak St"] * ASKED, matching.ALIKE)
    read = await rows_read(filled, matching._ALIKE, *asked, known=known)
    assert ASKED * LEADS / 5000 <= read <= 3 * ASKED * LEADS / 5000
