"""What comms tells of tasks is known of each lead, and lists are narrowed and ordered by it; and who was first in touch."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Actor, ActorKind, Event
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.tasks import TaskCancelled, TaskCompleted, TaskKind, TaskPlanned, TaskReopened, TaskRescheduled
from gardenos_contracts.values import Direction
from gardenos_leads.planned import lead_tasks

TODAY = datetime.now(UTC).date()
NOBODY: dict[str, Any] = {"kind": TaskKind.CALL, "title": "Call"}


def on(days: int) -> date:
    return TODAY + timedelta(days=days)


async def lead_of(http: httpx.AsyncClient, **said: Any) -> dict[str, str]:
    answer = await http.post("/api/v1/leads", json={"name": {"given": "Maria"}, "if_known": "anyway"} | said)
    assert answer.status_code == 201, answer.text
    lead = answer.json()
    return {"lead_id": lead["id"], "person_id": lead["person_id"]}


async def told(leads: Running, agency_id: UUID, *events: Event) -> None:
    for event in events:
        await leads.sources("comms").publish(agency_id, event)
    await leads.wait_until_caught_up()


async def task(leads: Running, agency_id: UUID, about: dict[str, str], days: int) -> dict[str, Any]:
    ids: dict[str, Any] = {"task_id": new_id(), **about}
    await told(leads, agency_id, TaskPlanned(**ids, **NOBODY, due_on=on(days), due_time="09:00"))
    return ids


async def next_task(http: httpx.AsyncClient, about: dict[str, str]) -> tuple[str | None, int]:
    lead = (await http.get(f"/api/v1/leads/{about['lead_id']}")).json()
    return lead["next_task_on"], lead["open_tasks"]


async def listed(http: httpx.AsyncClient, sort: str = "captured_at", *conditions: dict[str, Any]) -> list[str]:
    params = {"sort": sort, "filter": json.dumps({"all": list(conditions)})}
    answer = await http.get("/api/v1/leads", params=params)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


async def test_the_next_task_follows_what_happens_to_it(leads: Running, parts: Parts, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        maria = await lead_of(http)
        assert await next_task(http, maria) == (None, 0)
        first, second = await task(leads, agency_id, maria, 3), await task(leads, agency_id, maria, 5)
        assert await next_task(http, maria) == (on(3).isoformat(), 2)
        await told(leads, agency_id, TaskRescheduled(**first, due_on=on(9), previous_due_on=on(3)))
        assert await next_task(http, maria) == (on(5).isoformat(), 2)
        await told(leads, agency_id, TaskCompleted(**second, **NOBODY))
        assert await next_task(http, maria) == (on(9).isoformat(), 1)
        await told(leads, agency_id, TaskReopened(**second), TaskCancelled(**first))
        assert await next_task(http, maria) == (on(5).isoformat(), 1)
        await told(leads, agency_id, TaskPlanned(task_id=new_id(), **NOBODY, due_on=on(0)))
        assert await next_task(http, maria) == (on(5).isoformat(), 1), "about nobody"
        await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_lists_by_what_is_planned(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        late, today, soon, without = [(await lead_of(http)) for _ in range(4)]
        for about, days in ((late, -2), (today, 0), (soon, 4)):
            await task(leads, agency_id, about, days)
        field = "next_task_on"
        assert await listed(http, "captured_at", {"field": field, "op": "is_empty"}) == [without["lead_id"]]
        assert await listed(http, "captured_at", {"field": field, "op": "before", "value": "today"}) == [
            late["lead_id"]
        ]
        assert await listed(http, "captured_at", {"field": field, "op": "on", "value": "today"}) == [today["lead_id"]]
        assert await listed(http, "captured_at", {"field": field, "op": "in_next", "value": 7}) == [
            today["lead_id"],
            soon["lead_id"],
        ]
        assert await listed(http, "captured_at", {"field": "open_tasks", "op": "is", "value": 0}) == [
            without["lead_id"]
        ]
        order = [each["lead_id"] for each in (late, today, soon, without)]
        assert await listed(http, "next_task_on") == order
        assert await listed(http, "-next_task_on") == [*order[2::-1], order[3]], "what has none comes last"
        found: list[str] = []
        params = {"sort": "next_task_on", "limit": "1"}
        while True:
            page = (await http.get("/api/v1/leads", params=params)).json()
            found += [each["id"] for each in page["items"]]
            if page["next_cursor"] is None:
                break
            params["cursor"] = page["next_cursor"]
        assert found == order


async def test_tasks_go_with_the_person_and_are_forgotten_with_them(
    leads: Running, parts: Parts, agency_id: UUID
) -> None:
    async with leads.client(agency_id) as http:
        ann, anne = await lead_of(http), await lead_of(http)
        await task(leads, agency_id, ann, 5)
        await task(leads, agency_id, anne, 2)
        merged = await http.post(f"/api/v1/leads/{ann['lead_id']}/merge", json={"other_id": anne["lead_id"]})
        assert merged.status_code == 200, merged.text
        assert await next_task(http, ann) == (on(2).isoformat(), 2)
        # Who plans by what is open knows nothing of the merge.
        await task(leads, agency_id, anne, 1)
        assert await next_task(http, ann) == (on(1).isoformat(), 3)
        (merge,) = (await http.get(f"/api/v1/leads/{ann['lead_id']}/merges")).json()["items"]
        await http.post(f"/api/v1/leads/{ann['lead_id']}/merges/{merge['id']}/undo")
        assert (await next_task(http, ann), await next_task(http, anne)) == (
            (on(5).isoformat(), 1),
            (on(1).isoformat(), 2),
        )
        assert (await http.post(f"/api/v1/leads/{anne['lead_id']}/forget")).status_code == 200
        assert await next_task(http, anne) == (None, 0)
        assert {str(row["lead_id"]) for row in await leads.rows(agency_id, lead_tasks)} == {ann["lead_id"]}
        await task(leads, agency_id, anne, 1)
        assert await next_task(http, anne) == (None, 0), "of somebody forgotten nothing is planned"
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


@pytest.mark.parametrize(
    ("kind", "automated"),
    [(ActorKind.PERSON, False), (ActorKind.KEY, False), (ActorKind.AUTOMATION, True), (ActorKind.AI, True)],
)
async def test_who_was_first_in_touch(leads: Running, agency_id: UUID, kind: ActorKind, automated: bool) -> None:
    """A person and an automation are told apart: speed to lead is measured of each."""
    at = datetime.now(UTC).replace(microsecond=0)
    async with leads.client(agency_id) as http:
        maria = await lead_of(http)
        call = CallLogged(
            call_id=new_id(), thread_id=new_id(), person_id=UUID(maria["person_id"]), lead_id=UUID(maria["lead_id"]),
            user_id=new_id(), direction=Direction.OUTBOUND, started_at=at, duration_seconds=30,
            disposition=Disposition.VOICEMAIL,
        )  # fmt: skip
        await leads.sources("comms").publish(agency_id, call, actor=Actor(kind, str(new_id())))
        await leads.wait_until_caught_up()
        lead = (await http.get(f"/api/v1/leads/{maria['lead_id']}")).json()
        touched = (lead["first_automated_at"] is not None, lead["first_touched_at"] is not None)
        assert touched == (automated, not automated)
        assert (lead["contact_attempts"], lead["last_contacted_at"] is not None) == (1, True)
        name = "first_automated_at" if automated else "first_touched_at"
        other = "first_touched_at" if automated else "first_automated_at"
        assert await listed(
            http, "captured_at", {"field": name, "op": "on", "value": "today"}, {"field": other, "op": "is_empty"}
        ) == [maria["lead_id"]]
