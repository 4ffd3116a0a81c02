"""Rules of assignment as the tests use them: put in force, and leads that come at once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.leads import LeadCaptured
from gardenos_contracts.values import PersonName
from gardenos_leads.assigning.tables import lead_backlog

AT = "/api/v1/lead-assignment"
TEST = Actor(ActorKind.SYSTEM, "test")


def rule(**said: Any) -> dict[str, Any]:
    return {"rule_id": str(new_id()), "name": "Everything"} | said


def seats(people: Sequence[UUID], **said: Any) -> list[dict[str, Any]]:
    return [{"user_id": str(id)} | said for id in people]


async def in_force(http: httpx.AsyncClient, *rules: dict[str, Any]) -> None:
    written = await http.put(f"{AT}/draft", json={"rules": list(rules)})
    assert written.status_code == 200, written.text
    on = await http.put(f"{AT}/in-force")
    assert (on.status_code, on.json()["active"]) == (200, written.json()["draft"]), on.text


async def what_if(running: Running, http: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    """What rules would have done, once it is known."""
    begun = await http.post(f"{AT}/what-ifs", json=asked)
    assert begun.status_code == 202, begun.text

    async def done() -> bool:
        return bool((await http.get(begun.headers["location"])).json()["status"] in ("done", "failed"))

    await eventually(done, what="the replay is done", within=60)
    shown: dict[str, Any] = (await http.get(begun.headers["location"])).json()
    assert shown["status"] == "done"
    assert shown["leads_done"] == shown["leads"] == shown["result"]["leads"]
    result: dict[str, Any] = shown["result"]
    return result


async def burst(running: Running, agency_id: UUID, count: int, **said: Any) -> list[UUID]:
    """Leads at once, the first the oldest."""
    now = datetime.now(UTC)
    ids = [new_id() for _ in range(count)]
    for first in range(0, count, 250):
        async with running.service.store.unit_of_work(Context(agency_id, TEST, "burst")) as work:
            for number, id in enumerate(ids[first : first + 250], first):
                captured = LeadCaptured(
                    lead_id=id, person_id=new_id(), name=PersonName(given="Maria", family=f"Delgado {number}"),
                    source="web form", captured_at=now - timedelta(hours=1) + timedelta(milliseconds=number), **said,
                )  # fmt: skip
                work.record(id, 0, [captured])
    return ids


async def waits(running: Running, agency_id: UUID, count: int) -> None:
    async def so_many() -> bool:
        return len(await running.rows(agency_id, lead_backlog)) == count

    await eventually(so_many, what=f"{count} leads wait", within=60)


async def owners(http: httpx.AsyncClient, ids: Sequence[UUID]) -> list[str | None]:
    return [(await http.get(f"/api/v1/leads/{id}")).json()["owner_id"] for id in ids]


async def have(http: httpx.AsyncClient, ids: Sequence[UUID], *user_ids: UUID | None) -> None:
    """Waits until these leads are theirs, each whose it is to be."""
    wanted = [None if id is None else str(id) for id in user_ids]

    async def so_it_is() -> bool:
        return await owners(http, ids) == wanted

    await eventually(so_it_is, what=f"leads are with {wanted}", within=60)
