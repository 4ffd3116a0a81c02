"""Leads who live together: one household, seen by each as far as they see its leads, and called once."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from gardenos_chassis.errors import Conflict
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Event
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.lead_assignment import AssignmentRule, Seat
from gardenos_contracts.lead_households import (
    LeadJoinedHousehold,
    LeadLeftHousehold,
    LeadRelationshipChanged,
    Relationship,
)
from gardenos_contracts.leads import LeadCaptured, PersonForgotten
from gardenos_contracts.values import Direction, PersonName, Role
from gardenos_leads.assigning.domain import Agent, Asked, Backlog, Given, Load, Staff, decide
from gardenos_leads.assigning.tables import lead_backlog
from gardenos_leads.duplicates.merging import merge
from gardenos_leads.households.addresses import plain_street, same_address
from gardenos_leads.households.domain import join, leave, relate
from gardenos_leads.lead import Lead, evolve
from gardenos_leads.tables import leads as lead_table
from rules_in_force import in_force, rule, seats, waits

NOON = datetime(2026, 11, 30, 17, tzinfo=UTC)
ANN, BEN = UUID(int=1), UUID(int=2)
EAST, WEST = UUID(int=100), UUID(int=101)
HERE, THERE = UUID(int=200), UUID(int=201)
SPOUSE, CHILD = Relationship.SPOUSE, Relationship.CHILD


def captured(**said: Any) -> Lead:
    event = LeadCaptured(
        lead_id=new_id(), person_id=new_id(), name=PersonName(given="Maria", family="Rivera"), source="web", **said,
        captured_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    return evolve(None, event)


def after(lead: Lead, events: Any) -> Lead:
    for event in events:
        lead = evolve(lead, event)
    return lead


def kinds(events: Any) -> list[type[Event]]:
    return [type(event) for event in events]


def test_a_lead_is_of_one_household_at_most() -> None:
    lead = captured()
    for alone in (leave(lead), relate(lead, SPOUSE)):
        with pytest.raises(Conflict):
            list(alone)
    lead = after(lead, join(lead, HERE, SPOUSE))
    assert list(join(lead, HERE)) == [], "what they are in it stays where it is not said"
    assert kinds(join(lead, HERE, CHILD)) == kinds(relate(lead, CHILD)) == [LeadRelationshipChanged]
    assert kinds(join(lead, THERE)) == [LeadLeftHousehold, LeadJoinedHousehold]
    moved = after(lead, join(lead, THERE))
    assert moved.household is not None
    assert (moved.household.household_id, moved.household.relationship) == (THERE, None)
    assert after(moved, leave(moved)).household is None
    forgotten = evolve(lead, PersonForgotten(lead_id=lead.lead_id, person_id=lead.person_id))
    assert forgotten.household is None
    with pytest.raises(Conflict):
        list(join(forgotten, HERE))


def test_who_was_of_no_household_is_of_that_of_the_lead_merged_into_it() -> None:
    lead, other = captured(), captured()
    other = after(other, join(other, HERE, SPOUSE))
    told = merge(lead, other, {}, merge_id=new_id())
    assert kinds(told.of_lead)[-1] is LeadJoinedHousehold
    lead = after(lead, join(lead, THERE))
    assert not {LeadJoinedHousehold, LeadLeftHousehold} & {*kinds(merge(lead, other, {}, merge_id=new_id()).of_lead)}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("12 Oak Street", "12 oak st.", True),
        ("12 North Oak Avenue, Apt. 4", "12 N Oak Ave #4", True),
        ("12 Oak St Unit 4", "12 Oak St Apt # 4", True),
        ("12 Oak St Apt 4", "12 Oak St", False),
        ("12 Oak St", "14 Oak St", False),
        ("Oak St", "Oak St", False),
        (None, None, False),
    ],
)
def test_an_address_is_one_however_it_is_written(one: str | None, other: str | None, same: bool) -> None:
    assert same_address(one, "78701", other, "78701-1234") is same
    assert not same_address(one, "78701", other, "78702")
    assert not same_address(one, None, other, None)
    assert plain_street("") is None


def test_a_rule_gives_a_lead_to_whoever_has_its_household() -> None:
    def given(lead: Asked, *agents: Agent, **said: Any) -> tuple[UUID | None, bool] | None:
        by = AssignmentRule(rule_id=UUID(int=9), name="In turns", seats=(Seat(user_id=BEN),), **said)
        decided = decide([by], lead, NOON, Staff.of(agents), Load())
        return (decided.user_id, decided.with_household) if isinstance(decided, Given) else None

    def agent(user_id: UUID, **said: Any) -> Agent:
        return Agent(user_id=user_id, **{"team_ids": frozenset({EAST})} | said)

    lead = Asked(lead_id=new_id(), since=NOON, household_id=HERE, household_owner_id=ANN)
    assert given(lead, agent(ANN), agent(BEN)) == (ANN, True), "whosever turn it is"
    assert given(lead, agent(ANN), agent(BEN), by="claim") == (ANN, True), "and where others have to claim"
    assert given(lead, agent(ANN, active=False), agent(BEN)) == (BEN, False)
    away = ((NOON, NOON.replace(hour=20)),)
    assert given(lead, agent(ANN, away=away), agent(BEN)) == (BEN, False)
    assert given(lead, agent(ANN), agent(BEN), licensed=True) is None, "nobody sells what they may not"
    assert given(lead, agent(ANN), agent(BEN), team_id=EAST) == (ANN, True)
    assert given(lead, agent(ANN), agent(BEN), team_id=WEST) == (BEN, False), "not into a team that they are not in"


def test_two_of_one_household_that_wait_go_to_one() -> None:
    by = AssignmentRule(
        rule_id=UUID(int=9), name="In turns", seats=(Seat(user_id=ANN), Seat(user_id=BEN)), most_a_day=1
    )
    backlog = Backlog([by], "UTC")
    for state in ("TX", "OK", None):
        backlog.add(Asked(lead_id=new_id(), since=NOON, state=state, household_id=HERE), NOON)
    backlog.add(Asked(lead_id=new_id(), since=NOON), NOON)
    staff = Staff.of([Agent(user_id=ANN), Agent(user_id=BEN)])
    drained = list(backlog.drain(NOON, staff, Load()))
    together = [each.user_id for each in drained if each.asked.household_id == HERE]
    assert len(set(together)) == 1
    assert len(together) == 3, "no cap parts them"
    assert len({each.user_id for each in drained}) == 2, "and it was one turn"


# By HTTP, on PostgreSQL and Kafka.

MARIA: dict[str, Any] = {
    "name": {"given": "Maria", "family": "Rivera"},
    "street": "12 Oak Street",
    "city": "Austin",
    "postal_code": "78701",
}
DAN: dict[str, Any] = MARIA | {"name": {"given": "Dan", "family": "Rivera"}, "street": "12 oak st"}
LIA: dict[str, Any] = {"name": {"given": "Lia", "family": "Okafor"}, "phone": "512-555-0142"}


async def made(http: httpx.AsyncClient, details: dict[str, Any], **said: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/leads", json={"if_known": "anyway"} | details | said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def at(lead: dict[str, Any], rest: str = "/household") -> str:
    return f"/api/v1/leads/{lead['id']}{rest}"


async def same(http: httpx.AsyncClient, lead: dict[str, Any], *others: dict[str, Any], **said: Any) -> dict[str, Any]:
    answer = await http.post(at(lead), json={"other_ids": [other["id"] for other in others]} | said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def household(http: httpx.AsyncClient, lead: dict[str, Any]) -> tuple[str | None, list[str]]:
    answer = await http.get(at(lead))
    assert answer.status_code == 200, answer.text
    return answer.json()["name"], [member["display_name"] for member in answer.json()["members"]]


async def suggested(http: httpx.AsyncClient, lead: dict[str, Any]) -> dict[str, list[str]]:
    answer = await http.get(at(lead, "/household/suggestions"))
    assert answer.status_code == 200, answer.text
    return {each["display_name"]: each["reasons"] for each in answer.json()["items"]}


async def listed(http: httpx.AsyncClient, op: str, value: str | None = None) -> set[str]:
    asked = {"field": "household", "op": op} | ({} if value is None else {"value": value})
    answer = await http.get("/api/v1/leads", params={"filter": json.dumps({"all": [asked]})})
    assert answer.status_code == 200, answer.text
    return {each["name"]["given"] for each in answer.json()["items"]}


async def test_a_household_is_suggested_formed_changed_and_left(leads: Running, parts: Parts, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        maria, dan = await made(http, MARIA, phone="512-555-0142"), await made(http, DAN)
        lia, bo = await made(http, LIA), await made(http, MARIA | {"name": {"given": "Bo", "family": "Rivers"}})
        twin = await made(http, MARIA | {"street": "12 Oak St."})
        assert await suggested(http, maria) == {"Lia Okafor": ["phone"], "Dan Rivera": ["address"]}, (
            "nobody of another surname at the address, and nobody who may be the same person"
        )
        assert await household(http, maria) == (None, [])
        told = await same(http, maria, dan, relationship="spouse")
        assert (told["name"], [each["relationship"] for each in told["members"]]) == (
            "Rivera household",
            [None, "spouse"],
        )
        said = await http.put(at(maria, "/household/relationship"), json={"relationship": "named_insured"})
        assert said.status_code == 200, said.text
        assert await suggested(http, maria) == {"Lia Okafor": ["phone"]}
        apart = await http.post(at(lia, "/household/apart"), json={"other_id": maria["id"]})
        assert apart.status_code == 200, apart.text
        assert await suggested(http, maria) == await suggested(http, lia) == {}
        # Whoever was told apart may be told together all the same; and whoever joins leaves what they were of.
        await same(http, lia, bo)
        assert (await same(http, dan, lia))["name"] == "Okafor–Rivera household"
        assert await household(http, bo) == (None, []), "a household of one is none"
        assert await household(http, lia) == ("Okafor–Rivera household", ["Lia Okafor", "Maria Rivera", "Dan Rivera"])
        assert (await http.get(at(dan, ""))).json()["household"] == "Okafor–Rivera household"
        assert await listed(http, "is_not_empty") == {"Maria", "Dan", "Lia"}
        assert await listed(http, "is_empty") == {"Bo", "Maria"}
        assert (await http.put(at(lia, "/stage"), json={"stage": "lost", "reason": "Moved"})).status_code == 200
        assert await listed(http, "is", "several_open") == {"Maria", "Dan", "Lia"}
        assert (await http.delete(at(dan, ""))).status_code == 200
        assert await listed(http, "is", "several_open") == set(), "one of the two is lost, the third removed"
        assert await listed(http, "is_not", "several_open") == {"Maria", "Lia", "Bo"}
        assert await household(http, lia) == ("Okafor–Rivera household", ["Lia Okafor", "Maria Rivera"])
        assert (await http.post(at(dan, "/restore"))).status_code == 200
        assert (await household(http, lia))[1] == ["Lia Okafor", "Maria Rivera", "Dan Rivera"], "as it was"
        between = datetime.now(UTC)
        assert (await http.delete(at(dan))).status_code == 204
        assert (await http.delete(at(dan))).status_code == 409
        assert (await http.put(at(dan, "/household/relationship"), json={"relationship": None})).status_code == 409
        titles = [entry["title"] for entry in (await http.get(at(dan, "/history"))).json()["items"]]
        assert titles[0] == "Left its household"
        assert "Joined a household" in titles
        then = (await http.get(at(dan, "/as-of"), params={"at": between.isoformat()})).json()
        assert then["state"]["household"] == "Spouse or partner"
        back = await http.post(at(dan, "/history/restore"), json={"field": "household", "version": 2})
        assert back.status_code == 409
        for wrong, status in (
            ({"other_ids": [maria["id"]]}, 422), ({"other_ids": []}, 422), ({"other_ids": [str(new_id())]}, 404),
            ({"other_ids": [str(new_id()) for _ in range(11)]}, 422), ({"other_ids": [dan["id"]], "relationship": "x"}, 422),
        ):  # fmt: skip
            assert (await http.post(at(maria), json=wrong)).status_code == status, wrong
        assert (await http.post(at(maria, "/household/apart"), json={"other_id": maria["id"]})).status_code == 422
        assert twin["household"] is None
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_whom_somebody_does_not_see_they_neither_name_nor_count(leads: Running, agency_id: UUID) -> None:
    ann, ben = new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben)
    async with (
        leads.client(agency_id) as owner,
        leads.client(agency_id, role=Role.AGENT, user_id=ann) as ann_s,
        leads.client(agency_id, role=Role.AGENT, user_id=ben) as ben_s,
        leads.client(agency_id, role=Role.AUDITOR) as auditor,
    ):
        maria, dan, lia = [
            await made(owner, who, owner_id=str(whose), x_date="2027-03-15")
            for who, whose in ((MARIA, ann), (DAN, ben), (LIA, ben))
        ]
        assert await suggested(owner, maria) == {"Dan Rivera": ["address"]}
        assert await suggested(ann_s, maria) == {}
        for rest, said in (
            ("/household", lambda id: {"other_ids": [id]}),
            ("/household/apart", lambda id: {"other_id": id}),
        ):
            hidden, none = [await ann_s.post(at(maria, rest), json=said(id)) for id in (dan["id"], str(new_id()))]
            assert hidden.status_code == none.status_code == 404
            assert hidden.json()["detail"] == none.json()["detail"]
        await same(owner, maria, dan, lia)
        assert await household(ann_s, maria) == (None, [])
        assert (await ann_s.get(at(maria, ""))).json()["household"] is None
        assert await listed(ann_s, "is_not_empty") == await listed(ann_s, "is", "several_open") == set()
        assert await household(ben_s, dan) == ("Okafor–Rivera household", ["Dan Rivera", "Lia Okafor"])
        assert await listed(ben_s, "is", "several_open") == {"Dan", "Lia"}
        assert (await ann_s.get(at(dan))).status_code == 404
        assert (await ann_s.get(at(dan, "/household/suggestions"))).status_code == 404
        assert (await ann_s.delete(at(dan))).status_code == 404
        # Who reads everything sees it whole, and changes nothing.
        assert len((await household(auditor, maria))[1]) == 3
        assert (await auditor.post(at(maria), json={"other_ids": [dan["id"]]})).status_code == 403
        # Shared with Ann, Dan is one whom she sees.
        assert (await owner.put(at(dan, f"/shares/{ann}"))).status_code == 200

        async def ann_sees_him() -> bool:
            return await household(ann_s, maria) == ("Rivera household", ["Maria Rivera", "Dan Rivera"])

        await eventually(ann_sees_him, what="what is shared is seen")


async def test_what_one_asked_for_is_said_of_them_alone(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        maria, dan = await made(http, MARIA, x_date="2027-06-01", current_carrier="Geico"), await made(http, DAN)
        assert (await http.put(at(dan, "/x-dates/home"), json={"x_date": "2027-03-15"})).status_code == 204
        await same(http, maria, dan)
        call = CallLogged(
            call_id=new_id(), thread_id=new_id(), person_id=UUID(dan["person_id"]), lead_id=UUID(dan["id"]), client_id=None,
            user_id=new_id(), direction=Direction.OUTBOUND, started_at=datetime.now(UTC), duration_seconds=9,
            disposition=Disposition.DO_NOT_CALL,
        )  # fmt: skip
        await leads.given(agency_id, call)
        await leads.wait_until_caught_up()
        members = (await http.get(at(maria))).json()["members"]
        assert [member["do_not_call_at"] is not None for member in members] == [False, True]
        assert (await http.get(at(maria, ""))).json()["do_not_call_at"] is None
        assert [[(each["x_date"], each["carrier"]) for each in member["x_dates"]] for member in members] == [
            [("2027-06-01", "Geico")], [("2027-03-15", None)],
        ]  # fmt: skip


async def test_a_possible_duplicate_may_be_of_the_household(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        maria, dan = await made(http, MARIA), await made(http, DAN)
        said = {"lead_id": maria["id"], "other_id": dan["id"], "verdict": "same_household"}
        answer = await http.post("/api/v1/leads/duplicates/verdicts", json=said)
        assert answer.status_code == 200, answer.text
        assert await household(http, dan) == ("Rivera household", ["Dan Rivera", "Maria Rivera"])
        told = [event for event in await leads.events(agency_id) if event.type == "leads.LeadsToldApart.v1"]
        assert [event.data.verdict for event in told] == ["same_household"]  # type: ignore[attr-defined]


async def test_of_two_that_are_one_the_household_goes_on_and_comes_back(
    leads: Running, parts: Parts, agency_id: UUID
) -> None:
    async with leads.client(agency_id) as http:
        maria, dan, danny = [
            await made(http, who) for who in (MARIA, DAN, DAN | {"name": {"given": "Danny", "family": "Rivera"}})
        ]
        await same(http, maria, danny, relationship="spouse")
        merged = await http.post(at(dan, "/merge"), json={"other_id": danny["id"]})
        assert merged.status_code == 200, merged.text
        assert await household(http, maria) == ("Rivera household", ["Maria Rivera", "Dan Rivera"])
        (merge,) = (await http.get(at(dan, "/merges"))).json()["items"]
        undone = await http.post(at(dan, f"/merges/{merge['id']}/undo"))
        assert undone.status_code == 200, undone.text
        assert await household(http, maria) == ("Rivera household", ["Maria Rivera", "Danny Rivera"])
        assert await household(http, dan) == (None, [])
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_of_somebody_forgotten_it_is_not_known_with_whom_they_lived(
    leads: Running, parts: Parts, agency_id: UUID
) -> None:
    marker = uuid4().hex
    async with leads.client(agency_id) as http:
        maria, dan = await made(http, MARIA), await made(http, DAN | {"name": {"given": "Dan", "family": marker}})
        await same(http, maria, dan, relationship="spouse")
        assert "public.leads.family_name" in await places_of(marker, parts, "gardenos_leads")
        assert (await http.post(at(dan, "/forget"))).status_code == 200
        assert await places_of(marker, parts, "gardenos_leads") == []
        assert await household(http, maria) == await household(http, dan) == (None, [])
    (of_dan,) = [row for row in await leads.rows(agency_id, lead_table) if row["id"] == UUID(dan["id"])]
    assert (of_dan["household_id"], of_dan["relationship"]) == (None, None)
    told = [each.data for each in await leads.events(agency_id) if isinstance(each.data, LeadJoinedHousehold)]
    assert [each.relationship for each in told if each.lead_id == UUID(dan["id"])] == [None]
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_a_new_member_is_captured_with_whom_they_live(leads: Running, agency_id: UUID) -> None:
    ann = new_id()
    await leads.colleagues(agency_id, ann)
    async with leads.client(agency_id) as http:
        maria = await made(http, MARIA, phone="512-555-0142", owner_id=str(ann))
        said = DAN | {"phone": "512-555-0142"}
        assert (await http.post("/api/v1/leads", json=said)).status_code == 409
        member = said | {"lives_with_id": maria["id"], "relationship": "child"}
        answer = await http.post("/api/v1/leads", json=member, headers={"Idempotency-Key": "one"})
        assert answer.status_code == 201, answer.text
        dan = answer.json()
        assert (dan["owner_id"], dan["household"]) == (str(ann), "Rivera household")
        again = await http.post("/api/v1/leads", json=member, headers={"Idempotency-Key": "one"})
        assert again.json()["id"] == dan["id"]
        assert await household(http, maria) == ("Rivera household", ["Maria Rivera", "Dan Rivera"])
        stranger = await http.post("/api/v1/leads", json=DAN | {"lives_with_id": str(new_id())})
        assert stranger.status_code == 404
        alone = await http.post("/api/v1/leads", json=DAN | {"relationship": "child"})
        assert alone.status_code == 422
    async with leads.client(agency_id, role=Role.AGENT, user_id=new_id()) as other:
        hidden = await other.post("/api/v1/leads", json=member)
        assert hidden.status_code == 404, "of a lead that they do not see nobody learns anything"


async def test_one_household_is_called_once(leads: Running, agency_id: UUID) -> None:
    ann, ben, cal = new_id(), new_id(), new_id()
    await leads.colleagues(agency_id, ann, ben, cal)
    async with leads.client(agency_id) as http:
        await in_force(http, rule(seats=seats([ben], most_open=0)))
        maria = await made(http, MARIA, owner_id=str(ann))
        dan = await made(http, DAN, owner_id=None)
        lia = await made(http, LIA, owner_id=None)
        await waits(leads, agency_id, 2)
        await same(http, maria, dan)
        await waits(leads, agency_id, 1)
        assert (await http.get(at(dan, ""))).json()["owner_id"] == str(ann)
        titles = [entry["title"] for entry in (await http.get(at(dan, "/history"))).json()["items"]]
        assert titles[0] == "Assigned with its household by the rule “Everything”"
        (left,) = await leads.rows(agency_id, lead_backlog)
        assert left["lead_id"] == UUID(lia["id"])
        # A lost one is nobody's: their household may be called by somebody else.
        await in_force(http, rule(seats=seats([cal])))
        await waits(leads, agency_id, 0)
        assert (await http.get(at(lia, ""))).json()["owner_id"] == str(cal)
