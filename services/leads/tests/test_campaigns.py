"""Campaigns: what may happen to one, what it costs, who is in it, and what came of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.errors import Conflict, Invalid, NotFound
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.campaigns import CampaignClosed, CostKind, LeadEnrolled
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.leads import CampaignLaunched
from gardenos_contracts.values import Direction, Money, Role
from gardenos_leads.campaigns import campaign
from gardenos_leads.campaigns.campaign import Campaign, Cost, Plan, Status

PLAN = Plan("Spring", "mail", budget_minor=100_000)


def running() -> Campaign:
    found: Campaign | None = None
    for event in campaign.launch(new_id(), PLAN):
        found = campaign.evolve(found, event)
    assert found is not None
    return found


def test_a_campaign_of_before_there_were_plans_runs() -> None:
    old = campaign.evolve(None, CampaignLaunched(campaign_id=new_id(), name="Old", source="web form"))
    assert (old.status, old.plan.name) == (Status.RUNNING, "Old")


def test_it_goes_from_state_to_state_and_no_other_way() -> None:
    there = running()
    assert list(there.become(Status.RUNNING)) == []
    (closed,) = there.become(Status.CLOSED, "all sent")
    assert closed == CampaignClosed(campaign_id=there.id, note="all sent")
    over = campaign.evolve(there, closed)
    with pytest.raises(Conflict):
        list(over.become(Status.PAUSED))
    (reopened,) = over.become(Status.RUNNING)
    assert campaign.evolve(over, reopened).status is Status.RUNNING


def test_costs_are_in_its_currency_and_a_correction_needs_a_cost() -> None:
    there = running()
    with pytest.raises(Invalid):
        list(there.record_cost(new_id(), Cost(CostKind.SPENT, Money(minor=1, currency="EUR"), date(2026, 11, 1))))
    with pytest.raises(NotFound):
        list(there.correct_cost(new_id(), Cost(CostKind.SPENT, Money(minor=1), date(2026, 11, 1))))
    with pytest.raises(Invalid):
        list(there.change(Plan("Spring", "mail", starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1))))


async def made(http: httpx.AsyncClient, path: str, **said: Any) -> dict[str, Any]:
    answer = await http.post(f"/api/v1/{path}", json=said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def person(http: httpx.AsyncClient, n: int, **said: Any) -> str:
    name = {"given": "Ann", "family": f"Number {n}"}
    return str((await made(http, "leads", name=name, email=f"ann{n}@example.com", **said))["id"])


async def test_what_came_of_it_is_counted_listed_and_rebuilt(leads: Running, parts: Parts, agency_id: UUID) -> None:
    now = datetime.now(UTC)
    async with leads.client(agency_id) as http:
        spring = (await made(http, "campaigns", name="Spring", source="mail", kind="mail", budget_minor=50_000))["id"]
        at = f"/api/v1/campaigns/{spring}"
        won, lost, fresh = [
            await person(http, n, campaign_id=spring, captured_at=str(now - timedelta(hours=2))) for n in range(3)
        ]
        other = await person(http, 3)
        for stage in ("quoted", "lost"):
            assert (await http.put(f"/api/v1/leads/{lost}/stage", json={"stage": stage})).status_code == 200
        assert (await http.post(f"/api/v1/leads/{won}/conversion")).status_code == 201
        call = CallLogged(
            call_id=new_id(), thread_id=new_id(), person_id=new_id(), lead_id=UUID(won), client_id=None, user_id=new_id(),
            direction=Direction.OUTBOUND, started_at=now - timedelta(hours=1), duration_seconds=60,
            disposition=Disposition.CONNECTED,
        )  # fmt: skip
        await leads.given(agency_id, call)
        await leads.wait_until_caught_up()
        for _ in range(2):
            assert (await http.put(f"{at}/members/{other}")).status_code == 200
        enrolled = [e for e in await leads.events(agency_id) if isinstance(e.data, LeadEnrolled)]
        assert [e.data.lead_id for e in enrolled if isinstance(e.data, LeadEnrolled)] == [UUID(other)]
        # A lead that came from it is in it already.
        await http.put(f"{at}/members/{fresh}")
        spent = {"amount": {"minor": 30_000}, "on": "2026-11-01"}
        assert (await http.post(f"{at}/costs", json=spent)).status_code == 201
        books = (await http.post(f"{at}/costs", json=spent | {"kind": "credited", "amount": {"minor": 5_000}})).json()
        wrong = next(cost for cost in books["costs"] if cost["kind"] == "credited")
        answer = await http.put(
            f"{at}/costs/{wrong['id']}", json=spent | {"kind": "credited", "amount": {"minor": 6_000}}
        )
        assert answer.status_code == 200, answer.text
        shown = (await http.get(at)).json()
        counted = {"all": 3, "contacted": 1, "untouched": 1, "quoted": 2, "won": 1, "lost": 1}
        assert {name: shown["came"][name] for name in counted} == counted
        assert shown["came"]["median_minutes"] == pytest.approx(60, abs=1)
        assert shown["enrolled"]["all"] == 1
        cost = shown["cost"]
        told = (cost["net_minor"], cost["per_lead_minor"], cost["per_quote_minor"], cost["per_bind_minor"])
        assert told == (24_000, 8_000, 12_000, 24_000)
        for step, count in counted.items():
            page = (await http.get(f"{at}/leads?step={step}")).json()["items"]
            assert len(page) == count, step
        members = (await http.get(f"{at}/leads?way=enrolled")).json()["items"]
        assert [lead["id"] for lead in members] == [other]
        results = (await http.get(f"{at}/results")).json()
        assert sum(week["all"] for week in results["weeks"]) == sum(s["all"] for s in results["sources"]) == 3
        await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
        assert (await http.get(at)).json() == shown


async def test_a_closed_campaign_takes_nobody_and_its_results_stay(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        spring = await made(http, "campaigns", name="Spring", source="mail")
        at = f"/api/v1/campaigns/{spring['id']}"
        lead_id = await person(http, 1)
        assert (await http.put(f"{at}/members/{lead_id}")).status_code == 200
        closed = await http.put(f"{at}/status", json={"status": "closed", "note": "done"})
        assert (closed.json()["status"], closed.json()["closed_note"]) == ("closed", "done")
        assert (await http.put(f"{at}/members/{await person(http, 2)}")).status_code == 409
        assert (await http.get(at)).json()["enrolled"]["all"] == 1
        stale = await http.put(at, json={"name": "Other", "source": "mail"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        autumn = await made(http, "campaigns", name="Autumn", source="mail", status="draft")
        both = await http.get(f"/api/v1/campaigns/comparison?campaign_id={autumn['id']}&campaign_id={spring['id']}")
        assert [each["name"] for each in both.json()["items"]] == ["Autumn", "Spring"]
        assert (autumn["status"], autumn["launched_at"]) == ("draft", None)
        names = [each["name"] for each in (await http.get("/api/v1/campaigns")).json()["items"]]
        assert names == ["Autumn", "Spring"]


async def test_agents_see_their_part_and_plan_nothing(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        spring = (await made(http, "campaigns", name="Spring", source="mail"))["id"]
        await person(http, 1, campaign_id=spring, owner_id=None, team_id=None)
        await http.post(f"/api/v1/campaigns/{spring}/costs", json={"amount": {"minor": 100}, "on": "2026-11-01"})
    agent = new_id()
    await leads.colleagues(agency_id, agent)
    async with leads.client(agency_id, user_id=agent, role=Role.AGENT) as http:
        shown = (await http.get(f"/api/v1/campaigns/{spring}")).json()
        assert shown["cost"]["per_lead_minor"] is None
        assert (await http.post("/api/v1/campaigns", json={"name": "Mine", "source": "x"})).status_code == 403
    async with leads.client(new_id()) as http:
        assert (await http.get(f"/api/v1/campaigns/{spring}")).status_code == 404
