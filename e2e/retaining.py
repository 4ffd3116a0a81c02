"""An agency that keeps closed leads for a month, as it is once it has been there for longer: some are announced to be forgotten."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from gardenos_chassis.local import EmbeddedPostgres
from gardenos_chassis.testing import eventually

_LONG_AGO = """
update leads set stage_since = stage_since - interval '3 months', removed_at = removed_at - interval '3 months'
where agency_id = $1 and id = any($2)
"""
_TONIGHT = "update jobs set due_at = now() where agency_id = $1 and kind = 'leads.keep-retention' and state = 'queued'"


@dataclass(frozen=True)
class Retaining:
    """Who looks after it, and the family names of those who are to be forgotten, and of one who is not."""

    email: str = "rosa@rosewood.example"
    password: str = "correct horse battery"
    lost: str = "Larkspur"
    removed: str = "Ragwort"
    kept: str = "Kingcup"


async def plant_announcement(address: str, data: Path) -> dict[str, Any]:
    """Makes the agency on a platform, and lets its night come."""
    said = Retaining()
    owner = {"name": "Rosa Owner", "email": said.email, "password": said.password}
    async with httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=30) as http:

        async def asked(method: str, path: str, body: Any = None) -> Any:
            answer = await http.request(method, path, json=body)
            assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
            return answer.json() if answer.content else None

        about = {"name": "Rosewood Insurance", "time_zone": "America/Chicago", "owner": owner}
        agency_id = UUID((await asked("POST", "/agencies", about))["id"])
        begun = await asked("POST", "/sessions", {"email": said.email, "password": said.password})
        http.headers["Authorization"] = f"Bearer {begun['access_token']}"
        ids = {}
        for family in (said.lost, said.removed, said.kept):
            person = {"name": {"given": "Q", "family": family}, "email": f"{family}@mail.example", "source": "referral"}
            ids[family] = (await asked("POST", "/leads", person))["id"]
        for family in (said.lost, said.kept):
            await asked("PUT", f"/leads/{ids[family]}/stage", {"stage": "lost", "reason": "price"})
        await asked("DELETE", f"/leads/{ids[said.removed]}")
        await asked("PATCH", f"/agencies/{agency_id}", {"retention": {"closed_leads_months": 1}})
        made = await EmbeddedPostgres(data / "postgres").ensure_database("leads")
        connection = await asyncpg.connect(made.app_url.replace("+asyncpg", ""))

        async def done(statement: str, *values: Any) -> bool:
            async with connection.transaction():
                await connection.execute("select set_config('app.agency_id', $1, true)", str(agency_id))
                return bool(await connection.execute(statement, agency_id, *values) != "UPDATE 0")

        async def announced() -> bool:
            return (await asked("GET", "/leads/retention"))["announced"] is not None

        try:
            assert await done(_LONG_AGO, [UUID(ids[said.lost]), UUID(ids[said.removed])])
            await eventually(lambda: done(_TONIGHT), within=60, what="the agency's night is put down")
            await eventually(announced, within=60, what="the announcement")
        finally:
            await connection.close()
    return asdict(said)
