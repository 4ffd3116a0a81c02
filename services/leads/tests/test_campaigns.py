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
from gardenos_contracts.campaigns import CampaignClosed, CostKind, LeadEnrolled, Utm
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_contracts.leads import CampaignLaunched, LeadCaptured
from gardenos_contracts.values import Direction, Money, Role
from gardenos_leads.campaigns import campaign
from gardenos_leads.campaigns.campaign import Campaign, Cost, Plan, Status
from gardenos_leads.campaigns.utm import best, utm_of
from gardenos_leads.capturing import forms

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


def test_a_link_tells_its_campaign_by_all_its_words_and_the_one_that_asks_for_most() -> None:
    any_, mail, other, none = (new_id() for _ in range(4))
    known = [
        (none, Utm(medium="email")),
        (any_, Utm(campaign="Spring  Sale")),
        (mail, Utm(campaign="spring sale", source="news", medium="Email")),
        (other, Utm(campaign="spring sale", source="partner")),
    ]
    page = "https://www.agency.example/quote?UTM_Campaign=spring+SALE&utm_source="
    assert best(utm_of({}, f"{page}news&utm_medium=email"), known) == mail
    assert best(utm_of({}, f"{page}somebody&utm_medium=email"), known) == any_
    # What was said goes before what stands in the address.
    assert best(utm_of({"source": "Partner"}, f"{page}news&utm_medium=email"), known) == other
    assert best(utm_of({"medium": "email"}), known) is None
    for odd in (
        "",
        "http://[",
        "no address",
        "?utm_campaign",
        "https://x.example/?" + "a=1&" * 200,
        "https://x.example/?utm_campaign=%00",
    ):
        assert utm_of({}, odd) == Utm()


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


async def test_where_its_leads_stand_and_what_they_reached(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:

        def stage(key: str, kind: str) -> dict[str, Any]:
            return {"key": key, "name": key.title(), "kind": kind, "probability": {"won": 100, "lost": 0}.get(kind, 50)}

        spring = (await made(http, "campaigns", name="Spring", source="mail"))["id"]
        at = f"/api/v1/campaigns/{spring}"
        cost = (await http.get(at)).json()["cost"]
        assert (cost["recorded"], cost["per_lead_minor"]) == (False, None)
        way = [stage("new", "new"), stage("talk", "contacted"), stage("docs", "quoted")]
        ends = [stage("won", "won"), stage("lost", "lost")]
        defined = {"name": "Cars", "stages": [*way, *ends]}
        assert (await http.put("/api/v1/pipelines/auto", json=defined)).status_code == 200
        one, two, three, home = [
            await person(http, n, campaign_id=spring, line_of_business="home" if n == 3 else "auto") for n in range(4)
        ]
        for id, keys in ((one, ["talk", "docs", "lost"]), (two, ["docs", "talk"]), (home, ["contacted"])):
            for key in keys:
                moved = await http.put(f"/api/v1/leads/{id}/stage", json={"stage": key})
                assert moved.status_code == 200, moved.text

        async def told() -> dict[str, dict[str, tuple[int, int]]]:
            found = (await http.get(f"{at}/results")).json()["pipelines"]
            return {p["pipeline"]: {s["key"]: (s["here"], s["reached"]) for s in p["stages"]} for p in found}

        counted = await told()
        assert list(counted) == ["default", "auto"]
        of_auto = {"new": (1, 3), "talk": (1, 2), "docs": (0, 2), "won": (0, 0), "lost": (1, 1)}
        assert counted["auto"] == of_auto
        assert {key: each for key, each in counted["default"].items() if each[1]} == {
            "new": (0, 1),
            "contacted": (1, 1),
        }
        for key, (here, reached) in of_auto.items():
            for asked, count in (({}, here), ({"reached": True}, reached)):
                page = await http.get(f"{at}/leads", params={"pipeline": "auto", "stage_key": key, **asked})
                assert len(page.json()["items"]) == count, (key, asked)
        assert (await http.get(f"{at}/leads", params={"pipeline": "auto", "stage_key": "nowhere"})).status_code == 422
        # Where a stage is no more, who reached it reached the one in which they went on.
        fewer = {"name": "Cars", "stages": [way[0], way[2], *ends], "moved": {"talk": "docs"}}
        assert (await http.put("/api/v1/pipelines/auto", json=fewer)).status_code == 200
        assert (await told())["auto"] == {"new": (1, 3), "docs": (1, 2), "won": (0, 0), "lost": (1, 1)}
        assert three


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


async def test_a_lead_is_of_the_campaign_of_its_link_where_none_was_given(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http, leads.anonymous({"User-Agent": "QuoteHub/2"}) as outside:
        utm = {"campaign": "spring", "medium": "email"}
        spring = (await made(http, "campaigns", name="Spring", source="mail", utm=utm))["id"]
        await made(http, "campaigns", name="Later", source="mail", utm=utm | {"source": "news"}, status="draft")
        given = (await made(http, "campaigns", name="Bought", source="vendor"))["id"]
        vendor = await made(http, "lead-sources", name="QuoteHub", kind="vendor")
        bought = await made(http, "lead-sources", name="LeadMill", kind="vendor", campaign_id=given)

        async def posted(source: dict[str, Any], number: int, **said: str) -> dict[str, Any]:
            post = {"name": f"Q {number}", "email": f"q{number}@mail.example", **said}
            answer = await outside.post(f"/api/v1/lead-posts/{source['address']}", json=post)
            assert (answer.status_code, answer.json()["status"]) == (200, "accepted"), answer.text
            (lead,) = (await http.get(f"/api/v1/leads?q=q{number}@mail.example")).json()["items"]
            return dict(lead)

        words = {"utm_campaign": "SPRING", "utm_medium": "email", "utm_source": "news"}
        by_words = await posted(vendor, 1, **words)
        landing = "https://www.agency.example/?utm_medium=email&utm_campaign=spring"
        by_page = await posted(vendor, 2, source_url=landing)
        assert (by_words["campaign_id"], by_page["campaign_id"]) == (spring, spring)
        assert (await posted(bought, 3, **words))["campaign_id"] == given
        for number, said in enumerate(
            (
                {"utm_campaign": "spring"},
                {"utm_campaign": "x" * 5_000},
                {"utm_campaign": "\0"},
                {"source_url": "http://["},
            ),
            4,
        ):
            assert (await posted(vendor, number, **said))["campaign_id"] is None

        history = (await http.get(f"/api/v1/leads/{by_words['id']}/history")).json()["items"]
        titles = {entry["title"] for entry in history}
        assert titles == {"Captured, for its campaign by its UTM", "Inquired by QuoteHub, for a campaign by its UTM"}
        told = [e.data for e in await leads.events(agency_id) if isinstance(e.data, LeadCaptured | LeadInquired)]
        assert [each.by_utm for each in told] == [True] * 4 + [False] * 10

        entered = await made(http, "leads", name={"given": "Ann"}, utm={"campaign": "spring", "medium": "Email"})
        assert entered["campaign_id"] == spring
        both = await made(http, "leads", name={"given": "Ben"}, utm=utm, campaign_id=given)
        assert both["campaign_id"] == given

        await http.put(f"/api/v1/campaigns/{spring}/status", json={"status": "closed"})
        assert (await posted(vendor, 9, **words))["campaign_id"] is None
        shown = (await http.get(f"/api/v1/campaigns/{spring}")).json()
        assert shown["came"]["all"] == 3


async def test_a_form_s_page_tells_the_campaign_of_its_link(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "QUICKEST", 0.0)
    async with leads.client(agency_id) as http, leads.anonymous({"Origin": "https://www.agency.example"}) as outside:
        spring = (await made(http, "campaigns", name="Spring", source="site", utm={"campaign": "spring"}))["id"]
        form = {
            "fields": ["name", "email"],
            "required": ["name"],
            "consent_text": "",
            "origins": ["https://www.agency.example"],
        }
        source = await made(http, "lead-sources", name="Site", kind="form", form=form)
        at = f"/api/v1/lead-forms/{source['form_address']}"
        ticket = (await outside.get(at)).json()["ticket"]
        said = {"ticket": ticket, "values": {"name": "Ann Lee", "email": "ann@mail.example"}, "consent": False}
        answer = await outside.post(
            at, json=said | {"page": "https://www.agency.example/quote?utm_campaign=Spring#form"}
        )
        assert answer.status_code in (200, 201, 202), answer.text
        (lead,) = (await http.get("/api/v1/leads")).json()["items"]
        assert (lead["campaign_id"], lead["campaign_name"]) == (spring, "Spring")


async def test_leads_of_a_campaign_are_found_in_it(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        spring = (await made(http, "campaigns", name="Spring", source="mail"))["id"]
        for given in ("Marta", "Johanna"):
            await made(http, "leads", name={"given": given, "family": "Quist"}, campaign_id=spring)
        await made(http, "leads", name={"given": "Marta", "family": "Elsewhere"})
        for typed, found in (("", 2), ("quist", 2), ("mart qui", 1), ("elsewhere", 0)):
            page = (await http.get(f"/api/v1/campaigns/{spring}/leads", params={"q": typed})).json()["items"]
            assert len(page) == found, typed
