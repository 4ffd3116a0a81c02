"""What lists of leads are narrowed by, as people do it: fields of one's own, tags, filters, one search box, saved views."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_chassis.testing.sources import Source
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.identity import AgencyRegistered
from gardenos_contracts.values import Direction, Role


async def made(http: httpx.AsyncClient, given: str, family: str = "Lead", **fields: Any) -> dict[str, Any]:
    answer = await http.post(
        "/api/v1/leads", json={"name": {"given": given, "family": family}, "if_known": "anyway", **fields}
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def found(http: httpx.AsyncClient, filter: Any = None, **query: Any) -> list[str]:
    """The given names of the leads on the list, and that as many are counted."""
    asked = query if filter is None else query | {"filter": json.dumps(filter)}
    answer = await http.get("/api/v1/leads", params=asked)
    assert answer.status_code == 200, answer.text
    counted = await http.get(
        "/api/v1/leads/count", params={k: v for k, v in asked.items() if k not in ("sort", "limit")}
    )
    names = [lead["name"]["given"] for lead in answer.json()["items"]]
    assert counted.json() == {"count": len(names), "more": False}
    return names


def only(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"all": [{"field": field, "op": op} | ({} if value is None else {"value": value})]}


async def defined(http: httpx.AsyncClient, label: str, kind: str, **more: Any) -> str:
    answer = await http.post("/api/v1/leads/fields", json={"label": label, "kind": kind, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["key"])


async def fill(http: httpx.AsyncClient, lead: dict[str, Any], **values: Any) -> dict[str, Any]:
    answer = await http.patch(f"/api/v1/leads/{lead['id']}/fields", json={"values": values})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_fields_of_an_agencys_own(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        keys = {
            kind: await defined(
                http, f"The {kind}", kind, **({"options": ["tile", "metal"]} if kind == "choice" else {})
            )
            for kind in ("text", "number", "date", "money", "choice", "yes_no")
        }
        assert keys["yes_no"] == "the_yes_no"
        lead = await made(http, "Anna")
        filled = await fill(
            http, lead, the_text=" blue ", the_number="1,200.5", the_date="3/15/2027", the_money=125000, the_choice="tile", the_yes_no=False
        )  # fmt: skip
        assert filled["fields"] == {
            "the_text": "blue", "the_number": 1200.5, "the_date": "2027-03-15", "the_money": 125000, "the_choice": "tile",
            "the_yes_no": False,
        }  # fmt: skip
        emptied = await fill(http, lead, the_text=None, the_yes_no=True)
        assert "the_text" not in emptied["fields"]
        assert emptied["fields"]["the_yes_no"] is True
        same = await fill(http, lead, the_yes_no=True)
        assert same["version"] == emptied["version"], "nothing differs, nothing happens"
        entries = (await http.get(f"/api/v1/leads/{lead['id']}/history")).json()["items"]
        assert entries[0]["title"] == "Fields changed"
        assert {"field": "fields.the_text", "old": "blue", "new": None} in entries[0]["changes"]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"age": "old"}, "/values/age"),
        ({"age": True}, "/values/age"),
        ({"age": 10**40}, "/values/age"),
        ({"age": 10**400}, "/values/age"),
        ({"roof": "straw"}, "/values/roof"),
        ({"other": 1}, "/values"),
        ({"roof": "a\0b"}, "/values/roof"),
    ],
)
async def test_a_value_that_is_none_of_its_field_is_refused(
    leads: Running, agency_id: UUID, values: dict[str, Any], pointer: str
) -> None:
    async with leads.client(agency_id) as http:
        await defined(http, "Age", "number")
        await defined(http, "Roof", "choice", options=["tile"])
        lead = await made(http, "Anna")
        answer = await http.patch(f"/api/v1/leads/{lead['id']}/fields", json={"values": values})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text


async def test_fields_are_for_those_to_define_who_settle_things(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as owner:
        key = await defined(owner, "Roof", "choice", options=["tile"])
        again = await owner.post("/api/v1/leads/fields", json={"label": "Roof", "kind": "text"})
        assert again.status_code == 409
        assert (await owner.post("/api/v1/leads/fields", json={"label": "x", "kind": "choice"})).status_code == 422
        assert (await owner.post("/api/v1/leads/fields", json={"label": "屋根", "kind": "text"})).status_code == 422
        path = f"/api/v1/leads/fields/{key}"
        changed = await owner.patch(path, json={"label": "Kind of roof", "options": ["tile", "metal"]})
        assert (changed.json()["label"], changed.json()["options"]) == ("Kind of roof", ["tile", "metal"])
        lead = await made(owner, "Anna")
        await fill(owner, lead, roof="metal")
        assert (await owner.patch(path, json={"retired": True})).json()["retired"] is True
        refused = await owner.patch(f"/api/v1/leads/{lead['id']}/fields", json={"values": {"roof": "tile"}})
        assert refused.status_code == 422
        assert await found(owner, only("fields.roof", "is", "metal")) == ["Anna"], "what is known stays"
        assert (await owner.patch("/api/v1/leads/fields/none", json={"label": "x"})).status_code == 404
    async with leads.client(agency_id, role=Role.AGENT) as agent:
        assert (await agent.post("/api/v1/leads/fields", json={"label": "x", "kind": "text"})).status_code == 403
        assert [field["key"] for field in (await agent.get("/api/v1/leads/fields")).json()["items"]] == ["roof"]


async def test_tags(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        anna, bert, _ = await made(http, "Anna"), await made(http, "Bert"), await made(http, "Cleo")
        path = f"/api/v1/leads/{anna['id']}/tags"
        assert (await http.patch(path, json={"add": ["VIP", " hot "]})).json()["tags"] == ["VIP", "hot"]
        assert (await http.patch(path, json={"add": ["cold"], "remove": ["hot"]})).json()["tags"] == ["VIP", "cold"]
        await http.patch(f"/api/v1/leads/{bert['id']}/tags", json={"add": ["cold", "Vienna"]})
        assert await found(http, only("tags", "has_any", ["VIP", "Vienna"])) == ["Bert", "Anna"]
        assert await found(http, only("tags", "has_all", ["cold", "VIP"])) == ["Anna"]
        assert await found(http, only("tags", "has_none", ["VIP"])) == ["Cleo", "Bert"]
        assert await found(http, only("tags", "is_empty")) == ["Cleo"]
        assert await found(http, only("tags", "is_not_empty")) == ["Bert", "Anna"]
        assert (await http.get("/api/v1/leads/tags")).json()["items"] == ["VIP", "Vienna", "cold"]
        assert (await http.get("/api/v1/leads/tags?q=Vi")).json()["items"] == ["Vienna"]
        assert (await http.patch(path, json={"add": ["a\0"]})).status_code == 422
        assert (await http.patch(path, json={"add": [f"t{n}" for n in range(100)]})).status_code == 422


async def test_every_kind_of_condition(leads: Running, source: Any, agency_id: UUID) -> None:
    now = datetime.now(UTC)
    async with leads.client(agency_id) as http:
        for label, kind in {"Age": "number", "Since": "date", "Pool": "yes_no", "Color": "text"}.items():
            await defined(http, label, kind)
        await defined(http, "Roof", "choice", options=["tile", "metal", "straw"])
        anna = await made(http, "Anna", "Muster", x_date=(now + timedelta(days=10)).date().isoformat(), state="TX",
                          email="anna@one.example", captured_at=(now - timedelta(days=40)).isoformat())  # fmt: skip
        bert = await made(http, "Bert", "Muster", current_carrier="State Farm", phone="(512) 555-0142",
                          captured_at=(now - timedelta(days=20)).isoformat())  # fmt: skip
        await made(http, "Cleo", "Muster", line_of_business="auto")
        await fill(http, anna, age=12, since="2020-05-01", pool=True, roof="tile", color="blue")
        await fill(http, bert, age=30, pool=False, roof="metal", color="brown")
        await http.put(f"/api/v1/leads/{bert['id']}/stage", json={"stage": "quoted"})
        call = CallLogged(
            call_id=new_id(), thread_id=new_id(), person_id=UUID(bert["person_id"]), lead_id=UUID(bert["id"]), user_id=new_id(),
            direction=Direction.OUTBOUND, started_at=now - timedelta(days=2), duration_seconds=60, disposition=Disposition.CONNECTED,
        )  # fmt: skip
        comms: Source = source("comms")
        await comms.publish(agency_id, call)
        await leads.wait_until_caught_up()
        for condition, expected in (
            (("stage", "is", ["quoted", "won"]), ["Bert"]),
            (("stage", "is_not", "quoted"), ["Cleo", "Anna"]),
            (("state", "is", "TX"), ["Anna"]),
            (("state", "is_not", ["TX"]), ["Cleo", "Bert"]),
            (("current_carrier", "begins_with", "State"), ["Bert"]),
            (("current_carrier", "is_empty"), ["Cleo", "Anna"]),
            (("line_of_business", "is_not_empty"), ["Cleo"]),
            (("email", "is", "Anna@one.example"), ["Anna"]),
            (("phone", "matches", "0142"), ["Bert"]),
            (("phone", "is_empty"), ["Cleo", "Anna"]),
            (("name", "matches", "muster ber"), ["Bert"]),
            (("owner_id", "is", str(new_id())), []),
            (("campaign_id", "is_empty"), ["Cleo", "Bert", "Anna"]),
            (("contact_attempts", "at_least", 1), ["Bert"]),
            (("contact_attempts", "between", [0, 0]), ["Cleo", "Anna"]),
            (("last_contacted_at", "in_last", 7), ["Bert"]),
            (("last_contacted_at", "not_in_last", 7), ["Cleo", "Anna"]),
            (("idle_since", "not_in_last", 7), ["Anna"]),
            (("captured_at", "before", "today-30d"), ["Anna"]),
            (("captured_at", "between", ["today-3w", "today-19d"]), ["Bert"]),
            (("captured_at", "on", "today"), ["Cleo"]),
            (("captured_at", "after", "today-1d"), ["Cleo"]),
            (("x_date", "in_next", 30), ["Anna"]),
            (("x_date", "is_empty"), ["Cleo", "Bert"]),
            (("fields.age", "above", 12), ["Bert"]),
            (("fields.age", "at_most", 12), ["Anna"]),
            (("fields.age", "is_not", 12), ["Cleo", "Bert"]),
            (("fields.age", "is_empty"), ["Cleo"]),
            (("fields.since", "before", "2021-01-01"), ["Anna"]),
            (("fields.since", "not_in_last", 30), ["Cleo", "Bert", "Anna"]),
            (("fields.pool", "is", False), ["Bert"]),
            (("fields.roof", "is", ["tile", "metal"]), ["Bert", "Anna"]),
            (("fields.roof", "is_not", ["tile"]), ["Cleo", "Bert"]),
            (("fields.color", "begins_with", "b"), ["Bert", "Anna"]),
        ):  # fmt: skip
            assert await found(http, only(*condition)) == expected, condition
        both: Any = {"all": [{"field": "fields.age", "op": "is_not_empty"},
                        {"any": [{"field": "state", "op": "is", "value": "TX"}, {"field": "stage", "op": "is", "value": "lost"}]}]}  # fmt: skip
        assert await found(http, both) == ["Anna"]
        assert await found(
            http, {"any": [*both["all"][1]["any"], {"field": "fields.age", "op": "above", "value": 20}]}
        ) == ["Bert", "Anna"]
        blue, old = ({"field": "fields.color", "op": "begins_with", "value": "blu"},
                     {"field": "fields.age", "op": "above", "value": 20})  # fmt: skip
        for sort in ("-captured_at", "-fields.age"):
            either: Any = {"all": [{"any": [blue, old]}, {"field": "stage", "op": "is_not", "value": "won"}]}
            assert await found(http, either, sort=sort) == ["Bert", "Anna"]
        deep: Any = {"all": [old, {"any": [{"field": "fields.pool", "op": "is", "value": True},
                                           {"all": [{"field": "x_date", "op": "is_empty"}, {"any": [old]}]}]}]}  # fmt: skip
        assert await found(http, deep) == ["Bert"]
        assert await found(http, {"any": [deep, blue]}) == ["Bert", "Anna"]
        assert await found(http, {"all": []}) == ["Cleo", "Bert", "Anna"]
        assert await found(http, {"any": []}, q="must", stage="new") == ["Cleo", "Anna"], "beside the other filters"


@pytest.mark.parametrize(
    ("filter", "says"),
    [
        ("{", "not JSON"),
        ("[]", "a group is"),
        ('{"all": 1}', "a list of conditions"),
        ('{"all": [1]}', "a condition is"),
        ('{"all": [{"field": "zeppelin", "op": "is"}]}', "known are"),
        ('{"all": [{"field": "stage", "op": "above", "value": 1}]}', "asked for by is"),
        ('{"all": [{"field": "stage", "op": "is", "value": "zeppelin"}]}', "one of new"),
        ('{"all": [{"field": "x_date", "op": "on", "value": "2027-02-30"}]}', "filter /all/0/value"),
        ('{"all": [{"field": "x_date", "op": "in_last", "value": 0}]}', "1 to 3660"),
        ('{"all": [{"field": "contact_attempts", "op": "is", "value": 1e300}]}', "15 digits"),
        ('{"all": [{"field": "source", "op": "is", "value": "a\\u0000"}]}', "a text of"),
        ('{"all": [' * 7 + "]}" * 7, "5 levels deep"),
        (json.dumps({"all": [{"field": "tags", "op": "is_empty"}] * 51}), "at most 50"),
        (json.dumps({"all": [{"field": "owner_id", "op": "is", "value": "me"}]}), "give an id"),
    ],
    ids=range(14),
)
async def test_a_filter_that_is_none_is_told_what_to_do(
    leads: Running, agency_id: UUID, filter: str, says: str
) -> None:
    async with leads.client(agency_id) as http:
        answer = await http.get("/api/v1/leads", params={"filter": filter})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query:filter"), answer.text
        assert says in answer.json()["detail"]


async def test_a_filter_shows_nothing_that_one_does_not_see(leads: Running, agency_id: UUID) -> None:
    me, team = new_id(), new_id()
    await leads.colleagues(agency_id, me, teams=[team])
    async with leads.client(agency_id) as owner:
        await defined(owner, "Age", "number")
        for name, owner_id in {"Hers": str(new_id()), "Mine": str(me)}.items():
            lead = await made(
                owner, name, **({"owner_id": owner_id} if owner_id == str(me) else {"birth_date": "1980-01-01"})
            )
            await fill(owner, lead, age=5)
            if name == "Hers":
                assert (
                    await owner.put(f"/api/v1/leads/{lead['id']}/owner", json={"owner_id": str(me)})
                ).status_code == 200
        everything = only("fields.age", "is", 5)
        assert await found(owner, everything) == ["Mine", "Hers"]
    async with leads.client(agency_id, role=Role.AGENT, user_id=new_id()) as agent:
        for query in ({}, {"q": "mine"}, {"sort": "fields.age"}):
            assert await found(agent, everything, **query) == []
    async with leads.client(agency_id, role=Role.VIEWER) as viewer:
        hidden = await viewer.get(
            "/api/v1/leads", params={"filter": json.dumps(only("birth_date", "before", "1990-01-01"))}
        )
        assert hidden.status_code == 403, "what is withheld is not found out by asking either"


async def test_days_begin_where_the_agency_is(leads: Running, source: Any, agency_id: UUID) -> None:
    identity: Source = source("identity")
    await identity.publish(
        agency_id, AgencyRegistered(agency_id=agency_id, name="Far out", time_zone="Pacific/Kiritimati", currency="USD")
    )
    await leads.wait_until_caught_up()
    async with leads.client(agency_id) as http:
        await made(http, "Eve", captured_at="2026-03-01T10:30:00Z")
        assert await found(http, only("captured_at", "on", "2026-03-02")) == ["Eve"], "it is the next day there by then"
        assert await found(http, only("captured_at", "on", "2026-03-01")) == []


async def test_pages_in_the_order_of_ones_own_field(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await defined(http, "Age", "number")
        for name, age in {"Anna": 3, "Bert": 1, "Cleo": None, "Dora": 2, "Emil": 2, "Fay": None}.items():
            await fill(http, await made(http, name), age=age)
        for sort, begins in {"fields.age": ["Bert"], "-fields.age": ["Anna"]}.items():
            whole = await found(http, sort=sort)
            assert whole[:1] == begins
            assert set(whole[4:]) == {"Cleo", "Fay"}, "without one, last either way"
            for limit in (1, 2, 4, 5):
                paged: list[str] = []
                cursor: dict[str, str] = {}
                while True:
                    page = (await http.get("/api/v1/leads", params={"sort": sort, "limit": limit, **cursor})).json()
                    paged += [lead["name"]["given"] for lead in page["items"]]
                    if page["next_cursor"] is None:
                        break
                    assert len(page["items"]) == limit
                    cursor = {"cursor": page["next_cursor"]}
                assert paged == whole, limit
        assert (await http.get("/api/v1/leads?sort=fields.none")).status_code == 422
        assert (await http.get("/api/v1/leads?sort=fields.age&cursor=abc")).status_code == 422


@pytest.mark.parametrize(
    ("q", "expected"),
    {
        "ma": ["María"], "delg": ["María"], "DELGADO-ÑUÑEZ": ["María"], "nunez maria": ["María"],
        "delgdo": ["María"], "dlegado": ["María"], "delgadoo": ["María"], "dalgado": ["María"], "marai delgdo": ["María"],
        "delxxdo": [], "xx": [], "!": [],
        "dlega": ["María"], "brein": ["Pat"], "delgod nuñze": ["María"], "marai obrien": [],
        "(512) 555-0142": ["María"], "+1 512 555 0142": ["María"], "5125550142": ["María"], "0142": ["María"],
        "555-0142": ["María"], "512555": ["María"], "512 55": ["María"], "0143": [],
        "maria.d@mail": ["María"], "mail.exa": ["María"], "d@mail": ["María"], "maria.d": ["María"], "obri": ["Pat"],
        "pat o'brien": ["Pat"], "pat.obrien": ["Pat"], "030 1234567": ["Pat"], "+49 30 1234567": ["Pat"],
    }.items(),
)  # fmt: skip
async def test_one_box_finds_whoever_is_meant(leads: Running, agency_id: UUID, q: str, expected: list[str]) -> None:
    async with leads.client(agency_id) as http:
        await made(http, "María", "Delgado Ñuñez", phone="512-555-0142", email="maria.d@mail.example")
        await made(http, "Pat", "O'Brien", email="obrien@else.example", phone="+49 30 1234567")
        assert await found(http, q=q) == expected


async def test_what_one_is_found_by_changes_and_is_forgotten(leads: Running, parts: Parts, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await defined(http, "Age", "number")
        lead = await made(http, "Maria", "Delgado")
        await fill(http, lead, age=4)
        await http.patch(f"/api/v1/leads/{lead['id']}/tags", json={"add": ["VIP"]})
        await http.patch(f"/api/v1/leads/{lead['id']}", json={"name": {"given": "Maria", "family": "Smith"}})
        assert await found(http, q="delgado") == []
        assert await found(http, q="smith") == ["Maria"]
        await made(http, "Other")
        view = {"name": "VIPs", "audience": "agency", "filter": only("tags", "has_any", ["VIP"]), "columns": ["name"]}
        assert (await http.post("/api/v1/leads/views", json=view)).status_code == 201
        rows = await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
        assert {
            rows[table] >= 1 for table in ("lead_fields", "lead_values", "lead_tags", "lead_words", "lead_views")
        } == {True}
        gone = (await http.post(f"/api/v1/leads/{lead['id']}/forget")).json()
        assert (gone["tags"], gone["fields"]) == ([], {})
        assert await found(http, q="smith") == []
        assert await found(http, only("fields.age", "is", 4)) == []
        assert (await http.get("/api/v1/leads/tags")).json()["items"] == []


async def test_views_are_seen_and_changed_by_those_they_are_for(leads: Running, agency_id: UUID) -> None:
    me, mate, team = new_id(), new_id(), new_id()
    await leads.colleagues(agency_id, me, mate, teams=[team])
    hot = {
        "name": "Hot",
        "filter": only("contact_attempts", "is", 0),
        "sort": "-captured_at",
        "columns": ["name", "stage"],
    }
    async with (
        leads.client(agency_id) as owner,
        leads.client(agency_id, role=Role.AGENT, user_id=me, team_ids=[team]) as agent,
        leads.client(agency_id, role=Role.AGENT, user_id=mate, team_ids=[team]) as colleague,
        leads.client(agency_id, role=Role.AGENT, user_id=new_id()) as stranger,
    ):

        async def names(http: httpx.AsyncClient) -> list[str]:
            return [view["name"] for view in (await http.get("/api/v1/leads/views")).json()["items"]]

        saved = (await agent.post("/api/v1/leads/views", json=hot)).json()
        assert (saved["filter"], saved["audience"]) == (hot["filter"], "own")
        theirs = (
            await agent.post(
                "/api/v1/leads/views", json=hot | {"name": "Team", "audience": "team", "team_id": str(team)}
            )
        ).json()
        assert (await agent.post("/api/v1/leads/views", json=hot | {"audience": "agency"})).status_code == 403
        assert (
            await stranger.post("/api/v1/leads/views", json=hot | {"audience": "team", "team_id": str(team)})
        ).status_code == 422
        assert (
            await owner.post("/api/v1/leads/views", json=hot | {"name": "All", "audience": "agency"})
        ).status_code == 201
        assert [await names(http) for http in (agent, colleague, stranger, owner)] == [
            ["All", "Hot", "Team"], ["All", "Team"], ["All"], ["All", "Team"],
        ]  # fmt: skip
        path = f"/api/v1/leads/views/{theirs['id']}"
        assert (await colleague.put(path, json=hot)).status_code == 403
        assert (await stranger.put(path, json=hot)).status_code == 404
        assert (await owner.put(f"/api/v1/leads/views/{saved['id']}", json=hot)).status_code == 404, (
            "it is the agent's own"
        )
        changed = await agent.put(path, json=hot | {"name": "Ours", "audience": "team", "team_id": str(team)})
        assert (changed.json()["name"], changed.json()["version"]) == ("Ours", 2)
        assert (await agent.delete(path)).status_code == 204
        assert (await agent.delete(path)).status_code == 404
        assert await names(colleague) == ["All"]
        wrong = await agent.post("/api/v1/leads/views", json=hot | {"filter": {"all": [1]}})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/filter")
        for value, op in ((10**400, "is"), (10**30, "is_empty")):
            huge = await agent.post("/api/v1/leads/views", json=hot | {"filter": only("contact_attempts", op, value)})
            assert huge.status_code == 422
