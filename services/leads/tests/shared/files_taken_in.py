"""Files of leads, taken in as somebody would who sends them at once."""

import json
from typing import Any

import httpx
from gardenos_chassis.testing import Running
from gardenos_leads.importing import running as steps


def sent(content: bytes, go_on: str = "run", name: str = "export.csv", **plan: Any) -> dict[str, Any]:
    """A file to be taken in at once as it is guessed, with what is said of it besides."""
    planned = json.dumps({"run_automations": False, **plan})
    return {"files": {"file": (name, content)}, "data": {"plan": planned, "go_on": go_on}}


async def imported(running: Running, http: httpx.AsyncClient, content: bytes, **plan: Any) -> dict[str, Any]:
    """An import, done."""
    answer = await http.post("/api/v1/imports", **sent(content, **plan))
    assert answer.status_code == 201, answer.text
    await running.jobs_done()
    return await shown(http, answer.json()["id"])


async def shown(http: httpx.AsyncClient, id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get(f"/api/v1/imports/{id}")).json()
    return found


async def rows_of(http: httpx.AsyncClient, id: str, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await http.get(f"/api/v1/imports/{id}/rows", params={"limit": "200", **query, **cursor})).json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


def counts(**other: int) -> dict[str, int]:
    return steps.NOTHING | other
