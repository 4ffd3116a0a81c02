"""Leads go through the stages that their agency has for their line, and what was built on six stages stands."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.errors import Invalid
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Event
from gardenos_contracts.lead_pipelines import PipelineDefined
from gardenos_contracts.leads import LeadStageChanged, Stage
from gardenos_contracts.values import LineOfBusiness, Role
from gardenos_leads.pipelines.pipeline import STANDARD, Pipeline, Pipelines

AT = "/api/v1/pipelines"
Json = dict[str, Any]


def stage(key: str, kind: str, **said: Any) -> Json:
    probability = {"won": 100, "lost": 0}.get(kind, 50)
    return {"key": key, "name": key.replace("_", " ").title(), "kind": kind, "probability": probability} | said


ENDS = [stage("bound", "won"), stage("lost", "lost")]


def auto(**said: Any) -> Json:
    stages = [stage("new", "new"), stage("reached", "contacted"), stage("quoted", "quoted"), stage("docs", "quoted")]
    return {"name": "Auto", "stages": [*stages, *ENDS]} | said


async def lead(http: httpx.AsyncClient, **said: Any) -> Json:
    made = await http.post("/api/v1/leads", json={"name": {"given": "Ann"}, "line_of_business": "auto"} | said)
    assert made.status_code == 201, made.text
    found: Json = made.json()
    return found


async def moved(http: httpx.AsyncClient, id: str, to: str, status: int = 200, **said: Any) -> Json:
    answer = await http.put(f"/api/v1/leads/{id}/stage", json={"stage": to} | said)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


async def defined(http: httpx.AsyncClient, line: str, status: int = 200, **said: Any) -> Json:
    answer = await http.put(f"{AT}/{line}", json=said)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def pointers(problem: Json) -> list[str]:
    return [error["pointer"] for error in problem["errors"]]


async def test_an_agency_that_says_nothing_has_the_six_stages(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        there = (await http.get(AT)).json()
        assert [(p["line"], [s["key"] for s in p["stages"]]) for p in there["items"]] == [
            ("default", [stage.value for stage in Stage])
        ]
        one = await lead(http)
        assert (one["pipeline"], one["stage"], one["stage_key"], one["stage_since"]) == (
            "default", "new", "new", one["captured_at"],
        )  # fmt: skip
        one = await moved(http, one["id"], "contacted")
        assert (one["stage"], one["stage_key"], one["rots_at"]) == ("contacted", "contacted", None)
        await moved(http, one["id"], "won", 422)
        await moved(http, one["id"], "nowhere", 422)
        # Where no reasons are given to choose from, none is asked for.
        assert (await moved(http, one["id"], "lost"))["stage"] == "lost"


async def test_a_line_has_stages_of_its_own(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        of_home = await lead(http, line_of_business="home")
        of_auto = await lead(http)
        await moved(http, of_auto["id"], "contacted")
        refused = await defined(http, "auto", 422, **auto())
        # They are in `contacted`, which the new one has not: it has to be said where they go on.
        assert pointers(refused) == ["/moved/contacted"]
        there = await defined(http, "auto", **auto(moved={"contacted": "reached"}))
        assert [pipeline["line"] for pipeline in there["items"]] == ["default", "auto"]
        shown = (await http.get(f"/api/v1/leads/{of_auto['id']}")).json()
        assert (shown["pipeline"], shown["stage_key"], shown["stage"]) == ("auto", "reached", "contacted")
        docs = await moved(http, of_auto["id"], "docs")
        assert (docs["stage"], docs["stage_key"]) == ("quoted", "docs")
        # The name of a kind is its first stage, as it was before there were pipelines.
        assert (await moved(http, of_auto["id"], "contacted"))["stage_key"] == "reached"
        await moved(http, of_home["id"], "docs", 422)
        listed = (await http.get("/api/v1/leads", params={"pipeline": "auto", "stage_key": "reached"})).json()["items"]
        assert [row["id"] for row in listed] == [of_auto["id"]]
        # Of another line it is where it would be there, as far along as it is; and back.
        patched = await http.patch(f"/api/v1/leads/{of_auto['id']}", json={"line_of_business": "home"})
        assert (patched.json()["pipeline"], patched.json()["stage_key"]) == ("default", "contacted")
        patched = await http.patch(f"/api/v1/leads/{of_auto['id']}", json={"line_of_business": "auto"})
        assert (patched.json()["pipeline"], patched.json()["stage_key"]) == ("auto", "reached")
        withdrawn = await http.delete(f"{AT}/auto")
        assert withdrawn.status_code == 200, withdrawn.text
        assert (await http.get(f"/api/v1/leads/{of_auto['id']}")).json()["stage_key"] == "contacted"
        assert (await http.delete(f"{AT}/auto")).status_code == 404


async def test_what_must_be_known_is_asked_for_on_the_way(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        field = {"label": "Roof age", "kind": "number", "key": "roof_age"}
        assert (await http.post("/api/v1/leads/fields", json=field)).status_code == 201
        stages = [stage("new", "new"), stage("quoted", "quoted", required=["phone", "x_date", "fields.roof_age"])]
        ends = [stage("bound", "won", required=["birth_date"]), stage("lost", "lost")]
        unknown = [stages[0] | {"required": ["shoe_size"]}, *ends]
        assert pointers(await defined(http, "default", 422, name="All", stages=unknown)) == ["/stages/0/required"]
        # All that is offered is taken, and of the agency's own fields those that are in use.
        offered = (await http.get(AT)).json()["may_require"]
        assert set(stages[1]["required"]) < set(offered)
        all_of_it = [stages[0] | {"required": offered}, *ends]
        await defined(http, "default", name="All", stages=all_of_it)
        await defined(http, "default", name="All", stages=[*stages, *ends])
        one = await lead(http)
        refused = await moved(http, one["id"], "quoted", 422)
        assert pointers(refused) == ["/phone", "/x_date", "/fields/roof_age"]
        assert "roof_age must be known before a lead is in Quoted" in refused["detail"]
        known = {"phone": "+12025550143", "x_date": "2030-01-31"}
        assert (await http.patch(f"/api/v1/leads/{one['id']}", json=known)).status_code == 200
        assert pointers(await moved(http, one["id"], "quoted", 422)) == ["/fields/roof_age"]
        filled = await http.patch(f"/api/v1/leads/{one['id']}/fields", json={"values": {"roof_age": 0}})
        assert filled.status_code == 200, filled.text
        assert (await moved(http, one["id"], "quoted"))["stage_key"] == "quoted"
        won = await http.post(f"/api/v1/leads/{one['id']}/conversion")
        assert (won.status_code, pointers(won.json())) == (422, ["/birth_date"])
        assert (await http.patch(f"/api/v1/leads/{one['id']}", json={"birth_date": "1980-02-03"})).status_code == 200
        won = await http.post(f"/api/v1/leads/{one['id']}/conversion")
        assert (won.status_code, won.json()["stage"], won.json()["stage_key"]) == (201, "won", "bound")


async def test_who_is_lost_is_so_for_a_reason(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await defined(http, "auto", **auto(exit_reasons=["Too expensive", "Stayed"], moved={}))
        one = await lead(http)
        assert pointers(await moved(http, one["id"], "lost", 422)) == ["/exit_reason"]
        assert pointers(await moved(http, one["id"], "lost", 422, exit_reason="Weather")) == ["/exit_reason"]
        lost = await moved(http, one["id"], "lost", exit_reason="Stayed", reason="their cousin sells insurance")
        assert (lost["stage"], lost["exit_reason"]) == ("lost", "Stayed")
        back = await moved(http, one["id"], "reached")
        assert (back["stage"], back["exit_reason"]) == ("contacted", None)
        assert (await moved(http, one["id"], "lost", reason="moved abroad"))["exit_reason"] is None
        history = (await http.get(f"/api/v1/leads/{one['id']}/history")).json()["items"]
        assert "Moved from New to Lost: Stayed" in [entry["title"] for entry in history]
    told = [event.data for event in await leads.events(agency_id) if isinstance(event.data, LeadStageChanged)]
    assert [(e.pipeline, e.previous_key, e.key, e.stage, e.exit_reason) for e in told] == [
        (LineOfBusiness.AUTO, "new", "lost", Stage.LOST, "Stayed"),
        (LineOfBusiness.AUTO, "lost", "reached", Stage.CONTACTED, None),
        (LineOfBusiness.AUTO, "reached", "lost", Stage.LOST, None),
    ]


async def test_who_writes_pipelines_and_what_cannot_work(leads: Running, agency_id: UUID) -> None:
    for role in (Role.AGENT, Role.VIEWER, Role.AUDITOR):
        async with leads.client(agency_id, role=role) as http:
            assert (await http.get(AT)).status_code == 200
            await defined(http, "auto", 403, **auto())
            assert (await http.delete(f"{AT}/auto")).status_code == 403
    async with leads.client(agency_id, role=Role.MANAGER) as http:
        way = [stage("new", "new"), stage("quoted", "quoted")]
        for stages, pointer in (
            ([*way[1:], *ENDS], "/stages/0/kind"),
            ([*way, stage("reached", "contacted"), *ENDS], "/stages/2/kind"),
            ([*way, stage("quoted", "quoted"), *ENDS], "/stages/2/key"),
            ([*way, stage("docs", "quoted", name="quoted"), *ENDS], "/stages/2/name"),
            ([*way, stage("contacted", "quoted"), *ENDS], "/stages/2/key"),
            ([*way, *ENDS[1:]], "/stages"),
            ([*way, stage("bound", "won", probability=90), ENDS[1]], "/stages/2/probability"),
            ([*way, ENDS[0], stage("lost", "lost", rots_after_days=3)], "/stages/3/rots_after_days"),
        ):
            assert pointer in pointers(await defined(http, "auto", 422, name="Auto", stages=stages)), pointer
        assert pointers(await defined(http, "auto", 422, **auto(moved={"old": "bound"}))) == ["/moved/old"]
        assert pointers(await defined(http, "auto", 422, **auto(moved={"docs": "new"}))) == ["/moved/docs"]
        assert (await http.put(f"{AT}/fish", json=auto())).status_code == 404
        first = await http.put(f"{AT}/auto", json=auto())
        etag = first.headers["etag"]
        assert (await http.put(f"{AT}/auto", json=auto())).headers["etag"] == etag
        other = await http.put(f"{AT}/home", json=auto(name="Home"), headers={"If-Match": etag})
        assert other.status_code == 200, other.text
        stale = await http.put(f"{AT}/auto", json=auto(name="Cars"), headers={"If-Match": etag})
        assert stale.status_code == 412
    told = [event.data for event in await leads.events(agency_id) if isinstance(event.data, PipelineDefined)]
    assert [event.name for event in told] == ["Auto", "Home"]


async def test_where_leads_rot_is_told_and_found(leads: Running, parts: Parts, agency_id: UUID) -> None:
    ago = datetime.now(UTC) - timedelta(days=5)
    async with leads.client(agency_id) as http:
        old, fresh = await lead(http, captured_at=ago.isoformat()), await lead(http)
        assert (await http.get("/api/v1/leads", params={"rotting": True})).json()["items"] == []
        stages = [stage("new", "new", rots_after_days=3), stage("quoted", "quoted", rots_after_days=30), *ENDS]
        await defined(http, "auto", name="Auto", stages=stages)
        rotting = (await http.get("/api/v1/leads", params={"rotting": True})).json()["items"]
        assert [row["id"] for row in rotting] == [old["id"]]
        assert datetime.fromisoformat(rotting[0]["rots_at"]) == datetime.fromisoformat(old["captured_at"]) + timedelta(
            3
        )
        document = '{"all": [{"field": "rots_at", "op": "in_last", "value": 30}]}'
        filtered = (await http.get("/api/v1/leads", params={"filter": document})).json()
        assert [row["id"] for row in filtered["items"]] == [old["id"]], filtered
        at = (await moved(http, old["id"], "quoted"))["stage_since"]
        now = (await http.get(f"/api/v1/leads/{old['id']}")).json()
        assert datetime.fromisoformat(now["rots_at"]) == datetime.fromisoformat(at) + timedelta(days=30)
        assert (await http.get("/api/v1/leads", params={"rotting": True})).json()["items"] == []
        # A lead that comes in later rots as the stages say which are there by then.
        assert (await lead(http, captured_at=ago.isoformat()))["rots_at"] is not None
        await defined(http, "home", **auto(name="Home"))
        await http.patch(f"/api/v1/leads/{fresh['id']}", json={"line_of_business": "home"})
        await moved(http, fresh["id"], "docs")
        await http.post(f"/api/v1/leads/{old['id']}/conversion")
        await leads.wait_until_caught_up()
        before = (await http.get("/api/v1/leads?limit=100")).json()
        await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
        assert (await http.get("/api/v1/leads?limit=100")).json() == before


async def test_many_leads_move_at_once_each_in_its_pipeline(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await defined(http, "auto", **auto(exit_reasons=["Stayed"]))
        stages = [stage("new", "new"), stage("quoted", "quoted", required=["phone"]), *ENDS]
        await defined(http, "home", name="Home", stages=stages)
        of_auto, of_home = await lead(http), await lead(http, line_of_business="home")

        async def bulk(**action: Any) -> dict[str, tuple[str, str | None]]:
            asked = {"selection": {"ids": [of_auto["id"], of_home["id"]]}, "action": {"kind": "stage"} | action}
            started = await http.post("/api/v1/leads/bulk-actions", json=asked)
            assert started.status_code == 202, started.text
            at = started.headers["location"]

            async def over() -> bool:
                return bool((await http.get(at)).json()["status"] == "done")

            await eventually(over, what="the bulk action is over", within=30)
            rows = (await http.get(f"{at}/rows")).json()["items"]
            return {row["lead_id"]: (row["fate"], row["reason"]) for row in rows}

        told = await bulk(stage="quoted")
        assert told[of_auto["id"]] == ("done", None)
        assert told[of_home["id"]] == ("not_allowed", "phone must be known before a lead is in Quoted")
        told = await bulk(stage="docs")
        assert (told[of_auto["id"]][0], told[of_home["id"]][0]) == ("done", "not_allowed")
        told = await bulk(stage="lost", reason="they told us")
        assert {fate for fate, _ in told.values()} == {"done"}


def told(events: Iterator[Event]) -> PipelineDefined:
    (event,) = events
    assert isinstance(event, PipelineDefined)
    return event


def test_where_a_lead_is_follows_from_what_was_said_of_it() -> None:
    def pipeline(*keys: tuple[str, str], moved: dict[str, str] | None = None) -> Pipeline:
        said = [stage(key, kind) for key, kind in keys]
        event = PipelineDefined.model_validate({"name": "P", "stages": [*said, *ENDS]})
        return Pipeline(LineOfBusiness.AUTO, "P", event.stages, (), moved or {})

    short = pipeline(("new", "new"), ("talk", "contacted"))
    assert short.place(Stage.QUOTED, "quoted").key == "talk"
    assert short.place(Stage.WON, None).key == "bound"
    assert short.place(Stage.LOST, "talk").key == "lost"
    assert STANDARD.place(Stage.CONTACTED, "talk").key == "contacted"
    # Through stages that went one after the other, and one that came again.
    first = Pipelines({LineOfBusiness.AUTO: pipeline(("new", "new"), ("a", "contacted"), ("b", "contacted"))})
    event = told(first.define(pipeline(("new", "new"), ("b", "contacted"), moved={"a": "b"}), {"a"}))
    second = Pipelines({LineOfBusiness.AUTO: pipeline(("new", "new"), ("b", "contacted"), moved=dict(event.moved))})
    event = told(second.define(pipeline(("new", "new"), ("c", "quoted"), moved={"b": "c"}), {"b"}))
    assert event.moved == {"a": "c", "b": "c"}
    third = pipeline(("new", "new"), ("c", "quoted"), moved=dict(event.moved))
    assert third.place(Stage.CONTACTED, "a").key == "c"
    fourth = pipeline(("new", "new"), ("a", "contacted"), moved={"c": "a"})
    assert told(Pipelines({LineOfBusiness.AUTO: third}).define(fourth, {"c"})).moved == {"b": "a", "c": "a"}
    with pytest.raises(Invalid, match="leads are in C"):
        list(Pipelines({LineOfBusiness.AUTO: third}).define(pipeline(("new", "new")), {"c"}))
