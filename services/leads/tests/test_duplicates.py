"""One person once, by HTTP on real PostgreSQL and Kafka: found, merged, taken back, told apart, forgotten."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_chassis.testing.waiting import eventually
from gardenos_contracts.clients import PersonForgotten as ClientForgotten
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.leads import PersonForgotten
from gardenos_contracts.values import Direction, Role
from gardenos_leads.duplicates.tables import duplicate_pairs, lead_merges
from gardenos_leads.tables import leads as lead_table
from sqlalchemy import text

ANN: dict[str, Any] = {
    "name": {"given": "Ann", "family": "Lee"},
    "email": "ann@example.com",
    "phone": "512-555-0142",
    "postal_code": "78701",
}
ANNE: dict[str, Any] = {
    "name": {"given": "Anne", "family": "Lee"},
    "email": "ann@example.com",
    "current_carrier": "Acme",
}


async def capture(http: httpx.AsyncClient, details: dict[str, Any] = ANN, **more: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/leads", json={"if_known": "anyway", **details, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def merged(http: httpx.AsyncClient, lead: str, other: str, **chosen: str) -> dict[str, Any]:
    answer = await http.post(f"/api/v1/leads/{lead}/merge", json={"other_id": other, "chosen": chosen})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def pairs(http: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await http.get(f"/api/v1/leads/duplicates{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def looked_at(leads: Running, agency_id: UUID) -> None:
    """Waits until all that the agency's leads told has been looked at for pairs."""

    async def done() -> bool:
        async with leads.service.database.across() as session:
            return bool((await session.execute(_LOOKED_AT, {"agency_id": agency_id})).scalar_one())

    await eventually(done, within=50, what="the agency's leads were looked at")


_LOOKED_AT = text(
    "select coalesce((select sequence from consumer_marks where consumer = 'leads.duplicates' and source = 'leads'"
    " and agency_id = :agency_id), 0) >= coalesce((select head from agency_heads where agency_id = :agency_id), 0)"
)


def ids_of(pair: dict[str, Any]) -> set[str]:
    return {lead["id"] for lead in pair["leads"]}


def lasting(lead: dict[str, Any]) -> dict[str, Any]:
    # Who was in another stage meanwhile is back in theirs since they came back.
    return {name: value for name, value in lead.items() if name not in ("version", "stage_since")}


async def test_pairs_are_found_after_the_fact_and_told_apart_for_good(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        one = await capture(http)
        two = await capture(http, ANNE)
        await capture(http, {"name": {"given": "Bob", "family": "Lee"}, "phone": ANN["phone"], "postal_code": "78701"})
        born = {"birth_date": "1980-02-03"}
        three = await capture(http, {"name": {"given": "Maria", "family": "Delgado"}, **born})
        four = await capture(http, {"name": {"given": "Marie", "family": "Delgado"}, "postal_code": "10001", **born})
        await looked_at(leads, agency_id)
        found = await pairs(http)
        # Bob has Ann's telephone number and another name: he is of her household.
        assert [ids_of(pair) for pair in found] == [{one["id"], two["id"]}, {three["id"], four["id"]}]
        assert [pair["reasons"] for pair in found] == [["email"], ["birth_date"]]
        assert (await http.get("/api/v1/leads/duplicates/count")).json() == {"count": 2, "more": False}
        assert len(await pairs(http, "?limit=1")) == 1
        assert await pairs(http, f"?lead_id={three['id']}") == found[1:]
        told = {"lead_id": two["id"], "other_id": one["id"], "verdict": "not_the_same"}
        assert (await http.post("/api/v1/leads/duplicates/verdicts", json=told)).status_code == 200
        assert [ids_of(pair) for pair in await pairs(http)] == [{three["id"], four["id"]}]
        # Whatever changes, they are not asked about again; who differs now is no pair any more.
        assert (await http.patch(f"/api/v1/leads/{one['id']}", json={"current_carrier": "X"})).status_code == 200
        assert (await http.patch(f"/api/v1/leads/{four['id']}", json={"birth_date": "1990-01-01"})).status_code == 200
        await looked_at(leads, agency_id)
        assert await pairs(http) == []


async def test_a_search_goes_over_all_leads_by_the_agency_s_rules(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await capture(http)
        await capture(http, ANNE)
        await looked_at(leads, agency_id)
        assert len(await pairs(http)) == 1
        rules = (await http.get("/api/v1/leads/duplicates/rules")).json()
        assert rules["email"] is True
        changed = await http.put("/api/v1/leads/duplicates/rules", json={**rules, "email": False})
        assert changed.status_code == 200, changed.text
        await leads.jobs_done()
        assert await pairs(http) == []
        assert (await http.put("/api/v1/leads/duplicates/rules", json=rules)).status_code == 200
        await leads.jobs_done()
        assert len(await pairs(http)) == 1
        assert (await http.post("/api/v1/leads/duplicates/search", json={})).status_code == 202
        await leads.jobs_done()
        search = (await http.get("/api/v1/leads/duplicates/search")).json()["search"]
        assert (search["status"], search["leads"], search["leads_done"]) == ("done", 2, 2)
    async with leads.client(agency_id, role=Role.AGENT) as http:
        assert (await http.put("/api/v1/leads/duplicates/rules", json=rules)).status_code == 403
        assert (await http.post("/api/v1/leads/duplicates/rules/preview", json=rules)).status_code == 403
        assert (await http.post("/api/v1/leads/duplicates/search", json={})).status_code == 403


async def test_rules_are_tried_before_they_are_in_force(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        one = await capture(http)
        two = await capture(http, ANNE)
        await looked_at(leads, agency_id)
        rules = (await http.get("/api/v1/leads/duplicates/rules")).json()
        tried = await http.post("/api/v1/leads/duplicates/rules/preview", json={**rules, "email": False})
        assert tried.json() == {"leads": 2, "now": 1, "then": 0}
        assert len(await pairs(http)) == 1
        told = {"lead_id": two["id"], "other_id": one["id"], "verdict": "not_the_same"}
        await http.post("/api/v1/leads/duplicates/verdicts", json=told)
        tried = await http.post("/api/v1/leads/duplicates/rules/preview", json=rules)
        assert tried.json() == {"leads": 2, "now": 0, "then": 0}


async def test_rules_are_changed_by_whoever_saw_them_last(leads: Running, agency_id: UUID) -> None:
    path = "/api/v1/leads/duplicates/rules"
    async with leads.client(agency_id) as http:
        there = await http.get(path)
        assert there.headers["ETag"] == '"0"'
        rules, seen = there.json(), {"If-Match": there.headers["ETag"]}
        changed = await http.put(path, json={**rules, "at_once": ["phone"]}, headers=seen)
        assert changed.headers["ETag"] == '"1"'
        # Nothing is compared otherwise, so nobody is looked at once more.
        assert (await http.get("/api/v1/leads/duplicates/search")).json() == {"search": None}
        assert (await http.put(path, json={**rules, "at_once": ["email"]}, headers=seen)).status_code == 412
        assert (await http.get(path)).json()["at_once"] == ["phone"]
        for wrong in (
            {"at_once": ["name"]},
            {"at_once": ["phone", "phone"]},
            {"in_files": ["birth_date"]},
            {"alike": 0},
        ):
            assert (await http.put(path, json={**rules, **wrong})).status_code == 422, wrong


async def test_by_what_somebody_is_known_as_they_come_in(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await capture(http)
        rules = (await http.get("/api/v1/leads/duplicates/rules")).json()
        again = {"email": ANN["email"], "source": "web", "name": {"given": "Bob", "family": "Lee"}}
        assert (await http.post("/api/v1/leads", json=again)).status_code == 409
        await http.put("/api/v1/leads/duplicates/rules", json={**rules, "households_apart": True})
        assert (await http.post("/api/v1/leads", json=again)).status_code == 201
        # It is Bob's now as well, and he is known.
        assert (await http.post("/api/v1/leads", json=again)).status_code == 409
        await http.put("/api/v1/leads/duplicates/rules", json={**rules, "at_once": ["phone"]})
        assert (await http.post("/api/v1/leads", json=again)).status_code == 201


async def test_two_leads_become_one_and_two_again(leads: Running, parts: Parts, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await http.post("/api/v1/leads/fields", json={"label": "Roof age", "kind": "number"})
        one = await capture(http, captured_at="2026-03-01T00:00:00Z")
        two = await capture(http, ANNE, captured_at="2026-01-01T00:00:00Z", phone="737-555-0100")
        await http.patch(f"/api/v1/leads/{one['id']}/tags", json={"add": ["hot"]})
        await http.patch(f"/api/v1/leads/{two['id']}/tags", json={"add": ["roof"]})
        await http.put(f"/api/v1/leads/{two['id']}/stage", json={"stage": "quoted"})
        one, two = [(await http.get(f"/api/v1/leads/{each['id']}")).json() for each in (one, two)]
        await looked_at(leads, agency_id)
        preview = (await http.get(f"/api/v1/leads/{one['id']}/merge/{two['id']}")).json()
        side = {field["field"]: field for field in preview["fields"]}
        assert (side["phone"]["lead"], side["phone"]["other"], side["phone"]["suggested"]) == (
            "+15125550142", "+17375550100", "lead",
        )  # fmt: skip
        assert (side["current_carrier"]["suggested"], side["stage"]["suggested"]) == ("other", "other")
        assert (side["email"]["differs"], preview["refused"], preview["tags"]) == (False, None, ["hot", "roof"])

        now = await merged(http, one["id"], two["id"], phone="other")
        assert (now["phone"], now["current_carrier"], now["stage"]) == ("+17375550100", "Acme", "quoted")
        assert (now["tags"], now["captured_at"]) == (["hot", "roof"], "2026-01-01T00:00:00Z")
        # It counts as one, wherever it is looked for; whoever asks for the other is told where to go.
        assert [lead["id"] for lead in (await http.get("/api/v1/leads")).json()["items"]] == [one["id"]]
        assert (await http.get("/api/v1/leads?removed=true")).json()["items"] == []
        assert (await http.get(f"/api/v1/leads/{two['id']}")).json()["merged_into"] == one["id"]
        assert await pairs(http) == []
        refused = await http.post(f"/api/v1/leads/{two['id']}/restore")
        assert (refused.status_code, one["id"] in refused.json()["detail"]) == (409, True)
        assert (await http.patch(f"/api/v1/leads/{two['id']}", json={"notes": "x"})).status_code == 409
        # Both histories are kept.
        titles = [e["title"] for e in (await http.get(f"/api/v1/leads/{one['id']}/history")).json()["items"]]
        assert "Merged with another lead of the same person" in titles
        merge = (await http.get(f"/api/v1/leads/{one['id']}/merges")).json()["items"][0]
        assert (merge["merged_lead_id"], merge["display_name"]) == (two["id"], "Anne Lee")
        undo = f"/api/v1/leads/{one['id']}/merges/{merge['id']}"
        theirs = [e["title"] for e in (await http.get(f"{undo}/history")).json()["items"]]
        assert theirs[-1] == "Captured"
        assert theirs[:2] == ["Removed", "Merged into another lead of the same person"]
        rows = await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
        assert rows["lead_merges"] >= 1

        told = (await http.get(f"{undo}/undo")).json()
        assert {field["field"] for field in told["back"]} == {"phone", "current_carrier", "stage"}
        assert (told["stays"], told["tags_removed"]) == ([], ["roof"])
        answer = await http.post(f"{undo}/undo")
        assert answer.status_code == 200, answer.text
        assert lasting(answer.json()) == lasting(one)
        back = (await http.get(f"/api/v1/leads/{two['id']}")).json()
        assert lasting(back) == lasting(two)
        assert (await http.get(f"/api/v1/leads/{one['id']}/merges")).json()["items"] == []
        assert (await http.post(f"{undo}/undo")).status_code == 409
        await looked_at(leads, agency_id)
        assert [ids_of(pair) for pair in await pairs(http)] == [{one["id"], two["id"]}]
        await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_what_was_changed_since_stays_and_is_told_before(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        one, two = await capture(http), await capture(http, ANNE)
        await merged(http, one["id"], two["id"], name="other")
        await http.patch(f"/api/v1/leads/{one['id']}", json={"current_carrier": "Other Mutual"})
        merge = (await http.get(f"/api/v1/leads/{one['id']}/merges")).json()["items"][0]
        undo = f"/api/v1/leads/{one['id']}/merges/{merge['id']}/undo"
        told = (await http.get(undo)).json()
        stays = {"field": "current_carrier", "before": None, "merged": "Acme", "now": "Other Mutual"}
        assert (told["stays"], [field["field"] for field in told["back"]]) == ([stays], ["name"])
        now = (await http.post(undo)).json()
        assert (now["current_carrier"], now["display_name"]) == ("Other Mutual", "Ann Lee")
        assert (await http.get(f"/api/v1/leads/{two['id']}")).json()["current_carrier"] == "Acme"


async def test_chains_of_merges_end_at_one_lead(leads: Running, parts: Parts, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        a = await capture(http, email="a@example.com")
        b = await capture(http, email="b@example.com", phone=None)
        c = await capture(http, email="c@example.com", phone=None)
        await merged(http, b["id"], a["id"])
        await merged(http, c["id"], b["id"])
        assert {(await http.get(f"/api/v1/leads/{x['id']}")).json()["merged_into"] for x in (a, b)} == {c["id"]}
        # They are known again by what only the first of them said.
        known = await http.post("/api/v1/leads", json={"email": "a@example.com"})
        assert (known.status_code, known.json()["see"]) == (409, f"/api/v1/leads/{c['id']}")
        merge_of_a = next(m for m in await leads.rows(agency_id, lead_merges) if m["lead_id"] == UUID(b["id"]))
        early = await http.post(f"/api/v1/leads/{b['id']}/merges/{merge_of_a['id']}/undo")
        assert (early.status_code, c["id"] in early.json()["detail"]) == (409, True)
        again = await http.post(f"/api/v1/leads/{a['id']}/merge", json={"other_id": c["id"]})
        assert again.status_code == 409
        merge = (await http.get(f"/api/v1/leads/{c['id']}/merges")).json()["items"][0]
        assert (await http.post(f"/api/v1/leads/{c['id']}/merges/{merge['id']}/undo")).status_code == 200
        assert (await http.get(f"/api/v1/leads/{a['id']}")).json()["merged_into"] == b["id"]
        assert (await http.get(f"/api/v1/leads/{b['id']}")).json()["merged_into"] is None
        await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_merges_at_once_leave_everybody_once(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        a, b, c = [(await capture(http))["id"] for _ in range(3)]
        answers = await asyncio.gather(
            *(
                http.post(f"/api/v1/leads/{into}/merge", json={"other_id": other})
                for into, other in ((a, b), (b, a), (b, c), (c, b), (a, c), (c, a))
            )
        )
        assert {answer.status_code for answer in answers} == {200, 409}
        assert sum(answer.status_code == 200 for answer in answers) == 2
        listed = [lead["id"] for lead in (await http.get("/api/v1/leads")).json()["items"]]
        assert len(listed) == 1
        rows = {str(row["id"]): row["merged_into"] for row in await leads.rows(agency_id, lead_table)}
        assert {rows[id] for id in (a, b, c) if id != listed[0]} == {UUID(listed[0])}
        assert rows[listed[0]] is None


async def test_who_merges_sees_and_changes_both(leads: Running, agency_id: UUID) -> None:
    mine, theirs = new_id(), new_id()
    await leads.colleagues(agency_id, mine, theirs)
    async with leads.client(agency_id) as http:
        one = await capture(http, owner_id=str(mine))
        two = await capture(http, ANNE, owner_id=str(theirs))
        pooled = await capture(http, owner_id=None)
        await looked_at(leads, agency_id)
        assert len(await pairs(http)) == 3
    async with leads.client(agency_id, user_id=mine, role=Role.AGENT) as http:
        assert [ids_of(pair) for pair in await pairs(http)] == [{one["id"], pooled["id"]}]
        assert (await http.post(f"/api/v1/leads/{one['id']}/merge", json={"other_id": two["id"]})).status_code == 404
        preview = await http.get(f"/api/v1/leads/{one['id']}/merge/{two['id']}")
        assert preview.status_code == 404
        unclaimed = await http.post(f"/api/v1/leads/{one['id']}/merge", json={"other_id": pooled["id"]})
        assert (unclaimed.status_code, "claim" in unclaimed.json()["detail"]) == (409, True)
        verdict = {"lead_id": one["id"], "other_id": two["id"], "verdict": "not_the_same"}
        assert (await http.post("/api/v1/leads/duplicates/verdicts", json=verdict)).status_code == 404
    async with leads.client(agency_id) as http:
        await merged(http, one["id"], two["id"])
    async with leads.client(agency_id, user_id=theirs, role=Role.AGENT) as http:
        # Whose it was sees it as little as what it was merged into.
        assert (await http.get(f"/api/v1/leads/{two['id']}")).status_code == 404
    async with leads.client(agency_id, user_id=mine, role=Role.AGENT) as http:
        assert (await http.get(f"/api/v1/leads/{two['id']}")).json()["merged_into"] == one["id"]


async def test_of_two_clients_none_is_merged_away(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        one, two, three = await capture(http), await capture(http, ANNE), await capture(http)
        for each in (one, two):
            assert (await http.post(f"/api/v1/leads/{each['id']}/conversion", json={})).status_code == 201
        both = await http.post(f"/api/v1/leads/{one['id']}/merge", json={"other_id": two["id"]})
        assert (both.status_code, "both became clients" in both.json()["detail"]) == (409, True)
        wrong_way = await http.post(f"/api/v1/leads/{three['id']}/merge", json={"other_id": one["id"]})
        assert (wrong_way.status_code, "keep that one" in wrong_way.json()["detail"]) == (409, True)
        now = await merged(http, one["id"], three["id"])
        assert (now["stage"], now["client_id"] is not None) == ("won", True)


async def test_whoever_asked_not_to_be_called_did_as_both(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        one, two = await capture(http), await capture(http, ANNE)
        call = CallLogged(
            call_id=new_id(), thread_id=new_id(), person_id=new_id(), lead_id=UUID(two["id"]), client_id=None,
            user_id=new_id(), direction=Direction.OUTBOUND, started_at=datetime.now(UTC), duration_seconds=9,
            disposition=Disposition.DO_NOT_CALL,
        )  # fmt: skip
        await leads.given(agency_id, call)
        await leads.wait_until_caught_up()
        preview = (await http.get(f"/api/v1/leads/{one['id']}/merge/{two['id']}")).json()
        asked = [preview[f"{side}_asked_not_to_be_called"] for side in ("lead", "other")]
        assert (asked, preview["do_not_call"]) == ([False, True], True)
        now = await merged(http, one["id"], two["id"])
        assert now["do_not_call_at"] is not None
        merge = (await http.get(f"/api/v1/leads/{one['id']}/merges")).json()["items"][0]
        back = await http.post(f"/api/v1/leads/{one['id']}/merges/{merge['id']}/undo")
        assert back.json()["do_not_call_at"] is None


@pytest.mark.parametrize("by", ["survivor", "client", "merged"])
async def test_whoever_is_forgotten_is_forgotten_as_all_they_were(leads: Running, agency_id: UUID, by: str) -> None:
    async with leads.client(agency_id) as http:
        one, two, three = await capture(http), await capture(http, ANNE), await capture(http, phone=None)
        await merged(http, two["id"], three["id"])
        await merged(http, one["id"], two["id"])
        if by == "client":
            event = ClientForgotten(client_id=new_id(), person_id=UUID(one["person_id"]), lead_id=UUID(one["id"]))
            await leads.given(agency_id, event)
            await leads.wait_until_caught_up()
        else:
            named = one["id"] if by == "survivor" else three["id"]
            assert (await http.post(f"/api/v1/leads/{named}/forget")).status_code == 200
        rows = await leads.rows(agency_id, lead_table)
        assert {row["email"] for row in rows} == {None}
        assert all(row["forgotten_at"] for row in rows)
        recorded = [event.data for event in await leads.events(agency_id)]
        assert {str(event.lead_id) for event in recorded if isinstance(event, PersonForgotten)} == {
            one["id"],
            two["id"],
            three["id"],
        }
        said = [event.model_dump_json() for event in recorded]
        assert not any("ann@example.com" in each or "Acme" in each for each in said)
        merge = next(m for m in await leads.rows(agency_id, lead_merges) if m["lead_id"] == UUID(one["id"]))
        undo = await http.post(f"/api/v1/leads/{one['id']}/merges/{merge['id']}/undo")
        assert undo.status_code == 409
        await looked_at(leads, agency_id)
        assert await leads.rows(agency_id, duplicate_pairs) == []


async def test_whoever_is_entered_by_hand_and_known_is_told_of(leads: Running, agency_id: UUID) -> None:
    mine, theirs = new_id(), new_id()
    await leads.colleagues(agency_id, mine, theirs)
    async with leads.client(agency_id) as http:
        first = await http.post("/api/v1/leads", json={**ANN, "owner_id": str(theirs)})
        assert first.status_code == 201
        lead = first.json()
        again = await http.post("/api/v1/leads", json={"phone": "(512) 555 0142", "name": {"given": "A"}})
        assert (again.status_code, again.json()["type"]) == (409, "urn:gardenos:known-lead")
        assert (again.json()["see"], "Ann Lee" in again.json()["detail"]) == (f"/api/v1/leads/{lead['id']}", True)
        await http.put(f"/api/v1/leads/{lead['id']}/stage", json={"stage": "lost"})
        inquiry = {**ANNE, "if_known": "inquire", "source": "phone"}
        asked = await http.post("/api/v1/leads", json=inquiry, headers={"Idempotency-Key": "once"})
        assert (asked.status_code, asked.json()["id"], asked.json()["stage"]) == (201, lead["id"], "new")
        assert (asked.json()["current_carrier"], asked.json()["display_name"]) == ("Acme", "Ann Lee")
        repeated = await http.post("/api/v1/leads", json=inquiry, headers={"Idempotency-Key": "once"})
        assert repeated.json()["id"] == lead["id"]
        inquiries = (await http.get(f"/api/v1/leads/{lead['id']}/inquiries")).json()["items"]
        assert [each["source"] for each in inquiries] == ["phone"]
        # Of one and the same person entered twice at the same moment one is a lead.
        twice = await asyncio.gather(*(http.post("/api/v1/leads", json={"email": "b@example.com"}) for _ in range(4)))
        assert sorted(answer.status_code for answer in twice) == [201, 409, 409, 409]
    async with leads.client(agency_id, user_id=mine, role=Role.AGENT) as http:
        hidden = await http.post("/api/v1/leads", json=ANN)
        assert (hidden.status_code, hidden.json()["type"]) == (409, "urn:gardenos:known-to-others")
        assert not any(told in hidden.text for told in (lead["id"], "Ann", "Lee", str(theirs)))
        assert (await http.post("/api/v1/leads", json={**ANN, "if_known": "inquire"})).status_code == 409
        assert (await http.post("/api/v1/leads", json={**ANN, "if_known": "anyway"})).status_code == 201
