"""For how long a lead is in its stages: by its events, through merges, what is taken back, and as of any moment."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Actor, ActorKind, Event, Fact
from gardenos_contracts.lead_duplicates import LeadsMerged, LeadsUnmerged
from gardenos_contracts.leads import LeadCaptured, LeadConverted, LeadStageChanged, Stage
from gardenos_contracts.values import PersonName
from gardenos_leads.pipelines.stays import Stay, in_stage_since, stays

IDS: dict[str, Any] = {"lead_id": UUID(int=1), "person_id": UUID(int=2)}
DAY = timedelta(days=1)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
Json = dict[str, Any]


def history(*events: tuple[int, Event]) -> list[Fact[Any]]:
    """Events, each so many days after the first."""
    return [
        Fact(
            agency_id=UUID(int=9), stream_id=IDS["lead_id"], version=version, type=event.event_type, data=event,
            actor=Actor(ActorKind.PERSON, "x"), correlation_id="c", causation_id=None, traceparent=None,
            occurred_at=AT + day * DAY,
        )
        for version, (day, event) in enumerate(events, 1)
    ]  # fmt: skip


def captured(at: datetime = AT) -> Event:
    return LeadCaptured(**IDS, name=PersonName(given="Ann"), source="web", captured_at=at)


def to(stage: Stage, key: str | None = None, since: datetime | None = None) -> Event:
    return LeadStageChanged(**IDS, stage=stage, previous_stage=Stage.NEW, key=key, since=since)


def days(found: list[Stay]) -> list[tuple[str, int, int | None]]:
    """Which stages, from which day until which; without what was taken back."""
    return [
        (each.key or each.stage.value, (each.since - AT).days, None if each.until is None else (each.until - AT).days)
        for each in found
        if not each.taken_back
    ]


def test_each_stage_begins_where_the_one_before_ends() -> None:
    told = history((0, captured()), (2, to(Stage.CONTACTED)), (5, to(Stage.CONTACTED, "talk")), (9, to(Stage.LOST)))
    found = stays(told)
    assert days(found) == [("new", 0, 2), ("contacted", 2, 5), ("talk", 5, 9), ("lost", 9, None)]
    assert [(each.version, each.until_version) for each in found] == [(1, 2), (2, 3), (3, 4), (4, None)]
    again = history((0, captured()), (2, to(Stage.LOST)), (4, to(Stage.NEW)))
    assert days(stays(again)) == [("new", 0, 2), ("lost", 2, 4), ("new", 4, None)]
    assert stays(told[1:]) == []


def test_who_was_imported_is_new_since_they_became_known() -> None:
    known = AT - 30 * DAY
    assert in_stage_since(history((0, captured(known)))) == known
    won = LeadConverted(
        **IDS, client_id=uuid4(), name=PersonName(given="Ann"), source="web", captured_at=AT, converted_at=AT + 3 * DAY
    )
    assert days(stays(history((0, captured()), (7, won)))) == [("new", 0, 3 + 4), ("won", 3, None)]


def test_what_is_taken_back_never_was() -> None:
    told = history(
        (0, captured()), (2, to(Stage.CONTACTED)), (4, to(Stage.QUOTED)), (5, to(Stage.CONTACTED, since=AT + 2 * DAY)),
        (9, to(Stage.QUALIFIED)),
    )  # fmt: skip
    assert days(stays(told)) == [("new", 0, 2), ("contacted", 2, 9), ("qualified", 9, None)]
    assert days(stays(told[:4])) == [("new", 0, 2), ("contacted", 2, None)]
    # As of a moment before that, nobody knew that it was a mistake.
    assert days(stays(told[:3])) == [("new", 0, 2), ("contacted", 2, 4), ("quoted", 4, None)]


def test_one_person_was_new_since_they_became_known_as_either() -> None:
    earlier = AT - 10 * DAY
    merge: Json = {"merge_id": uuid4(), "merged_lead_id": uuid4(), "merged_person_id": uuid4()}
    merged = LeadsMerged(**IDS, **merge, captured_at=earlier, merged_captured_at=earlier)
    unmerged = LeadsUnmerged(**IDS, **merge, captured_at=AT)
    assert days(stays(history((0, captured()), (1, merged)))) == [("new", -10, None)]
    assert days(stays(history((0, captured()), (1, merged), (2, unmerged)))) == [("new", 0, None)]
    # Further along as the other, they are so since that one was.
    taken = history((0, captured()), (1, merged), (1, to(Stage.QUOTED, since=AT - 4 * DAY)))
    assert days(stays(taken)) == [("new", -10, 1), ("quoted", -4, None)]
    back = history(
        (0, captured()),
        (1, merged),
        (1, to(Stage.QUOTED, since=AT - 4 * DAY)),
        (2, unmerged),
        (2, to(Stage.NEW, since=AT)),
    )
    assert days(stays(back)) == [("new", 0, None)]


async def lead(http: httpx.AsyncClient, days_ago: int, **said: Any) -> Json:
    at = (datetime.now(UTC) - days_ago * DAY).isoformat()
    body = {"name": {"given": "Ann"}, "captured_at": at, "line_of_business": "auto", "if_known": "anyway"} | said
    made = await http.post("/api/v1/leads", json=body)
    assert made.status_code == 201, made.text
    found: Json = made.json()
    return found


async def shown(http: httpx.AsyncClient, id: str) -> Json:
    found: Json = (await http.get(f"/api/v1/leads/{id}")).json()
    return found


async def stages(http: httpx.AsyncClient, id: str, **asked: Any) -> list[Json]:
    answer = await http.get(f"/api/v1/leads/{id}/stages", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["items"]
    return found


def stage(key: str, kind: str, **said: Any) -> Json:
    probability = {"won": 100, "lost": 0}.get(kind, 50)
    return {"key": key, "name": key.title(), "kind": kind, "probability": probability} | said


async def test_a_lead_tells_how_long_it_was_where(leads: Running, parts: Parts, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        way = [stage("new", "new", rots_after_days=3), stage("talk", "contacted", rots_after_days=2)]
        defined = {"name": "Auto", "stages": [*way, stage("won", "won"), stage("lost", "lost")]}
        one = await lead(http, 5)
        asked_before = datetime.now(UTC).isoformat()
        assert (await http.put("/api/v1/pipelines/auto", json=defined)).status_code == 200
        (new,) = await stages(http, one["id"])
        assert (new["name"], new["overdue"], new["until"], new["seconds"] // 86_400) == ("New", True, None, 5)
        (as_of,) = await stages(http, one["id"], at=asked_before)
        assert as_of["overdue"] is False, "no stage had a limit then"
        moved = await http.put(f"/api/v1/leads/{one['id']}/stage", json={"stage": "talk"})
        assert moved.status_code == 200, moved.text
        new, talk = await stages(http, one["id"])
        assert (new["until"], new["until_version"], new["overdue"]) == (talk["since"], 2, True)
        assert (talk["key"], talk["overdue"], talk["seconds"] < 60) == ("talk", False, True)
        assert talk["since"] == moved.json()["stage_since"]
        assert [each["name"] for each in await stages(http, one["id"], version=1)] == ["New"]
        was = await stages(http, one["id"], at=(datetime.now(UTC) - DAY).isoformat(), by="was")
        assert [(each["name"], each["seconds"] // 86_400) for each in was] == [("New", 4)]
        unknown = await http.get(f"/api/v1/leads/{one['id']}/stages", params={"at": (AT - 3000 * DAY).isoformat()})
        assert unknown.status_code == 404
        before = (await http.get("/api/v1/leads?limit=100")).json()
        await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
        assert (await http.get("/api/v1/leads?limit=100")).json() == before


async def test_a_move_taken_back_never_was(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        path = f"/api/v1/leads/{(await lead(http, 5))['id']}"
        since = (await http.put(f"{path}/stage", json={"stage": "contacted"})).json()["stage_since"]
        await http.put(f"{path}/stage", json={"stage": "quoted"})
        back = await http.post(f"{path}/history/restore", json={"field": "stage", "version": 2})
        assert (back.json()["stage"], back.json()["stage_since"]) == ("contacted", since)
        # Whoever goes back further begins there anew.
        anew = await http.post(f"{path}/history/restore", json={"field": "stage", "version": 3})
        assert (anew.json()["stage"], anew.json()["stage_since"] > since) == ("quoted", True)


async def test_a_bulk_action_taken_back_leaves_the_time_as_it_was(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        one = await lead(http, 5)
        since = (await http.put(f"/api/v1/leads/{one['id']}/stage", json={"stage": "contacted"})).json()["stage_since"]

        async def over(at: str) -> None:
            async def is_over() -> bool:
                return bool((await http.get(at)).json()["status"] == "done")

            await eventually(is_over, what="the bulk action is over", within=30)

        asked = {"selection": {"ids": [one["id"]]}, "action": {"kind": "stage", "stage": "quoted"}}
        started = await http.post("/api/v1/leads/bulk-actions", json=asked)
        await over(started.headers["location"])
        assert (await shown(http, one["id"]))["stage_since"] != since
        undone = await http.post(f"{started.headers['location']}/undo", json={})
        assert undone.status_code == 202, undone.text
        await over(undone.headers["location"])
        now = await shown(http, one["id"])
        assert (now["stage"], now["stage_since"]) == ("contacted", since)
        there = [(each["key"], each["since"]) for each in await stages(http, one["id"]) if not each["taken_back"]]
        assert there == [("new", one["captured_at"]), ("contacted", since)]


async def test_a_merge_and_its_end_leave_the_time_as_it_was(leads: Running, parts: Parts, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        way = [stage("new", "new", rots_after_days=7), stage("talk", "contacted"), stage("call", "contacted")]
        defined = {"name": "Auto", "stages": [*way, stage("won", "won"), stage("lost", "lost")]}
        assert (await http.put("/api/v1/pipelines/auto", json=defined)).status_code == 200
        one, older, further = await lead(http, 2), await lead(http, 9), await lead(http, 1)
        moved = (await http.put(f"/api/v1/leads/{further['id']}/stage", json={"stage": "call"})).json()

        async def merge(other: Json) -> str:
            answer = await http.post(f"/api/v1/leads/{one['id']}/merge", json={"other_id": other["id"]})
            assert answer.status_code == 200, answer.text
            merges: list[Json] = (await http.get(f"/api/v1/leads/{one['id']}/merges")).json()["items"]
            (found,) = (each["id"] for each in merges if each["merged_lead_id"] == other["id"])
            return str(found)

        async def unmerge(merge_id: str) -> None:
            answer = await http.post(f"/api/v1/leads/{one['id']}/merges/{merge_id}/undo")
            assert answer.status_code == 200, answer.text

        names = ("stage_key", "stage_since", "rots_at", "captured_at")
        alone = await shown(http, one["id"])
        merge_id = await merge(older)
        merged = await shown(http, one["id"])
        assert merged["stage_since"] == merged["captured_at"] == older["captured_at"]
        assert datetime.fromisoformat(merged["rots_at"]) == datetime.fromisoformat(older["captured_at"]) + 7 * DAY
        await unmerge(merge_id)
        assert [(await shown(http, one["id"]))[name] for name in names] == [alone[name] for name in names]
        merge_id = await merge(further)
        merged = await shown(http, one["id"])
        assert (merged["stage_key"], merged["stage_since"]) == ("call", moved["stage_since"])
        assert (await stages(http, one["id"]))[-1]["since"] == moved["stage_since"]
        await unmerge(merge_id)
        assert [(await shown(http, one["id"]))[name] for name in names] == [alone[name] for name in names]
        before = (await http.get("/api/v1/leads?limit=100")).json()
        await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)
        assert (await http.get("/api/v1/leads?limit=100")).json() == before
