"""What of a lead's is to be insured, and when what insures it now expires: by line, with the lead's own as the next of them."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from gardenos_chassis.errors import Conflict, Invalid, NotFound
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Event
from gardenos_contracts.lead_records import Home, OtherRisk, RiskAdded, Vehicle, XDateCleared, XDateSet
from gardenos_contracts.leads import LeadCaptured, LeadDetailsChanged
from gardenos_contracts.values import LineOfBusiness, Money, PersonName, Role
from gardenos_leads.lead import Lead, evolve
from gardenos_leads.records.domain import XDate
from gardenos_leads.records.risks import add_risk, change_risk, remove_risk
from gardenos_leads.records.x_dates import clear_x_date, set_x_date

TODAY = date(2026, 11, 29)
MARCH, JUNE, PAST = date(2027, 3, 15), date(2027, 6, 1), date(2026, 1, 5)
AUTO, HOME, OTHER = LineOfBusiness.AUTO, LineOfBusiness.HOME, LineOfBusiness.OTHER


def captured(**said: Any) -> Lead:
    event = LeadCaptured(
        lead_id=new_id(), person_id=new_id(), name=PersonName(given="Maria"), source="web", **said,
        captured_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    return evolve(None, event)


def after(lead: Lead, events: Any) -> Lead:
    for event in events:
        lead = evolve(lead, event)
    return lead


def own(lead: Lead) -> tuple[Any, Any]:
    return lead.details["x_date"], lead.details["current_carrier"]


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def test_a_lead_s_own_x_date_is_the_next_of_its_lines() -> None:
    lead = after(captured(), set_x_date(captured(), AUTO, XDate(JUNE, "Geico"), today=TODAY))
    assert own(lead) == (JUNE, "Geico")
    lead = after(lead, set_x_date(lead, HOME, XDate(MARCH, "State Farm", Money(minor=120_000)), today=TODAY))
    assert own(lead) == (MARCH, "State Farm")
    assert list(set_x_date(lead, HOME, XDate(MARCH, "State Farm", Money(minor=120_000)), today=TODAY)) == []
    lead = after(lead, set_x_date(lead, HOME, XDate(PAST, "State Farm"), today=TODAY))
    assert own(lead) == (JUNE, "Geico"), "what has passed is not next"
    lead = after(lead, clear_x_date(lead, AUTO, today=TODAY))
    assert own(lead) == (PAST, "State Farm"), "but it is better than nothing"
    lead = after(lead, clear_x_date(lead, HOME, today=TODAY))
    assert own(lead) == (None, None)
    with pytest.raises(NotFound):
        list(clear_x_date(lead, HOME, today=TODAY))


def test_what_was_said_of_its_own_line_is_not_lost() -> None:
    lead = captured(x_date=JUNE, current_carrier="Geico", line_of_business=AUTO)
    events = list(set_x_date(lead, HOME, XDate(MARCH), today=TODAY))
    assert kinds(events) == [XDateSet, XDateSet, LeadDetailsChanged]
    lead = after(lead, events)
    assert lead.records.x_dates == {AUTO: XDate(JUNE, "Geico"), HOME: XDate(MARCH)}
    unknown = captured(x_date=JUNE)
    lead = after(unknown, set_x_date(unknown, HOME, XDate(MARCH), today=TODAY))
    assert lead.records.x_dates == {OTHER: XDate(JUNE), HOME: XDate(MARCH)}


def test_where_the_own_x_date_is_changed_by_hand_its_line_follows() -> None:
    lead = captured()
    for line, known in ((AUTO, XDate(JUNE, "Geico")), (HOME, XDate(MARCH, "State Farm", Money(minor=9)))):
        lead = after(lead, set_x_date(lead, line, known, today=TODAY))
    changed = after(lead, lead.change_details(x_date=date(2027, 4, 1)))
    assert changed.records.x_dates[HOME] == XDate(date(2027, 4, 1), "State Farm", Money(minor=9))
    assert own(changed) == (date(2027, 4, 1), "State Farm")
    assert kinds(list(lead.change_details(x_date=None))) == [XDateCleared, LeadDetailsChanged]
    assert kinds(list(lead.change_details(notes="call"))) == [LeadDetailsChanged]


def test_a_risk_keeps_its_kind_and_says_something() -> None:
    lead, id = captured(), new_id()
    with pytest.raises(Invalid):
        list(add_risk(lead, id, Home()))
    lead = after(lead, add_risk(lead, id, Home(city="Austin", roof_year=2010)))
    assert [str(risk) for risk in lead.records.risks.values()] == ["Home, Austin, roof of 2010"]
    assert list(change_risk(lead, id, Home(city="Austin", roof_year=2010))) == []
    with pytest.raises(Conflict):
        list(change_risk(lead, id, Vehicle(make="Honda")))
    for missing in (change_risk(lead, new_id(), OtherRisk(what="boat")), remove_risk(lead, new_id())):
        with pytest.raises(NotFound):
            list(missing)


async def made(http: httpx.AsyncClient, **said: Any) -> str:
    answer = await http.post("/api/v1/leads", json={"name": {"given": "Maria"}, "if_known": "anyway"} | said)
    assert answer.status_code == 201, answer.text
    return f"/api/v1/leads/{answer.json()['id']}"


async def risk(http: httpx.AsyncClient, lead: str, **said: Any) -> dict[str, Any]:
    answer = await http.post(f"{lead}/risks", json=said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def items(http: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_risks_are_kept_changed_and_seen_as_of_then(leads: Running, parts: Parts, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        lead = await made(http)
        home = await risk(http, lead, home={"city": " Austin ", "year_built": 1987, "roof_year": 2010})
        car = await risk(http, lead, vehicle={"year": 2019, "make": "Honda", "vin": "1hg-cm82633a004352"})
        assert (home["home"]["city"], car["vehicle"]["vin"], car["home"]) == ("Austin", "1HGCM82633A004352", None)
        between = datetime.now(UTC)
        changed = await http.put(f"{lead}/risks/{home['id']}", json={"home": {"city": "Austin", "roof_year": 2026}})
        assert changed.status_code == 200, changed.text
        assert (changed.json()["home"]["roof_year"], changed.json()["home"]["year_built"]) == (2026, None)
        assert (await http.delete(f"{lead}/risks/{car['id']}")).status_code == 204
        assert [each["id"] for each in await items(http, f"{lead}/risks")] == [home["id"]]
        wrongs: tuple[dict[str, Any], ...] = (
            {}, {"home": {}}, {"home": {"city": "A"}, "vehicle": {"make": "B"}}, {"vehicle": {"vin": "123"}},
            {"home": {"year_built": 2000, "roof_year": 1990}}, {"other": {"what": " "}},
        )  # fmt: skip
        for wrong in wrongs:
            assert (await http.post(f"{lead}/risks", json=wrong)).status_code == 422, wrong
        then = (await http.get(f"{lead}/as-of", params={"at": between.isoformat()})).json()
        assert then["state"]["risks"] == [
            "Home, Austin, built 1987, roof of 2010", "Vehicle, 2019 Honda, 1HGCM82633A004352",
        ]  # fmt: skip
        bare = await made(http)
        for op, value, expected in (
            ("above", 2020, [lead]), ("below", 2020, []), ("is", 2026, [lead]), ("is_not", 2026, [bare]),
            ("is_empty", None, [bare]), ("is_not_empty", None, [lead]),
        ):  # fmt: skip
            asked = {"field": "roof_year", "op": op} | ({} if value is None else {"value": value})
            listed = (await http.get("/api/v1/leads", params={"filter": json.dumps({"all": [asked]})})).json()["items"]
            assert [f"/api/v1/leads/{each['id']}" for each in listed] == expected, op
        version = (await http.get(lead)).json()["version"]
        assert version == 5
        back = await http.post(f"{lead}/history/restore", json={"field": "risks", "version": 2})
        assert back.status_code == 409
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_lists_go_by_the_next_x_date(leads: Running, parts: Parts, agency_id: UUID) -> None:
    soon, later = (str(datetime.now(UTC).date() + timedelta(days=days)) for days in (30, 300))
    async with (
        leads.client(agency_id) as http,
        leads.client(agency_id, role=Role.AUDITOR) as auditor,
    ):
        lead = await made(http, x_date=later, current_carrier="Geico", line_of_business="auto")
        (its_own,) = await items(http, f"{lead}/x-dates")
        assert (its_own["line_of_business"], its_own["carrier"], its_own["by_line"]) == ("auto", "Geico", False)
        said = {"x_date": soon, "carrier": "State Farm", "premium": {"minor": 124_000}}
        assert (await http.put(f"{lead}/x-dates/home", json=said)).status_code == 204
        shown = (await http.get(lead)).json()
        assert (shown["x_date"], shown["current_carrier"]) == (soon, "State Farm")
        rows = await items(http, f"{lead}/x-dates")
        assert [(each["line_of_business"], each["x_date"], each["by_line"]) for each in rows] == [
            ("home", soon, True), ("auto", later, True),
        ]  # fmt: skip
        assert rows[0]["premium"] == {"minor": 124_000, "currency": "USD"}
        assert [each["premium"] for each in await items(auditor, f"{lead}/x-dates")] in (
            [None, None],
            [rows[0]["premium"], None],
        )
        narrowed = {"filter": '{"all": [{"field": "x_date", "op": "in_next", "value": 60}]}', "sort": "x_date"}
        listed = (await http.get("/api/v1/leads", params=narrowed)).json()["items"]
        assert [f"/api/v1/leads/{each['id']}" for each in listed] == [lead]
        assert (await http.delete(f"{lead}/x-dates/home")).status_code == 204
        assert (await http.get(lead)).json()["x_date"] == later
        assert (await http.delete(f"{lead}/x-dates/home")).status_code == 404
        assert (await http.put(f"{lead}/x-dates/boats", json=said)).status_code == 404
        titles = [each["title"] for each in await items(http, f"{lead}/history")]
        assert titles[:2] == ["Details changed", "X-date of home cleared"]
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_of_two_that_are_one_both_are_insured_and_come_apart_again(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        lead, other = await made(http), await made(http)
        await risk(http, lead, home={"city": "Austin"})
        await risk(http, other, other={"what": "Boat"})
        assert (await http.put(f"{other}/x-dates/auto", json={"x_date": str(MARCH)})).status_code == 204
        merged = await http.post(f"{lead}/merge", json={"other_id": other.rpartition("/")[2]})
        assert merged.status_code == 200, merged.text
        assert [each["kind"] for each in await items(http, f"{lead}/risks")] == ["home", "other"]
        assert [each["line_of_business"] for each in await items(http, f"{lead}/x-dates")] == ["auto"]
        (merge,) = await items(http, f"{lead}/merges")
        assert (await http.post(f"{lead}/merges/{merge['id']}/undo")).status_code == 200
        assert [each["kind"] for each in await items(http, f"{lead}/risks")] == ["home"]
        assert await items(http, f"{lead}/x-dates") == []


async def test_nothing_of_it_is_left_of_somebody_forgotten(leads: Running, parts: Parts, agency_id: UUID) -> None:
    marker = uuid4().hex
    async with leads.client(agency_id) as http:
        lead = await made(http)
        await risk(http, lead, home={"street": f"12 {marker} Lane"})
        await risk(http, lead, vehicle={"make": marker})
        await risk(http, lead, other={"what": "Boat", "description": marker})
        said = {"x_date": str(MARCH), "carrier": f"Mutual of {marker}"}
        assert (await http.put(f"{lead}/x-dates/auto", json=said)).status_code == 204
        there = await places_of(marker, parts, "gardenos_leads")
        assert {"public.lead_risks.facts", "public.lead_x_dates.carrier"} <= set(there)
        assert "public.events.data" not in there
        assert (await http.post(f"{lead}/forget")).status_code == 200
        assert await places_of(marker, parts, "gardenos_leads") == []
        assert await items(http, f"{lead}/risks") == []
        assert (await http.post(f"{lead}/risks", json={"home": {"city": marker}})).status_code == 409
    told = next(each.data for each in await leads.events(agency_id) if isinstance(each.data, RiskAdded))
    assert (told.kind, told.home) == ("home", None)
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
