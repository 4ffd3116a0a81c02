"""Tasks by HTTP, on real PostgreSQL and Kafka: planned, done, seen by whoever may, handed over, and forgotten."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_comms.tasks import queries
from gardenos_comms.tasks.tables import tasks as table
from gardenos_contracts.identity import (
    AgencyRegistered,
    TeamDissolved,
    UserDeactivated,
    UserMovedTeams,
    WorkHandedOver,
)
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadUnmerged
from gardenos_contracts.leads import LeadAssigned, LeadCaptured, LeadRemoved, LeadRestored, LeadShared, PersonForgotten
from gardenos_contracts.tasks import TaskAssigned, TaskRescheduled
from gardenos_contracts.values import PersonName, Role
from sqlalchemy import text

TODAY = datetime.now(UTC).date()


def day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


def captured(given: str = "Maria", **fields: Any) -> LeadCaptured:
    known = {
        "lead_id": new_id(), "person_id": new_id(), "name": PersonName(given=given),
        "email": f"{given.lower()}-{uuid4().hex[:6]}@example.com", "source": "web", "captured_at": datetime.now(UTC),
    }  # fmt: skip
    return LeadCaptured(**(known | fields))


async def known(comms: Running, agency_id: UUID, *events: Any) -> None:
    for event in events:
        about = next(
            getattr(event, name) for name in ("lead_id", "user_id", "team_id", "agency_id") if hasattr(event, name)
        )
        await comms.sources(event.service).publish(agency_id, event, stream_id=about)
    await comms.wait_until_caught_up()


async def planned(http: httpx.AsyncClient, about: LeadCaptured | None = None, **fields: Any) -> dict[str, Any]:
    body = {"title": "Call back", "kind": "call", "due_on": day(1)} | fields
    if about is not None:
        body["lead_id"] = str(about.lead_id)
    answer = await http.post("/api/v1/tasks", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def titles(http: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await http.get("/api/v1/tasks", params=params)
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()["items"]]


async def counted(http: httpx.AsyncClient, **params: Any) -> tuple[int, int, int]:
    found = (await http.get("/api/v1/tasks/counts", params=params)).json()
    return found["overdue"], found["today"], found["upcoming"]


async def test_a_task_from_its_planning_to_its_end(comms: Running, agency_id: UUID) -> None:
    maria, me = captured(), new_id()
    await known(comms, agency_id, maria)
    async with comms.client(agency_id, user_id=me) as http:
        answer = await http.post(
            "/api/v1/tasks",
            json={
                "lead_id": str(maria.lead_id),
                "title": " Call Maria ",
                "kind": "call",
                "due_on": day(2),
                "due_time": "14:30",
            },
        )
        assert answer.status_code == 201, answer.text
        task = answer.json()
        assert (task["title"], task["due_on"], task["due_time"], task["priority"], task["state"], task["overdue"]) == (
            "Call Maria", day(2), "14:30", "normal", "open", False,
        )  # fmt: skip
        assert (task["owner_id"], task["lead_id"], task["person_name"]) == (str(me), str(maria.lead_id), "Maria")
        path = answer.headers["location"]
        shown = await http.get(path)
        assert (shown.json(), shown.headers["etag"]) == (task, '"1"')

        stale = {"If-Match": '"1"'}
        changed = await http.patch(
            path, json={"title": "Quote the roof", "due_on": day(3), "due_time": None}, headers=stale
        )
        assert (changed.status_code, changed.json()["version"]) == (200, 3), "said anew, and another day: two events"
        assert (changed.json()["due_on"], changed.json()["due_time"]) == (day(3), None)
        assert (await http.patch(path, json={"title": "Other"}, headers=stale)).status_code == 412
        done = await http.post(f"{path}/complete", json={"outcome": "She takes it"})
        assert (done.json()["state"], done.json()["outcome"], done.json()["closed_by"]["id"]) == (
            "done", "She takes it", str(me),
        )  # fmt: skip
        again = await http.post(f"{path}/complete")
        assert (again.status_code, again.json()["version"]) == (200, 4)
        assert (await http.patch(path, json={"title": "Late"})).status_code == 409
        (entry,) = [
            e
            for e in (await http.get(f"/api/v1/timeline?lead_id={maria.lead_id}")).json()["items"]
            if e["kind"] == "task"
        ]
        assert (entry["title"], entry["detail"]["outcome"]) == ("Task done: Quote the roof", "She takes it")

        opened = (await http.post(f"{path}/reopen")).json()
        assert (opened["state"], opened["outcome"], opened["closed_at"], opened["closed_by"]) == (
            "open",
            None,
            None,
            None,
        )
        kinds = [e["kind"] for e in (await http.get(f"/api/v1/timeline?lead_id={maria.lead_id}")).json()["items"]]
        assert "task" not in kinds
        assert (await http.post(f"{path}/cancel", json={"reason": "She called"})).json()["state"] == "cancelled"
        history = (await http.get(f"{path}/history")).json()["items"]
        assert [each["title"] for each in history] == [
            "Cancelled", "Reopened", "Completed", "Rescheduled", "Changed", "Planned",
        ]  # fmt: skip
        assert history[3]["changes"] == [
            {"field": "due_on", "old": day(2), "new": day(3)}, {"field": "due_time", "old": "14:30", "new": None},
        ]  # fmt: skip


async def test_the_same_command_once_more_plans_nothing_more(comms: Running, agency_id: UUID) -> None:
    async with comms.client(agency_id) as http:
        body, key = {"title": "Order cards", "due_on": "3/15/2027"}, {"Idempotency-Key": "k1"}
        first = await http.post("/api/v1/tasks", json=body, headers=key)
        assert first.json()["due_on"] == "2027-03-15"
        assert (await http.post("/api/v1/tasks", json=body, headers=key)).json() == first.json()
        assert await titles(http) == ["Order cards"]


async def test_bad_tasks_are_named(comms: Running, agency_id: UUID) -> None:
    maria = captured()
    await known(comms, agency_id, maria)
    async with comms.client(agency_id) as http:
        good = {"title": "Call", "due_on": day(1)}
        cases: Sequence[tuple[str, dict[str, Any]]] = [
            ("/title", good | {"title": "  "}),
            ("/title", good | {"title": "a\0b"}),
            ("/due_on", {"title": "Call"}),
            ("/due_on", good | {"due_on": "soon"}),
            ("/due_time", good | {"due_time": "25:00"}),
            ("/kind", good | {"kind": "dance"}),
            ("/lead_id", good | {"lead_id": str(maria.lead_id), "client_id": str(new_id())}),
            ("/owner_id", good | {"owner_id": str(new_id())}),
        ]
        for pointer, body in cases:
            answer = await http.post("/api/v1/tasks", json=body)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
        assert (await http.post("/api/v1/tasks", json=good | {"lead_id": str(new_id())})).status_code == 404
        task = await planned(http)
        for body in ({"title": None}, {"due_on": None}, {"kind": None}):
            assert (await http.patch(f"/api/v1/tasks/{task['id']}", json=body)).status_code == 422
        assert (await http.get("/api/v1/tasks", params={"owner_id": "me"})).status_code == 422
        assert (await http.get("/api/v1/tasks", params={"cursor": "x"})).status_code == 422


async def test_lists_by_when_they_are_due(comms: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the agency's clock: a day is over at its end, a time when it has passed."""
    chicago = "America/Chicago"
    await known(comms, agency_id, AgencyRegistered(agency_id=agency_id, name="A", time_zone=chicago, currency="USD"))
    noon = datetime(2027, 3, 15, 12, 0, tzinfo=ZoneInfo(chicago))

    async def at_noon(*_: Any) -> datetime:
        return noon

    async with comms.client(agency_id) as http:
        async with comms.service.database.transaction(agency_id) as session:
            assert str((await queries.now_in(session, agency_id)).tzinfo) == chicago
        monkeypatch.setattr(queries, "now_in", at_noon)
        for title, due_on, due_time in (
            ("later", "2027-03-16", None), ("today", "2027-03-15", None), ("yesterday", "2027-03-14", None),
            ("at eleven", "2027-03-15", "11:00"), ("at one", "2027-03-15", "13:00"), ("at nine tomorrow", "2027-03-16", "09:00"),
        ):  # fmt: skip
            await planned(http, title=title, due_on=due_on, due_time=due_time)
        assert await titles(http) == ["yesterday", "at eleven", "at one", "today", "at nine tomorrow", "later"]
        assert await titles(http, sort="-due") == [
            "later",
            "at nine tomorrow",
            "today",
            "at one",
            "at eleven",
            "yesterday",
        ]
        assert await titles(http, due="overdue") == ["yesterday", "at eleven"]
        assert await titles(http, due="today") == ["at one", "today"]
        assert await titles(http, due="upcoming") == ["at nine tomorrow", "later"]
        answer = (await http.get("/api/v1/tasks/counts", params={"mine": True})).json()
        assert answer == {"overdue": 2, "today": 2, "upcoming": 2, "up_to": 1000, "today_is": "2027-03-15"}
        found: list[str] = []
        page: dict[str, Any] = {"next_cursor": None}
        while not found or page["next_cursor"]:
            params = {"limit": 4} | ({"cursor": page["next_cursor"]} if page["next_cursor"] else {})
            page = (await http.get("/api/v1/tasks", params=params)).json()
            found += [each["title"] for each in page["items"]]
        assert found == await titles(http)
        (first, *_) = (await http.get("/api/v1/tasks", params={"due": "overdue"})).json()["items"]
        assert first["overdue"] is True
        await http.post(f"/api/v1/tasks/{first['id']}/complete")
        assert (
            await titles(http, state="done", sort="-closed_at")
            == await titles(http, sort="-closed_at")
            == ["yesterday"]
        )
        assert await counted(http) == (1, 2, 2)


async def test_several_at_once_each_with_its_fate(comms: Running, agency_id: UUID) -> None:
    async with comms.client(agency_id) as http:
        one, two, three = [await planned(http, title=title, due_time="10:00") for title in ("one", "two", "three")]
        await http.post(f"/api/v1/tasks/{two['id']}/cancel")
        stranger = str(new_id())

        async def together(act: str, **more: Any) -> dict[str, str]:
            ids = [one["id"], two["id"], three["id"], stranger]
            answer = await http.post("/api/v1/tasks/bulk", json={"ids": ids, "act": act, **more})
            assert answer.status_code == 200, answer.text
            return {fate["id"]: fate["fate"] for fate in answer.json()["fates"]}

        assert await together("reschedule", due_on=day(9)) == {
            one["id"]: "done", two["id"]: "conflict", three["id"]: "done", stranger: "gone",
        }  # fmt: skip
        moved = (await http.get(f"/api/v1/tasks/{one['id']}")).json()
        assert (moved["due_on"], moved["due_time"]) == (day(9), "10:00")
        assert (await together("complete"))[one["id"]] == "done"
        assert (await together("complete"))[one["id"]] == "nothing"
        assert (await together("reopen"))[two["id"]] == "done"
        assert sorted(await titles(http, state="open")) == ["one", "three", "two"]
        for bad in ({"act": "reschedule"}, {"act": "complete", "due_on": day(1)}):
            assert (await http.post("/api/v1/tasks/bulk", json={"ids": [one["id"]], **bad})).status_code == 422


async def test_who_sees_and_who_changes(comms: Running, agency_id: UUID) -> None:
    north = new_id()
    ann, ben, lead_of_north, viewer = new_id(), new_id(), new_id(), new_id()
    await comms.colleagues(agency_id, ann, ben, teams=[north])
    await known(comms, agency_id, UserMovedTeams(user_id=ann, team_ids=(north,)))
    maria, otto, pool = captured(owner_id=ann), captured("Otto", owner_id=ben), captured("Pia")
    await known(comms, agency_id, maria, otto, pool)
    async with (
        comms.client(agency_id) as owner,
        comms.client(agency_id, user_id=ann, role=Role.AGENT, team_ids=[north]) as anns,
        comms.client(agency_id, user_id=ben, role=Role.AGENT) as bens,
        comms.client(agency_id, user_id=lead_of_north, role=Role.MANAGER, team_ids=[north]) as managers,
        comms.client(agency_id, user_id=viewer, role=Role.VIEWER, team_ids=[north]) as viewers,
    ):
        own = await planned(anns, title="Ann's own")
        about_maria = await planned(owner, maria, title="About Maria")
        await planned(bens, otto, title="About Otto")
        assert sorted(await titles(anns)) == ["About Maria", "Ann's own"], "her own, and about her lead, whosever"
        assert await titles(bens) == ["About Otto"]
        assert await titles(managers) == ["Ann's own"], "of whom they lead"
        assert await titles(viewers) == ["Ann's own"]
        assert sorted(await titles(owner)) == ["About Maria", "About Otto", "Ann's own"]
        assert await titles(anns, mine=True) == ["Ann's own"]
        assert await titles(owner, owner_id=str(ann)) == ["Ann's own"]
        for path in (f"/api/v1/tasks/{own['id']}", f"/api/v1/tasks/{own['id']}/history"):
            assert [(await http.get(path)).status_code for http in (anns, bens, managers, viewers)] == [
                200,
                404,
                200,
                200,
            ]
        # The record is hers, and so is what is to be done about it.
        assert (await anns.get(f"/api/v1/tasks/{about_maria['id']}/history")).status_code == 200
        assert (await anns.post(f"/api/v1/tasks/{about_maria['id']}/complete")).status_code == 200
        assert (await bens.post(f"/api/v1/tasks/{own['id']}/complete")).status_code == 404
        assert (await viewers.post(f"/api/v1/tasks/{own['id']}/complete")).status_code == 403
        assert (await managers.post(f"/api/v1/tasks/{own['id']}/complete")).status_code == 200
        # About somebody whom one does not see nothing is planned; about the pool's, once they are claimed.
        refused = await bens.post("/api/v1/tasks", json={"title": "x", "due_on": day(1), "lead_id": str(maria.lead_id)})
        assert refused.status_code == 404
        claim = await bens.post("/api/v1/tasks", json={"title": "x", "due_on": day(1), "lead_id": str(pool.lead_id)})
        assert claim.status_code in (404, 409), "nobody has them, and the leads service knows no better"
        await planned(owner, pool, title="About Pia")
        (of_pool,) = (await bens.get("/api/v1/tasks", params={"lead_id": str(pool.lead_id)})).json()["items"]
        late = await bens.post(f"/api/v1/tasks/{of_pool['id']}/complete")
        assert (late.status_code, "claim" in late.json()["detail"]) == (409, True)


async def test_to_whom_a_task_may_be_given(comms: Running, agency_id: UUID) -> None:
    ann, ben, reader = new_id(), new_id(), new_id()
    await comms.colleagues(agency_id, ann, ben)
    await comms.colleagues(agency_id, reader, role=Role.VIEWER)
    maria = captured(owner_id=ann)
    await known(comms, agency_id, maria)
    async with (
        comms.client(agency_id, user_id=ann, role=Role.AGENT) as anns,
        comms.client(agency_id, user_id=ben, role=Role.AGENT) as bens,
    ):
        task = await planned(anns, maria)
        path = f"/api/v1/tasks/{task['id']}/owner"
        for owner_id, words in ((ben, "does not see"), (reader, "reads and changes nothing"), (new_id(), "known here")):
            refused = await anns.put(path, json={"owner_id": str(owner_id)})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"].startswith("/owner_id")) == (422, True)
            assert words in refused.text
        await known(comms, agency_id, LeadShared(lead_id=maria.lead_id, person_id=maria.person_id, user_id=ben))
        assert (await anns.put(path, json={"owner_id": str(ben)})).json()["owner_id"] == str(ben)
        assert await titles(bens, mine=True) == ["Call back"]
        # Of the pool whoever takes it has it, once.
        await anns.put(path, json={"owner_id": None})
        assert await titles(bens, owner_id="none") == ["Call back"]
        assert (await bens.put(path, json={"owner_id": str(ben)})).json()["owner_id"] == str(ben)
        alone = await planned(anns, title="Order cards", owner_id=None)
        for_anybody = f"/api/v1/tasks/{alone['id']}"
        assert (await bens.post(f"{for_anybody}/complete")).status_code == 409, "taken first"
        assert (await bens.put(f"{for_anybody}/owner", json={"owner_id": str(ben)})).status_code == 200
        assert (await bens.post(f"{for_anybody}/complete")).status_code == 200
        # Whoever has it does not see the person any more, once the lead is another's: then not who that is.
        back = LeadAssigned(
            lead_id=maria.lead_id, person_id=maria.person_id, owner_id=new_id(), team_id=None, previous_owner_id=ann
        )
        mine = await planned(anns, maria, title="Mine")
        await known(comms, agency_id, back)
        (left,) = [each for each in (await anns.get("/api/v1/tasks")).json()["items"] if each["id"] == mine["id"]]
        assert (left["title"], left["person_name"], left["lead_id"], left["person_id"]) == ("Mine", None, None, None)


async def test_open_tasks_are_handed_over(comms: Running, agency_id: UUID) -> None:
    ann, ben, north = new_id(), new_id(), new_id()
    await comms.colleagues(agency_id, ann, ben, teams=[north])
    async with comms.client(agency_id) as http:
        open_, closed = [await planned(http, title=title, owner_id=str(ann)) for title in ("open", "closed")]
        await http.post(f"/api/v1/tasks/{closed['id']}/complete")
        assert (await http.get("/api/v1/tasks/held", params={"owner_id": str(ann)})).json() == {"count": 1}
        await known(
            comms, agency_id, UserDeactivated(user_id=ann), WorkHandedOver(user_id=ann, to_id=ben, team_id=None)
        )
        await comms.jobs_done()
        assert (await titles(http, owner_id=str(ben)), await titles(http, owner_id=str(ann))) == (["open"], ["closed"])
        await http.put(f"/api/v1/tasks/{open_['id']}/owner", json={"owner_id": None, "team_id": str(north)})
        await known(comms, agency_id, TeamDissolved(team_id=north, pool_to_id=None))
        await comms.jobs_done()
        assert (await http.get(f"/api/v1/tasks/{open_['id']}")).json()["team_id"] is None
        agent = comms.client(agency_id, role=Role.AGENT)
        async with agent as asking:
            assert (await asking.get("/api/v1/tasks/held")).status_code == 403
    given = [event for event in await comms.events(agency_id) if isinstance(event.data, TaskAssigned)]
    assert [str(event.actor).partition(":")[0] for event in given] == ["automation", "person", "automation"]


async def test_tasks_go_with_whom_they_are_about(comms: Running, parts: Parts, agency_id: UUID) -> None:
    ann, anne = captured("Ann"), captured("Anne")
    await known(comms, agency_id, ann, anne)
    ids = {"lead_id": anne.lead_id, "person_id": anne.person_id}
    into = {"into_lead_id": ann.lead_id, "into_person_id": ann.person_id}
    async with comms.client(agency_id) as http:
        await planned(http, ann, title="of Ann")
        await planned(http, anne, title="of Anne")
        await known(comms, agency_id, LeadRemoved(**ids))
        assert await titles(http) == ["of Ann"]
        assert await titles(http, lead_id=str(anne.lead_id)) == ["of Anne"]
        assert await counted(http) == (0, 0, 1)
        await known(comms, agency_id, LeadRestored(**ids))
        await known(comms, agency_id, LeadMergedInto(merge_id=new_id(), **ids, **into))
        assert sorted(await titles(http, lead_id=str(ann.lead_id))) == ["of Ann", "of Anne"]
        shown = (await http.get("/api/v1/tasks")).json()["items"]
        assert {each["person_name"] for each in shown} == {"Ann"}
        out_of = {"from_lead_id": ann.lead_id, "from_person_id": ann.person_id}
        await known(comms, agency_id, LeadUnmerged(merge_id=new_id(), **ids, **out_of))
        assert await titles(http, lead_id=str(ann.lead_id)) == ["of Ann"]
    await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)


async def test_nothing_is_left_of_tasks_about_somebody_forgotten(comms: Running, parts: Parts, agency_id: UUID) -> None:
    marker, kept = uuid4().hex, uuid4().hex
    maria = captured()
    await known(comms, agency_id, maria)
    async with comms.client(agency_id) as http:
        task = await planned(http, maria, title=f"Call {marker}", notes=marker)
        await planned(http, title=kept)
        path = f"/api/v1/tasks/{task['id']}"
        await http.patch(path, json={"title": f"Quote {marker}"})
        await http.post(f"{path}/complete", json={"outcome": marker})
        before = set(await places_of(marker, parts, "gardenos_comms"))
        assert {"public.tasks.title", "public.tasks.notes", "public.tasks.outcome", "public.timeline.title"} <= before
        assert "public.events.data" not in before, "sealed from the beginning"
        assert "public.events.data" not in await places_of(kept, parts, "gardenos_comms"), "about nobody: by itself"
        await known(comms, agency_id, PersonForgotten(lead_id=maria.lead_id, person_id=maria.person_id))
        assert await places_of(marker, parts, "gardenos_comms") == []
        assert await titles(http) == [kept]
        assert (await http.get(path)).status_code == 404
        assert (await http.post(f"{path}/reopen")).status_code in (404, 409)
    await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)


async def test_each_list_is_answered_by_an_index(comms: Running, agency_id: UUID) -> None:
    """Of 30,000 tasks, without reading them all."""
    me = new_id()
    many = """
    insert into tasks (agency_id, id, kind, title, priority, due_on, due_by, owner_id, state, planned_by, planned_at, closed_at, version)
    select :agency, gen_random_uuid(), 'call', 'Call', 'normal', date '2027-01-01' + (n % 700), '24:00',
        case when n % 100 = 0 then cast(:me as uuid) else gen_random_uuid() end, case when n % 3 = 0 then 'open' else 'done' end,
        'person:x', now(), case when n % 3 = 0 then null else now() - n * interval '1 minute' end, 1
    from generate_series(1, 30000) n
    """
    async with comms.service.database.transaction(agency_id) as session:
        await session.execute(text(many), {"agency": agency_id, "me": me})
    async with comms.service.database.transaction(agency_id) as session:
        await session.execute(text("set local enable_sort = off"))
        for asked, index in (
            ("state = 'open' order by due_on, due_by, id", "tasks_due"),
            (f"owner_id = '{me}' and state = 'open' order by due_on, due_by, id", "tasks_owner_due"),
            ("closed_at is not null order by closed_at desc, id desc", "tasks_closed"),
            (f"owner_id = '{me}' and closed_at is not null order by closed_at desc, id desc", "tasks_owner_closed"),
        ):
            plan = await session.execute(
                text(f"explain select * from tasks where agency_id = '{agency_id}' and {asked} limit 51")
            )
            found = "\n".join(plan.scalars())
            assert f"Index Scan using {index} " in found or f"Index Scan Backward using {index} " in found, found


async def test_what_is_published_says_when_it_is_due(comms: Running, agency_id: UUID) -> None:
    async with comms.client(agency_id) as http:
        task = await planned(http, due_on="2027-03-15", due_time="14:30")
        await http.patch(f"/api/v1/tasks/{task['id']}", json={"due_on": "2027-03-16"})
    (_, moved) = [event.data for event in await comms.events(agency_id)]
    assert isinstance(moved, TaskRescheduled)
    assert (moved.due_on, moved.due_time, moved.previous_due_on) == (date(2027, 3, 16), "14:30", date(2027, 3, 15))
    assert await comms.rows(agency_id, table) != []
