"""Leads are captured first and given after: caps hold under a burst, the oldest first, once each; and what if tells the same."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.tenancy import driver_of
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts import Event, Received
from gardenos_contracts.identity import UserJoined
from gardenos_contracts.leads import LeadAssigned
from gardenos_contracts.values import Role
from gardenos_leads.assigning import routing
from gardenos_leads.assigning.tables import lead_backlog, leads_given
from rules_in_force import AT, TEST, burst, in_force, rule, seats, waits, what_if


async def assigned(running: Running, agency_id: UUID) -> list[Received[Event]]:
    return [event for event in await running.events(agency_id) if isinstance(event.data, LeadAssigned)]


async def test_a_thousand_at_once_with_half_of_them_away(leads: Running, agency_id: UUID) -> None:
    people, team = [new_id() for _ in range(8)], new_id()
    await leads.colleagues(agency_id, *people, teams=[team])
    here, away = people[:4], people[4:]
    async with leads.client(agency_id) as http:
        # Who is away may be told by a cap of none as well as by an absence; see the other tests.
        turns = [
            *seats(here[:3], most_a_day=200),
            *seats(here[3:], weight=2, most_a_day=400),
            *seats(away, most_open=0),
        ]
        await in_force(http, rule(team_id=str(team), seats=turns))
        ids = await burst(leads, agency_id, 1_000)
        # Only now: captured beside them, it may be the only one there is when the first turn is taken, and rightly gets it.
        late = await http.post("/api/v1/leads", json={"name": {"given": "Late"}, "owner_id": None})
        assert late.status_code == 201, "no rule refuses a lead"
        await waits(leads, agency_id, 1)
        given = await assigned(leads, agency_id)
        owners = Counter(
            event.data.owner_id for event in given if isinstance(event.data, LeadAssigned) and event.data.owner_id
        )
        assert owners == {here[0]: 200, here[1]: 200, here[2]: 200, here[3]: 400}
        to_people = [event for event in given if isinstance(event.data, LeadAssigned) and event.data.owner_id]
        assert [event.stream_id for event in to_people] == ids, "each once, the oldest first"
        for event in to_people:
            assert isinstance(event.data, LeadAssigned)
            assert (event.data.rule, event.data.team_id) == ("Everything", team)
            assert str(event.actor) == "automation:leads.assign"
        backlog = (await http.get(f"{AT}/backlog")).json()
        [left] = backlog["items"]
        assert (left["display_name"], left["waits"], left["why"]) == ("Late", "nobody", {"day_full": 4, "full": 4})
        fairness = (await http.get(f"{AT}/fairness")).json()
        [one] = fairness["items"]
        got = {agent["user_id"]: (agent["leads"], agent["weight"]) for agent in one["agents"]}
        assert (one["leads"], got[str(here[3])], got[str(away[0])]) == (1000, (400, 2), (0, 1))
        history = (await http.get(f"/api/v1/leads/{ids[0]}/history")).json()["items"]
        assert "Assigned by the rule “Everything”" in [entry["title"] for entry in history]


async def test_job_begun_twice_and_killed_half_way_gives_each_once(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "BATCH", 7)
    people = [new_id() for _ in range(3)]
    await leads.colleagues(agency_id, *people)
    real, dies = routing._record, iter([False, False, True])

    async def killed(*args: Any) -> None:
        await real(*args)
        if next(dies, False):
            raise ConnectionError("killed")

    monkeypatch.setattr(routing, "_record", killed)
    async with leads.client(agency_id) as http:
        await in_force(http, rule(seats=seats(people, most_open=20)))
        await burst(leads, agency_id, 50)
        for key in ("one", "two", "three"):
            async with leads.service.store.unit_of_work(Context(agency_id, TEST, "again")) as work:
                await enqueue(work.session, routing.ASSIGN, because_of=work.context, key=key)
        await waits(leads, agency_id, 0)
        await leads.jobs_done()
    given = await assigned(leads, agency_id)
    assert len({event.stream_id for event in given}) == len(given) == 50
    assert max(Counter(row["user_id"] for row in await leads.rows(agency_id, leads_given)).values()) <= 20
    assert next(dies, None) is None, "one of them was killed"


async def test_what_if_tells_what_was_then_done(leads: Running, agency_id: UUID) -> None:
    people = [new_id() for _ in range(3)]
    for user_id in people:
        there = UserJoined(user_id=user_id, email=f"{user_id}@a.example", name="Ann", role=Role.AGENT, team_ids=())
        long_ago = datetime.now(UTC) - timedelta(days=9)
        await leads.sources("identity").publish(agency_id, there, stream_id=user_id, occurred_at=long_ago)
    await leads.wait_until_caught_up()
    draft = [
        rule(
            name="Texas",
            when={"states": ["TX"]},
            seats=[*seats(people[:1], weight=3), *seats(people[1:2])],
            most_a_day=9,
        ),
        rule(name="Rest", seats=seats(people[1:], most_open=8)),
    ]
    async with leads.client(agency_id) as http:
        for state in ("TX", "OK", "TX"):
            await burst(leads, agency_id, 10, state=state)
        before = await leads.events(agency_id)
        told = await what_if(leads, http, rules=draft, days=1)
        assert len(await leads.events(agency_id)) == len(before), "it changes nothing"
        assert (told["leads"], told["happened"]["unassigned"], told["happened"]["missed"]) == (30, 30, 30)
        await in_force(http, *draft)
        await waits(leads, agency_id, told["draft"]["unassigned"])
        live = Counter(str(row["user_id"]) for row in await leads.rows(agency_id, leads_given))
        assert {agent["user_id"]: agent["draft"] for agent in told["agents"]} == live
        assert sum(live.values()) == 30 - told["draft"]["unassigned"]
        assert told["waiting"] == {"nobody": told["draft"]["unassigned"]}


async def test_quiet_imports_and_what_somebody_put_back_are_left_alone(leads: Running, agency_id: UUID) -> None:
    ann, team = new_id(), new_id()
    await leads.colleagues(agency_id, ann, teams=[team])
    async with leads.client(agency_id) as http:
        await in_force(http, rule(team_id=str(team), seats=seats([ann])))
        file = {"file": ("leads.csv", "email\nquiet@example.com\n")}
        plan = {"plan": '{"run_automations": false}', "go_on": "run"}
        assert (await http.post("/api/v1/imports", files=file, data=plan)).status_code == 201
        await leads.jobs_done()
        [given] = await burst(leads, agency_id, 1)

        async def has_it() -> bool:
            return bool((await http.get(f"/api/v1/leads/{given}")).json()["owner_id"] == str(ann))

        await eventually(has_it, what="the lead is given")
        back = await http.put(f"/api/v1/leads/{given}/owner", json={"owner_id": None})
        assert back.status_code == 200
        [other] = await burst(leads, agency_id, 1)
        given = other
        await eventually(has_it, what="the next one is given")
        unowned = (await http.get("/api/v1/leads", params={"owner_id": "none"})).json()["items"]
        assert len(unowned) == 2
        assert (await leads.rows(agency_id, lead_backlog)) == []


async def test_nobody_in_touch_in_time_and_it_goes_on(leads: Running, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben)
    async with leads.client(agency_id) as http:
        await in_force(http, rule(seats=seats([ann, ben]), answer_minutes=5, unanswered="reroute"))
        slow, touched = await burst(leads, agency_id, 2)
        await waits(leads, agency_id, 0)
        assert (await http.put(f"/api/v1/leads/{touched}/stage", json={"stage": "contacted"})).status_code == 200
        had = {str(id): (await http.get(f"/api/v1/leads/{id}")).json()["owner_id"] for id in (slow, touched)}
        async with leads.service.database.transaction(agency_id) as session:
            await driver_of(session).execute("update jobs set due_at = now() where kind = $1", routing.ANSWERED)

        async def went_on() -> bool:
            return bool((await http.get(f"/api/v1/leads/{slow}")).json()["owner_id"] != had[str(slow)])

        await eventually(went_on, what="the lead went on")
        assert (await http.get(f"/api/v1/leads/{touched}")).json()["owner_id"] == had[str(touched)]
        titles = [entry["title"] for entry in (await http.get(f"/api/v1/leads/{slow}/history")).json()["items"]]
        assert "Nobody was in touch within 5 minutes, as the rule “Everything” asks" in titles
        late = (await http.get(f"{AT}/fairness")).json()["unanswered"]
        assert late == [{"user_id": had[str(slow)], "leads": 1}]


async def test_who_may_and_what_is_refused(leads: Running, agency_id: UUID) -> None:
    stranger = rule(seats=seats([new_id()]))
    async with leads.client(agency_id) as http:
        refused = await http.put(f"{AT}/draft", json={"rules": [stranger]})
        assert refused.status_code == 422, refused.text
        assert (await http.put(f"{AT}/in-force")).status_code == 409
        nonsense = await http.post(f"{AT}/what-ifs", json={"rules": [rule()]})
        assert nonsense.status_code == 422
        team = new_id()
        await leads.colleagues(agency_id, teams=[team])
        first = await http.put(f"{AT}/draft", json={"rules": [rule(team_id=str(team))]})
        stale = await http.put(f"{AT}/in-force", headers={"If-Match": '"7"'})
        assert (first.headers["etag"], stale.status_code) == ('"1"', 412)
        assert (await http.put(f"{AT}/in-force")).json()["number"] == 1
        off = await http.delete(f"{AT}/in-force")
        assert (off.json()["active"], off.json()["number"]) == (None, 1)
        [version] = (await http.get(f"{AT}/versions")).json()["items"]
        assert version["switched_off_at"] is not None
    async with leads.client(agency_id, role=Role.AGENT) as agent:
        answers = [await agent.get(f"{AT}{path}") for path in ("", "/versions", "/backlog", "/fairness", "/what-ifs")]
        answers += [await agent.put(f"{AT}/draft", json={"rules": []}), await agent.put(f"{AT}/in-force")]
        assert {answer.status_code for answer in answers} == {403}
