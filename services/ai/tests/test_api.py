"""The ai service from event to answer, on real PostgreSQL, Kafka and the embedded vector engine."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ai_under_test import HAIL, SAID_AT, TRANSCRIPT, call, email, items, lead_captured, read  # type: ignore[import-not-found]
from gardenos_ai.insight import LABELS
from gardenos_ai.tables import communications
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Event
from gardenos_contracts.ai import InsightExtracted, InsightKind
from gardenos_contracts.clients import ClientAssigned, ClientOnboarded
from gardenos_contracts.identity import AgencyRegistered
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadUnmerged
from gardenos_contracts.leads import LeadAssigned, LeadConverted, LeadRemoved, LeadRestored, LeadShared, LeadUnshared
from gardenos_contracts.values import PersonName, Role
from sqlalchemy import select


async def test_from_a_call_to_its_insights(ai: Running, source: Sources, agency_id: UUID) -> None:
    lead = lead_captured()
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    said = call(lead)
    message = await source("comms").publish(agency_id, said)
    assert await read(ai, agency_id, said.call_id) == "read"
    await ai.wait_until_caught_up()
    async with ai.client(agency_id) as http:
        found = await items(http, f"insights?lead_id={lead.lead_id}")
        by_kind = {each["kind"]: each for each in found}
        assert {kind: (each["value"], each["display"]) for kind, each in by_kind.items()} == {
            "x_date": ("2027-03-15", "March 15, 2027"),
            "current_carrier": ("State Farm", "State Farm"),
            "line_of_business": ("auto", "Auto"),
            "premium": ("124000 USD", "$1,240 a year"),
            "objection": ("price", "Price"),
            "intent": ("wants_quote", "Wants a quote"),
            "next_step": ("send_quote 2026-03-20", "Send a quote on Friday, March 20, 2026"),
        }
        for each in found:
            assert TRANSCRIPT[each["start"] : each["end"]] == each["quote"]
            assert (each["source_kind"], each["source_id"], each["source_field"]) == (
                "call",
                str(said.call_id),
                "transcript",
            )
            assert (each["engine"], each["said_at"], each["lead_id"]) == (
                "offline",
                "2026-03-16T15:00:00Z",
                str(lead.lead_id),
            )
        assert (await http.get(f"/api/v1/insights/{found[0]['id']}")).json() == found[0]
        assert {each["kind"] for each in await items(http, "insights?kind=x_date&kind=premium")} == {
            "x_date",
            "premium",
        }
        assert len(await items(http, f"insights?source_id={said.call_id}")) == len(found)
        assert await items(http, f"insights?source_id={new_id()}") == []
        assert len(await items(http, f"insights?person_id={lead.person_id}&kind=intent")) == 1
        first = (await http.get("/api/v1/insights?limit=4")).json()
        rest = (await http.get(f"/api/v1/insights?limit=4&cursor={first['next_cursor']}")).json()
        assert [each["id"] for each in first["items"] + rest["items"]] == [each["id"] for each in found]
        assert rest["next_cursor"] is None
    async with ai.client(agency_id, role=Role.AUDITOR) as http:
        assert {each["kind"]: each["value"] for each in await items(http, "insights")}["premium"] == "124000 USD"
    async with ai.client(agency_id, role=Role.VIEWER) as http:
        seen = {each["kind"]: each for each in await items(http, "insights")}
        assert set(seen) == set(by_kind)
        told = seen.pop("premium")
        assert [told[name] for name in ("value", "display", "quote")] == [None] * 3
        assert told["withheld"] == ["value", "display", "quote"]
        assert (await http.get(f"/api/v1/insights/{told['id']}")).json() == told
        assert all("withheld" not in each and each["quote"] for each in seen.values())
    events = [event for event in await ai.events(agency_id) if isinstance(event.data, InsightExtracted)]
    assert len(events) == len(found)
    for event in events:
        assert (str(event.actor), event.causation_id, event.correlation_id) == (
            "ai:offline",
            message.id,
            message.correlation_id,
        )


async def test_nothing_of_a_removed_lead_is_found_until_it_is_restored(
    ai: Running, source: Sources, agency_id: UUID
) -> None:
    lead = lead_captured()
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    said = call(lead)
    await source("comms").publish(agency_id, said)
    assert await read(ai, agency_id, said.call_id) == "read"
    ids = {"lead_id": lead.lead_id, "person_id": lead.person_id}
    async with ai.client(agency_id) as http:
        for event, there in ((None, True), (LeadRemoved(**ids), False), (LeadRestored(**ids), True)):
            if event is not None:
                await source("leads").publish(agency_id, event, stream_id=lead.lead_id)
            await ai.wait_until_caught_up()
            assert bool(await items(http, "search?q=auto+policy+renews")) == there
            assert bool(await items(http, "insights")) == there
            assert await items(http, f"insights?lead_id={lead.lead_id}"), "whoever opens the removed lead reads on"


async def test_search_by_meaning_and_by_words(ai: Running, source: Sources, agency_id: UUID) -> None:
    lead = lead_captured()
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    hail = email(person_id=lead.person_id, lead_id=lead.lead_id)
    numbered = email("Please find policy HO-4471-220 of José Muñoz attached.", "Papers", person_id=lead.person_id)
    other = call(lead, "Customer: I'd like to talk about my retirement plans.")
    for said in (hail, numbered, other):
        await source("comms").publish(agency_id, said)
    for id in (hail.message_id, numbered.message_id, other.call_id):
        await read(ai, agency_id, id)
    await ai.wait_until_caught_up()
    async with ai.client(agency_id) as http:
        found = await items(http, "search?q=storm+damage+to+the+house")
        assert found[0]["source_id"] == str(hail.message_id)
        assert (found[0]["text"], found[0]["person_name"], found[0]["lead_id"]) == (
            HAIL,
            "Maria Delgado",
            str(lead.lead_id),
        )
        assert HAIL[found[0]["start"] : found[0]["end"]] == found[0]["text"]
        assert str(other.call_id) not in {each["source_id"] for each in found}
        for q in ("HO-4471-220", "ho 4471 220", "4471", "muñoz", "Munoz"):
            best = (await items(http, f"search?q={q}"))[0]
            assert best["source_id"] == str(numbered.message_id), q
        assert await items(http, "search?q=quantum+chromodynamics") == []
        assert len(await items(http, "search?q=storm+damage+to+the+house&limit=1")) == 1
        for q in ("", "%20%20", "a%00b", "x" * 501):
            answer = await http.get(f"/api/v1/search?q={q}")
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query:q")
        assert (await http.get("/api/v1/search")).status_code == 422
    async with ai.anonymous() as http:
        assert (await http.get("/api/v1/search?q=hail")).status_code == 401


async def test_nothing_crosses_agencies(ai: Running, source: Sources, agency_id: UUID) -> None:
    other = new_id()
    lead = lead_captured()
    mine, theirs = email(person_id=lead.person_id, lead_id=lead.lead_id), email(person_id=new_id())
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await source("comms").publish(agency_id, mine)
    await source("comms").publish(other, theirs)
    await read(ai, agency_id, mine.message_id)
    await read(ai, other, theirs.message_id)
    async with ai.client(other) as http, ai.client(agency_id) as http_mine:
        found = await items(http_mine, "insights")
        assert found
        assert {each["source_id"] for each in await items(http_mine, "search?q=hail")} == {str(mine.message_id)}
        assert {each["source_id"] for each in await items(http, "search?q=hail")} == {str(theirs.message_id)}
        assert {each["source_id"] for each in await items(http, "insights")} == {str(theirs.message_id)}
        assert await items(http, f"insights?lead_id={lead.lead_id}") == []
        assert await items(http, f"insights?source_id={mine.message_id}") == []
        assert (await http.get(f"/api/v1/insights/{found[0]['id']}")).status_code == 404


async def test_each_role_sees_its_own(ai: Running, source: Sources, agency_id: UUID) -> None:
    ana, ben, team, elsewhere = new_id(), new_id(), new_id(), new_id()
    scopes: dict[str, dict[str, UUID | None]] = {
        "ana's": {"owner_id": ana, "team_id": team},
        "ben's": {"owner_id": ben, "team_id": elsewhere},
        "team's pool": {"owner_id": None, "team_id": team},
        "agency's pool": {"owner_id": None, "team_id": None},
    }
    sources: dict[str, str] = {}
    for name, scope in scopes.items():
        lead = lead_captured(email=None, **scope)
        await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
        said = email(f"{HAIL} Reference {name}", person_id=lead.person_id, lead_id=lead.lead_id, sender=None)
        await source("comms").publish(agency_id, said)
        sources[str(said.message_id)] = name
        await read(ai, agency_id, said.message_id)
    stranger = email(f"{HAIL} From a stranger", sender="who@example.com")
    unheard_of = email(f"{HAIL} Of somebody whose news is on its way", person_id=new_id(), sender=None)
    for name, said in {"stranger's": stranger, "unheard of": unheard_of}.items():
        await source("comms").publish(agency_id, said)
        sources[str(said.message_id)] = name
        await read(ai, agency_id, said.message_id)
    await ai.wait_until_caught_up()

    everything = set(sources.values())
    for role, user_id, teams, sees in (
        (Role.OWNER, new_id(), [], everything),
        (Role.AUDITOR, new_id(), [], everything),
        (Role.AGENT, ana, [team], {"ana's", "team's pool", "agency's pool", "stranger's"}),
        (Role.AGENT, ben, [], {"ben's", "agency's pool", "stranger's"}),
        (Role.MANAGER, new_id(), [team], {"ana's", "team's pool", "agency's pool", "stranger's"}),
        (Role.VIEWER, new_id(), [elsewhere], {"ben's", "agency's pool", "stranger's"}),
    ):
        async with ai.client(agency_id, role=role, user_id=user_id, team_ids=teams) as http:
            found = await items(http, "insights?kind=intent")
            assert {sources[each["source_id"]] for each in found} == sees, role
            hits = await items(http, "search?q=hail+damaged+our+roof&limit=50")
            assert {sources[hit["source_id"]] for hit in hits} == sees, role
            for hidden in (each for each in await _all(ai, agency_id) if sources[each["source_id"]] not in sees):
                assert (await http.get(f"/api/v1/insights/{hidden['id']}")).status_code == 404


async def _all(ai: Running, agency_id: UUID) -> list[dict[str, Any]]:
    async with ai.client(agency_id) as http:
        return list(await items(http, "insights?limit=200"))


async def test_others_hits_take_no_place(ai: Running, source: Sources, agency_id: UUID) -> None:
    """An agent with one lead finds it, however many better matches belong to others."""
    ana, ben = new_id(), new_id()
    theirs = lead_captured(owner_id=ben, email=None)
    hers = lead_captured(owner_id=ana, email=None)
    for lead in (theirs, hers):
        await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    many = "\n\n".join(f"Hail has damaged our roof, case {number}." for number in range(400))
    long = email(many, person_id=theirs.person_id, sender=None)
    short = email("We had a storm; some damage to a house.", person_id=hers.person_id, sender=None)
    for said in (long, short):
        await source("comms").publish(agency_id, said)
        await read(ai, agency_id, said.message_id)
    await ai.wait_until_caught_up()
    async with ai.client(agency_id, role=Role.AGENT, user_id=ana) as http:
        assert [hit["source_id"] for hit in await items(http, "search?q=hail+has+damaged+our+roof")] == [
            str(short.message_id)
        ]


async def test_what_was_read_goes_with_a_share(ai: Running, source: Sources, agency_id: UUID) -> None:
    ana, ben = new_id(), new_id()
    lead = lead_captured(owner_id=ana, email=None)
    said = email("Please send me a quote. Hail has damaged our roof.", person_id=lead.person_id, sender=None)
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await source("comms").publish(agency_id, said)
    await read(ai, agency_id, said.message_id)
    told: dict[str, UUID] = {"lead_id": lead.lead_id, "person_id": lead.person_id, "user_id": ben}
    async with ai.client(agency_id, role=Role.AGENT, user_id=ben) as http:
        for event, sees in ((LeadShared(**told), True), (LeadUnshared(**told), False)):
            await ai.given(agency_id, event)
            await ai.wait_until_caught_up()
            assert bool(await items(http, "insights")) is sees
            assert bool(await items(http, "search?q=hail+damaged+our+roof")) is sees


@pytest.mark.parametrize("order", ["leads first", "comms first", "clients first", "mixed"])
async def test_any_order_ends_alike(ai: Running, source: Sources, agency_id: UUID, order: str) -> None:
    ana, ben, client_id = new_id(), new_id(), new_id()
    lead = lead_captured(owner_id=ana, email=f"{new_id()}@example.com")
    assigned = LeadAssigned(lead_id=lead.lead_id, person_id=lead.person_id, owner_id=ben, team_id=None)
    common = {"person_id": lead.person_id, "client_id": client_id, "owner_id": ben}
    converted = LeadConverted(
        lead_id=lead.lead_id, name=lead.name, source="x", captured_at=SAID_AT, converted_at=SAID_AT, **common
    )
    onboarded = ClientOnboarded(
        lead_id=lead.lead_id, name=PersonName(given="María", family="Delgado"), onboarded_at=SAID_AT, **common
    )
    back = ClientAssigned(client_id=client_id, person_id=lead.person_id, owner_id=ana, team_id=None)
    of_nobody, of_her = email(sender=lead.email), call(lead)
    by_service: dict[str, list[Event]] = {
        "leads": [lead, assigned, converted],
        "clients": [onboarded, back],
        "comms": [of_nobody, of_her],
    }
    orders = {
        "leads first": ["leads", "clients", "comms"],
        "comms first": ["comms", "leads", "clients"],
        "clients first": ["clients", "comms", "leads"],
    }
    if order == "mixed":
        mixed: list[tuple[str, Event]] = [
            ("comms", of_nobody), ("leads", lead), ("clients", onboarded), ("leads", assigned), ("comms", of_her),
            ("clients", back), ("leads", converted),
        ]  # fmt: skip
        for name, event in mixed:
            await source(name).publish(agency_id, event)
            await ai.wait_until_caught_up()
    else:
        for name in orders[order]:
            for event in by_service[name]:
                await source(name).publish(agency_id, event)
            await ai.wait_until_caught_up()
    await read(ai, agency_id, of_nobody.message_id)
    await read(ai, agency_id, of_her.call_id)
    await ai.wait_until_caught_up()
    wanted = {str(of_nobody.message_id), str(of_her.call_id)}
    async with ai.client(agency_id, role=Role.AGENT, user_id=ana) as http:
        for path in (
            f"insights?lead_id={lead.lead_id}",
            f"insights?client_id={client_id}",
            f"insights?person_id={lead.person_id}",
        ):
            found = await items(http, path)
            assert {each["source_id"] for each in found} == wanted
            assert {(each["person_id"], each["lead_id"], each["client_id"]) for each in found} == {
                (str(lead.person_id), str(lead.lead_id), str(client_id))
            }
        (hit,) = [
            hit for hit in await items(http, "search?q=hail+roof") if hit["source_id"] == str(of_nobody.message_id)
        ]
        assert (hit["person_id"], hit["person_name"]) == (str(lead.person_id), "María Delgado")
    async with ai.client(agency_id, role=Role.AGENT, user_id=ben) as http:
        assert await items(http, "insights") == []
        assert await items(http, "search?q=hail+roof") == []


async def test_spans_are_exact_in_any_text(ai: Running, source: Sources, agency_id: UUID) -> None:
    text = "Hi 👋🏽 Jürgen 𝔊 here.\r\n\r\nI currently have Lemonade for my renters insurance, it’s $19 a month 🙂 and it’s up on 4/30.\r\n"
    said = email(text, "Re: 🏠 \u202eodd", sender=None)
    await source("comms").publish(agency_id, said)
    assert await read(ai, agency_id, said.message_id) == "read"
    async with ai.client(agency_id) as http:
        found = await items(http, "insights")
        assert {each["kind"] for each in found} == {"current_carrier", "line_of_business", "premium", "x_date"}
        for each in found:
            assert text[each["start"] : each["end"]] == each["quote"]
        hits = await items(http, "search?q=renters+insurance")
        assert hits
        for hit in hits:
            assert text[hit["start"] : hit["end"]] == hit["text"]


async def test_tomorrow_is_the_agency_s(ai: Running, source: Sources, agency_id: UUID) -> None:
    await source("identity").publish(
        agency_id, AgencyRegistered(agency_id=agency_id, name="Garden", time_zone="America/Los_Angeles", currency="USD")
    )
    await ai.wait_until_caught_up()
    evening_there = datetime(2026, 3, 17, 2, tzinfo=UTC)
    said = call(lead_captured(), "Customer: Please call me back tomorrow.", started_at=evening_there)
    await source("comms").publish(agency_id, said)
    await read(ai, agency_id, said.call_id)
    async with ai.client(agency_id) as http:
        (step,) = await items(http, f"insights?source_id={said.call_id}")
        assert step["value"] == "call_back 2026-03-17"


async def test_bad_questions_are_named(ai: Running, agency_id: UUID) -> None:
    async with ai.client(agency_id) as http:
        for path, pointer in {
            "insights?kind=gossip": "query:kind/0",
            "insights?lead_id=7": "query:lead_id",
            "insights?limit=0": "query:limit",
            "insights?cursor=abc": "query:cursor",
            "search?q=a&limit=51": "query:limit",
        }.items():
            answer = await http.get(f"/api/v1/{path}")
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
        assert (await http.get(f"/api/v1/insights/{new_id()}")).status_code == 404
        assert (await http.get("/api/v1/insights/7")).status_code == 404


async def test_a_call_without_words_is_no_work(ai: Running, source: Sources, agency_id: UUID) -> None:
    said, after = call(lead_captured(), None, notes="  "), call(lead_captured())
    await source("comms").publish(agency_id, said)
    await source("comms").publish(agency_id, after)
    await read(ai, agency_id, after.call_id)
    async with ai.service.database.transaction(agency_id) as session:
        assert (await session.execute(select(communications.c.source_id))).scalars().all() == [after.call_id]


async def test_every_kind_has_words() -> None:
    assert set(LABELS) == set(InsightKind)


async def test_what_was_read_of_either_is_one_person_s_until_they_are_two(
    ai: Running, source: Sources, agency_id: UUID
) -> None:
    mine, theirs = new_id(), new_id()
    ann, anne = (
        lead_captured(owner_id=mine, email="a@example.com"),
        lead_captured(owner_id=theirs, email="b@example.com"),
    )
    for lead in (ann, anne):
        await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    said = call(anne)
    await source("comms").publish(agency_id, said)
    assert await read(ai, agency_id, said.call_id) == "read"
    ids: dict[str, Any] = {"merge_id": new_id(), "lead_id": anne.lead_id, "person_id": anne.person_id}
    of_ann = f"insights?lead_id={ann.lead_id}"
    async with (
        ai.client(agency_id, role=Role.AGENT, user_id=mine) as me,
        ai.client(agency_id, role=Role.AGENT, user_id=theirs) as they,
    ):
        await ai.wait_until_caught_up()
        found = await items(they, "insights")
        assert (len(found) > 0, await items(me, of_ann)) == (True, [])
        merged = LeadMergedInto(**ids, into_lead_id=ann.lead_id, into_person_id=ann.person_id)
        await source("leads").publish(agency_id, merged, stream_id=anne.lead_id)
        await ai.wait_until_caught_up()
        shown = await items(me, of_ann)
        assert [each["id"] for each in shown] == [each["id"] for each in found]
        assert {(each["person_id"], each["lead_id"]) for each in shown} == {(str(ann.person_id), str(ann.lead_id))}
        assert await items(they, "insights") == []
        assert await items(me, f"insights?person_id={ann.person_id}") == shown
        unmerged = LeadUnmerged(**ids, from_lead_id=ann.lead_id, from_person_id=ann.person_id)
        await source("leads").publish(agency_id, unmerged, stream_id=anne.lead_id)
        await ai.wait_until_caught_up()
        assert await items(me, of_ann) == []
        assert await items(they, "insights") == found
