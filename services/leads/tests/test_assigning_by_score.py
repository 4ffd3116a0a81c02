"""Rules go by how promising leads are: what waits is given as soon as it is scored, and what if goes by the score of the moment."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.tenancy import driver_of
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts.identity import UserJoined
from gardenos_contracts.values import Role
from gardenos_leads.assigning import routing
from gardenos_leads.assigning.knowing import staff_of
from rules_in_force import AT, burst, have, in_force, rule, seats, what_if
from scoring import scored


@pytest.fixture(autouse=True)
def _nobody_looks_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "_LOOK_AGAIN", timedelta(days=1))


async def test_who_waits_is_given_as_soon_as_they_are_promising(leads: Running, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben)
    asks: dict[str, Any] = {"when": {"least_score": 70}, "otherwise": "next", "answer_minutes": 5}
    best = rule(name="Best", seats=seats([ann]), unanswered="reroute", **asks)
    async with leads.client(agency_id) as http:
        await in_force(http, best, rule(name="Second", seats=seats([ben]), **asks))
        ids = await burst(leads, agency_id, 3)
        await leads.wait_until_caught_up()
        await leads.jobs_done()
        waiting = (await http.get(f"{AT}/backlog")).json()["items"]
        assert [each["waits"] for each in waiting] == ["no_rule"] * 3
        there = [(await http.get(f"/api/v1/leads/{id}")).json() for id in ids]
        await leads.given(agency_id, scored(there[0], 69), scored(there[1], 70))
        await have(http, ids, None, ann, None)
        await leads.given(agency_id, scored(there[0], 90, 69))
        await have(http, ids, ann, ann, None)
        # She is not in touch with them: they go on by their score, too.
        async with leads.service.database.transaction(agency_id) as session:
            await driver_of(session).execute("update jobs set due_at = now() where kind = $1", routing.ANSWERED)
        await have(http, ids, ben, ben, None)


async def test_a_score_that_comes_while_a_look_is_going_on_is_seen(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = new_id()
    await leads.colleagues(agency_id, ann)
    async with leads.client(agency_id) as http:
        await in_force(http, rule(seats=seats([ann]), when={"least_score": 70}))
        await leads.wait_until_caught_up()
        await leads.jobs_done()
        looks, goes_on = asyncio.Event(), asyncio.Event()

        async def slow(*args: Any) -> Any:
            looks.set()
            await goes_on.wait()
            return await staff_of(*args)

        monkeypatch.setattr(f"{routing.__name__}.staff_of", slow)
        [id] = await burst(leads, agency_id, 1)
        await asyncio.wait_for(looks.wait(), 30)
        lead = (await http.get(f"/api/v1/leads/{id}")).json()
        await leads.given(agency_id, scored(lead, 90))

        async def is_heard() -> bool:
            return bool((await http.get(f"/api/v1/leads/{id}")).json()["score"] == 90)

        await eventually(is_heard, what="the score is heard")
        goes_on.set()
        await have(http, [id], ann)


async def test_a_score_is_a_reason_to_look_where_it_may_matter_alone(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = new_id()
    await leads.colleagues(agency_id, ann)
    keys: list[str] = []

    async def noted(*args: Any, key: str, **said: Any) -> UUID:
        keys.append(key)
        return await enqueue(*args, key=key, **said)

    async def looks_because_of(lead: dict[str, Any], score: int) -> int:
        await leads.wait_until_caught_up()
        keys.clear()
        await leads.given(agency_id, scored(lead, score))
        await leads.wait_until_caught_up()
        return len(set(keys) - {"now", "in a minute"})

    async with leads.client(agency_id) as http:
        [id] = await burst(leads, agency_id, 1)
        waits = (await http.get(f"/api/v1/leads/{id}")).json()
        has = {"name": {"given": "Una"}, "owner_id": str(ann)}
        owned = (await http.post("/api/v1/leads", json=has)).json()
        monkeypatch.setattr(f"{routing.__name__}.enqueue", noted)
        assert await looks_because_of(waits, 10) == 0, "no rule is in force"
        await in_force(http, rule(seats=seats([ann], most_open=0)))
        assert await looks_because_of(waits, 20) == 0, "no rule goes by it"
        await in_force(http, rule(seats=seats([ann], most_open=0), when={"most_score": 50}))
        assert await looks_because_of(owned, 20) == 0, "somebody has it"
        assert await looks_because_of(waits, 30) == 1


async def test_what_if_goes_by_the_scores_of_the_moment(leads: Running, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    long_ago = datetime.now(UTC) - timedelta(days=9)
    for user_id in (ann, ben):
        there = UserJoined(user_id=user_id, email=f"{user_id}@a.example", name="Ann", role=Role.AGENT, team_ids=())
        await leads.sources("identity").publish(agency_id, there, stream_id=user_id, occurred_at=long_ago)
    draft = [
        rule(name="Best", seats=seats([ann]), when={"least_score": 70}),
        rule(name="Rest", seats=seats([ben]), when={"most_score": 69}),
    ]
    async with leads.client(agency_id) as http:
        ids = await burst(leads, agency_id, 4)
        people = [(await http.get(f"/api/v1/leads/{id}")).json() for id in ids]
        # Promising when they came, and not any more; the other way round; promising half an hour later; never scored.
        ago = [datetime.now(UTC) - timedelta(minutes=minutes) for minutes in (59, 30, 10)]
        for lead, score, before, at in (
            (people[0], 90, None, ago[0]), (people[1], 20, None, ago[0]), (people[2], 80, None, ago[1]),
            (people[0], 10, 90, ago[2]), (people[1], 95, 20, ago[2]),
        ):  # fmt: skip
            heard = scored(lead, score, before)
            await leads.sources("ai").publish(agency_id, heard, stream_id=heard.lead_id, occurred_at=at)
        await leads.wait_until_caught_up()
        told = await what_if(leads, http, rules=draft, days=1)
        assert {each["user_id"]: each["draft"] for each in told["agents"]} == {str(ann): 2, str(ben): 1}
        assert (told["unscored"], told["draft"]["unassigned"], told["waiting"]) == (1, 1, {"no_rule": 1})
        assert told["draft"]["wait_p90"] == pytest.approx(30, abs=1)
        plain = await what_if(leads, http, rules=[rule(seats=seats([ann]))], days=1)
        assert (plain["unscored"], plain["draft"]["unassigned"]) == (0, 0)
