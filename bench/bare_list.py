"""The baseline of the lead list: FastAPI, asyncpg, orjson and the same SQL under row-level security, and nothing else."""

import os
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson
from fastapi import FastAPI, Request
from fastapi.responses import Response

COLUMNS = (
    "id", "person_id", "given_name", "family_name", "display_name", "sort_name", "email", "phone", "street", "city",
    "postal_code",
    "state", "birth_date", "line_of_business", "current_carrier", "x_date", "stage", "source", "campaign_id",
    "owner_id", "team_id", "notes", "external_id", "import_id", "client_id", "captured_at", "first_contacted_at",
    "last_contacted_at", "converted_at", "contact_attempts", "first_touched_at", "shared_with", "tags", "forgotten_at",
    "removed_at", "merged_into", "do_not_call_at", "version",
)  # fmt: skip

LIST = f"""
select {", ".join(f"leads.{column}" for column in COLUMNS)}, leads.fields::text as fields,
    campaigns.name as campaign_name
from leads
left join campaigns on campaigns.agency_id = leads.agency_id and campaigns.id = leads.campaign_id
where leads.agency_id = $1
order by leads.captured_at desc, leads.id desc
limit $2
"""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=20) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_lifespan)
STATEMENTS = pickle.loads(Path(kept).read_bytes()) if (kept := os.environ.get("STATEMENTS")) else {}
"""The statement and the values of each list, by its number and an agency."""


@app.get("/leads")
async def list_leads(request: Request, agency_id: UUID, limit: int = 50) -> Response:
    """One page."""
    pool: asyncpg.Pool[asyncpg.Record] = request.app.state.pool
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select set_config('app.agency_id', $1, true)", str(agency_id))
        rows = await connection.fetch(LIST, agency_id, limit)
    body = orjson.dumps({"items": [dict(row) for row in rows]}, default=str)
    return Response(body, media_type="application/json")


@app.get("/lists/{number}")
async def list_by_statement(request: Request, number: int, agency_id: UUID) -> Response:
    """One page of a list whose statement the measurement gave."""
    pool: asyncpg.Pool[asyncpg.Record] = request.app.state.pool
    statement, values = STATEMENTS[number, agency_id]
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "select set_config('app.agency_id', $1, true), set_config('plan_cache_mode', 'force_custom_plan', true)",
            str(agency_id),
        )
        rows = await connection.fetch(statement, *values)
    body = orjson.dumps({"items": [dict(row) for row in rows]}, default=str)
    return Response(body, media_type="application/json")
