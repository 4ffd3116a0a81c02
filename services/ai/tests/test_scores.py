"""Leads are scored as events arrive and as time passes, once for each change, and told to those alone who see the lead."""

import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx

sys.path.insert(0, str(Path(__file__).parent))

from ai_under_test import call, email, lead_captured  # type: ignore[import-not-found]
from gardenos_ai.scoring.scoring import AGE
from gardenos_ai.tables import score_due, score_inputs, scores
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import retry_job
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Received
from gardenos_contracts.comms import Disposition
from gardenos_contracts.identity import AgencyRegistered
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadUnmerged
from gardenos_contracts.lead_lists import LeadFieldsFilled
from gardenos_contracts.lead_scores import LeadScored
from gardenos_contracts.leads import (
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadStageChanged,
    PersonForgotten,
    Stage,
)
from gardenos_contracts.values import PersonName, Role
from sqlalchemy import select, update


def captured(**fields: Any) -> LeadCaptured:
    known = {"captured_at": datetime.now(UTC) - timedelta(days=3), "phone": "+15555550100", "source": "referral"}
    lead: LeadCaptured = lead_captured(**(known | fields))
    return lead


def details(lead: LeadCaptured, **fields: Any) -> LeadDetailsChanged:
    told = {name: getattr(lead, name) for name in LeadDetailsChanged.model_fields}
    return LeadDetailsChanged(**(told | fields))


async def score(http: httpx.AsyncClient, lead_id: UUID) -> dict[str, Any]:
    answer = await http.get("/api/v1/scores", params={"lead_id": str(lead_id)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def scored(running: Running, agency_id: UUID, lead_id: UUID, *keys: str) -> dict[str, int]:
    """Waits until the lead's score has these reasons among its own; gives all, by key."""

    async def reasons() -> dict[str, int] | None:
        async with running.service.database.transaction(agency_id) as session:
            asked = (
                select(scores.c.reasons).where(scores.c.lead_id == lead_id).order_by(scores.c.number.desc()).limit(1)
            )
            found = (await session.execute(asked)).scalar_one_or_none()
        told = {reason["key"]: reason["points"] for reason in found or ()}
        return told if found is not None and set(keys) <= told.keys() else None

    found = await eventually(reasons, what=f"the score tells {', '.join(keys) or 'anything'}")
    assert found is not None
    return found


async def settled(running: Running, agency_id: UUID) -> None:
    """Waits until everything that was told is counted: a job is put off by a moment, so it is asked what is due."""
    await running.wait_until_caught_up()

    async def nothing_due() -> bool:
        async with running.service.database.transaction(agency_id) as session:
            due = select(score_due.c.lead_id).where(score_due.c.due_at <= datetime.now(UTC))
            return (await session.execute(due)).first() is None

    await eventually(nothing_due, what="everything is counted")


async def told(running: Running, agency_id: UUID, lead_id: UUID) -> list[Received[LeadScored]]:
    """What was published of a lead's score."""
    events = await running.events(agency_id)
    return [
        cast("Received[LeadScored]", event)
        for event in events
        if isinstance(event.data, LeadScored) and event.data.lead_id == lead_id
    ]


async def test_a_lead_has_a_score_with_its_reasons_and_another_as_things_happen(ai: Running, agency_id: UUID) -> None:
    lead = captured(x_date=(datetime.now(UTC) + timedelta(days=20)).date())
    await ai.given(agency_id, lead)
    first = await scored(ai, agency_id, lead.lead_id)
    assert first == {"base": 20, "x_date_30": 20, "source": 15, "email": 5, "phone": 5}
    await ai.given(agency_id, call(lead, started_at=datetime.now(UTC)))
    reasons = await scored(ai, agency_id, lead.lead_id, "answered", "wants_quote")
    assert reasons["wants_quote"] == 15
    assert reasons["objection"] == -5
    async with ai.client(agency_id) as http:
        found = await score(http, lead.lead_id)
        now = found["current"]
        assert now == found["history"][0]
        assert now["score"] == sum(reason["points"] for reason in now["reasons"]) > found["history"][-1]["score"]
        assert (found["history"][-1]["number"], found["history"][-1]["previous_score"]) == (1, None)
        assert now["previous_score"] == found["history"][1]["score"]
        assert (now["engine"], now["rules_number"], found["ended"]) == ("rules", 0, False)
        assert {reason["words"] for reason in now["reasons"]} >= {"Asked for a quote", "Has an objection: price"}
    await ai.wait_until_caught_up()
    events = await told(ai, agency_id, lead.lead_id)
    assert [event.version for event in events] == list(range(1, len(events) + 1))
    assert events[-1].data.score == now["score"]


async def test_many_events_are_counted_once_and_what_changes_nothing_is_not_told(ai: Running, agency_id: UUID) -> None:
    lead = captured()
    await ai.given(agency_id, lead, *(details(lead, notes=f"{each}") for each in range(10)))
    await settled(ai, agency_id)
    assert len(await told(ai, agency_id, lead.lead_id)) == 1
    await ai.given(agency_id, details(lead, street="12 Elm Street"))
    await settled(ai, agency_id)
    assert len(await told(ai, agency_id, lead.lead_id)) == 1
    await ai.given(agency_id, details(lead, phone=None))
    await settled(ai, agency_id)
    events = await told(ai, agency_id, lead.lead_id)
    assert [(event.data.score, event.data.previous_score) for event in events] == [(45, None), (40, 45)]


async def test_nothing_that_comes_once_a_lead_has_ended_is_counted(ai: Running, agency_id: UUID) -> None:
    won, lost = captured(), captured(email="other@example.com")
    await ai.given(agency_id, won, lost)
    before = [await scored(ai, agency_id, each.lead_id) for each in (won, lost)]
    shared = {"lead_id": won.lead_id, "person_id": won.person_id, "name": won.name, "source": won.source}
    await ai.given(
        agency_id,
        LeadStageChanged(lead_id=won.lead_id, person_id=won.person_id, stage=Stage.QUOTED, previous_stage=Stage.NEW),
        LeadConverted(**shared, client_id=new_id(), captured_at=won.captured_at, converted_at=datetime.now(UTC)),
        LeadStageChanged(lead_id=lost.lead_id, person_id=lost.person_id, stage=Stage.LOST, previous_stage=Stage.NEW),
    )
    await ai.given(agency_id, call(won, None), call(lost, None))
    await settled(ai, agency_id)
    assert [await scored(ai, agency_id, each.lead_id) for each in (won, lost)] == before
    async with ai.client(agency_id) as http:
        assert [(await score(http, each.lead_id))["ended"] for each in (won, lost)] == [True, True]
    back = LeadStageChanged(
        lead_id=lost.lead_id, person_id=lost.person_id, stage=Stage.CONTACTED, previous_stage=Stage.LOST
    )
    await ai.given(agency_id, back)
    assert "answered" in await scored(ai, agency_id, lost.lead_id, "answered")
    assert len(await told(ai, agency_id, won.lead_id)) == 1


async def test_time_makes_another_score_once_the_day_begins(ai: Running, agency_id: UUID) -> None:
    await ai.given(
        agency_id, AgencyRegistered(agency_id=agency_id, name="A", time_zone="America/Chicago", currency="USD")
    )
    lead = captured(captured_at=datetime.now(UTC))
    await ai.given(agency_id, lead)
    assert "fresh" in await scored(ai, agency_id, lead.lead_id)
    await settled(ai, agency_id)
    (due,) = await ai.rows(agency_id, score_due)
    assert due["due_at"] == lead.captured_at + timedelta(days=2)

    async def tomorrows() -> list[dict[str, Any]]:
        return [row for row in await ai.rows(agency_id, jobs) if row["kind"] == AGE]

    (age,) = await eventually(tomorrows, what="tomorrow's job is there")
    assert age["due_at"].astimezone(ZoneInfo("America/Chicago")).timetz() == time(tzinfo=ZoneInfo("America/Chicago"))
    # Two days pass for the lead, and the job's moment has come.
    async with ai.service.database.transaction(agency_id) as session:
        ago = datetime.now(UTC) - timedelta(days=3)
        await session.execute(update(score_inputs).values(captured_at=ago))
        await session.execute(update(score_due).values(due_at=datetime.now(UTC)))
        await retry_job(session, age["id"])

    async def another() -> bool:
        return len(await told(ai, agency_id, lead.lead_id)) == 2

    await eventually(another, what="it is counted anew")
    assert "fresh" not in await scored(ai, agency_id, lead.lead_id)
    assert await eventually(tomorrows, what="the day after has one too")
    # What no event told goes again: others hold the table against its events.
    async with ai.service.database.transaction(agency_id) as session:
        await session.execute(update(score_inputs).values(captured_at=lead.captured_at))


async def test_rules_are_an_agencys_own_and_all_its_leads_are_counted_by_them(ai: Running, agency_id: UUID) -> None:
    leads = [captured(email=f"{each}@example.com") for each in range(3)]
    asked = captured(source="web form", email="asked@example.com")
    await ai.given(agency_id, *leads, asked)
    await ai.given(agency_id, LeadFieldsFilled(lead_id=asked.lead_id, person_id=asked.person_id, values={"owns": True}))
    for lead in (*leads, asked):
        await scored(ai, agency_id, lead.lead_id)
    await settled(ai, agency_id)
    body = {
        "points": {"phone": 0, "email": 10},
        "sources": {"Web Form": 25},
        "fields": [{"key": "owns", "op": "is", "value": True, "points": 7, "words": "Owns the home"}],
    }
    async with ai.client(agency_id, role=Role.AGENT) as http:
        assert (await http.get("/api/v1/scores/rules")).json()["number"] == 0
        assert (await http.put("/api/v1/scores/rules", json=body)).status_code == 403
    async with ai.client(agency_id) as http:
        seen = (await http.post("/api/v1/scores/rules/preview", json=body)).json()
        assert (seen["leads"], seen["changed"]) == (4, 4)
        assert seen["examples"][0] == {"lead_id": str(asked.lead_id), "name": "Maria Delgado", "now": 30, "then": 62}
        assert [(band["now"], band["then"]) for band in seen["bands"]] == [(0, 0), (1, 3), (3, 0), (0, 1), (0, 0)]
        stale = await http.put("/api/v1/scores/rules", json=body, headers={"If-Match": '"3"'})
        assert stale.status_code == 412
        answer = await http.put("/api/v1/scores/rules", json=body, headers={"If-Match": '"0"'})
        assert answer.status_code == 200, answer.text
        rules = answer.json()
        assert (rules["number"], rules["sources"], rules["run"]["number"]) == (1, {"web form": 25}, 1)
        assert {each["key"]: each["points"] for each in rules["signals"] if each["points"] != each["default"]} == {
            "phone": 0,
            "email": 10,
        }

        async def done() -> dict[str, Any] | None:
            run: dict[str, Any] = (await http.get("/api/v1/scores/rules")).json()["run"]
            return run if run["status"] == "done" else None

        run = await eventually(done, what="all leads are counted")
        assert run is not None
        assert (run["leads"], run["leads_done"]) == (4, 4)
        assert await scored(ai, agency_id, asked.lead_id) == {
            "source": 25,
            "base": 20,
            "email": 10,
            "fields.owns.0": 7,
        }
        assert (await score(http, leads[0].lead_id))["current"]["rules_number"] == 1
        again = await http.put("/api/v1/scores/rules", json=body)
        assert again.json()["number"] == 1, "they are these already"
        back = (await http.put("/api/v1/scores/rules", json={})).json()
        assert back["number"] == 2
        assert back["sources"] == back["default_sources"]
        wrong = await http.put("/api/v1/scores/rules", json={"points": {"horoscope": 5}})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/points/horoscope")
        assert (await http.put("/api/v1/scores/rules", json={"points": {"phone": 101}})).status_code == 422


async def test_who_sees_the_lead_sees_its_score(ai: Running, agency_id: UUID) -> None:
    ana, ben, team = new_id(), new_id(), new_id()
    await ai.colleagues(agency_id, ana, ben, teams=[team])
    hers = captured(owner_id=ana, team_id=team)
    pool = captured(email="pool@example.com", team_id=team)
    await ai.given(agency_id, hers, pool)
    await settled(ai, agency_id)
    for role, user_id, sees in ((Role.AGENT, ana, True), (Role.AGENT, ben, False), (Role.MANAGER, ben, True)):
        async with ai.client(agency_id, role=role, user_id=user_id, team_ids=[team]) as http:
            answer = await http.get("/api/v1/scores", params={"lead_id": str(hers.lead_id)})
            assert answer.status_code == (200 if sees else 404)
            assert (await score(http, pool.lead_id))["current"] is not None
            counted = (await http.post("/api/v1/scores/rules/preview", json={})).json()["leads"]
            assert counted == (2 if sees else 1)
    async with ai.client(new_id()) as http:
        assert (await http.get("/api/v1/scores", params={"lead_id": str(hers.lead_id)})).status_code == 404


async def test_a_lead_that_others_were_merged_into_is_scored_for_what_all_did(ai: Running, agency_id: UUID) -> None:
    stays, goes = captured(), captured(email="maria.d@example.com")
    await ai.given(agency_id, stays, goes, call(goes, None, started_at=datetime.now(UTC)))
    assert "answered" in await scored(ai, agency_id, goes.lead_id, "answered")
    assert "answered" not in await scored(ai, agency_id, stays.lead_id)
    both = {"lead_id": goes.lead_id, "person_id": goes.person_id, "merge_id": new_id()}
    await ai.given(
        agency_id,
        LeadMergedInto(**both, into_lead_id=stays.lead_id, into_person_id=stays.person_id),
        LeadRemoved(lead_id=goes.lead_id, person_id=goes.person_id),
    )
    await scored(ai, agency_id, stays.lead_id, "answered")
    await ai.given(agency_id, call(goes, None, started_at=datetime.now(UTC)))
    await scored(ai, agency_id, stays.lead_id, "answered_again")
    before = len(await told(ai, agency_id, goes.lead_id))
    await ai.given(
        agency_id,
        LeadUnmerged(**both, from_lead_id=stays.lead_id, from_person_id=stays.person_id),
        LeadRestored(lead_id=goes.lead_id, person_id=goes.person_id),
    )
    await scored(ai, agency_id, goes.lead_id, "answered_again")
    await settled(ai, agency_id)
    assert "answered" not in await scored(ai, agency_id, stays.lead_id)
    assert len(await told(ai, agency_id, goes.lead_id)) == before + 1, "while it was another it had no score of its own"


async def test_of_whom_is_forgotten_no_score_is_left(ai: Running, parts: Parts, agency_id: UUID) -> None:
    marker = uuid4().hex
    lead, other = captured(name=PersonName(given=marker)), captured(email="other@example.com")
    fields = LeadFieldsFilled(lead_id=lead.lead_id, person_id=lead.person_id, values={"pet": marker})
    await ai.given(agency_id, lead, other, fields)
    await scored(ai, agency_id, lead.lead_id)
    await scored(ai, agency_id, other.lead_id)
    assert "public.score_inputs.fields" in await places_of(marker, parts, "gardenos_ai")
    await ai.given(agency_id, PersonForgotten(lead_id=lead.lead_id, person_id=lead.person_id))
    await settled(ai, agency_id)
    await ai.given(agency_id, call(lead, None), details(lead), email(person_id=lead.person_id, lead_id=lead.lead_id))
    await settled(ai, agency_id)
    assert await places_of(marker, parts, "gardenos_ai") == []
    for table in (score_inputs, score_due, scores):
        assert {row["lead_id"] for row in await ai.rows(agency_id, table)} == {other.lead_id}
    events = await told(ai, agency_id, lead.lead_id)
    assert events
    assert all(event.forgotten and event.data.reasons == () for event in events)


async def test_a_rebuild_gives_the_same_and_tells_nothing_twice(ai: Running, parts: Parts, agency_id: UUID) -> None:
    lead = captured()
    # Comms may be heard first.
    busy = call(lead, None, disposition=Disposition.NO_ANSWER, started_at=datetime.now(UTC))
    await ai.given(agency_id, busy, call(lead, None, started_at=datetime.now(UTC)))
    await ai.wait_until_caught_up()
    await ai.given(agency_id, lead)
    await scored(ai, agency_id, lead.lead_id, "answered")
    await settled(ai, agency_id)
    before = await told(ai, agency_id, lead.lead_id)
    rows = await assert_rebuilds(ai.service, (await parts.database("gardenos_ai")).owner_url)
    assert rows["score_inputs"] >= 1
    await settled(ai, agency_id)
    assert await told(ai, agency_id, lead.lead_id) == before
