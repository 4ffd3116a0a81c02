"""The same done to many leads: each row told, killed and gone on with, at the same time as another, stopped, and taken back."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.events.store import LostRace
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts.identity import RoleChanged, UserDeactivated, UserJoined
from gardenos_contracts.lead_bulks import LeadBulkEnded, LeadBulkStarted
from gardenos_contracts.leads import LeadAssigned, LeadStageChanged
from gardenos_contracts.values import Role
from gardenos_leads.bulk import running
from gardenos_leads.bulk.tables import bulk_rows

PATH = "/api/v1/leads/bulk-actions"


async def captured(http: httpx.AsyncClient, **details: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/leads", json={"source": "web", **details})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def several(http: httpx.AsyncClient, count: int, **details: Any) -> list[str]:
    return [
        (await captured(http, name={"given": f"N{n}"}, email=f"n{n}@x.example", **details))["id"] for n in range(count)
    ]


async def started(http: httpx.AsyncClient, action: dict[str, Any], **rest: Any) -> dict[str, Any]:
    confirmed = {"confirmed": rest.pop("confirmed")} if "confirmed" in rest else {}
    answer = await http.post(PATH, json={"action": action, "selection": rest, **confirmed})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{found['id']}"
    return found


async def over(leads: Running, http: httpx.AsyncClient, id: str) -> dict[str, Any]:
    await eventually(lambda: _is_over(http, id), within=30, what="the bulk action is over")
    return await shown(http, id)


async def _is_over(http: httpx.AsyncClient, id: str) -> bool:
    return bool((await shown(http, id))["status"] != "running")


async def shown(http: httpx.AsyncClient, id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get(f"{PATH}/{id}")).json()
    return found


async def done(leads: Running, http: httpx.AsyncClient, action: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return await over(leads, http, (await started(http, action, **rest))["id"])


async def undone(leads: Running, http: httpx.AsyncClient, id: str, **how: Any) -> dict[str, Any]:
    answer = await http.post(f"{PATH}/{id}/undo", json=how)
    assert answer.status_code == 202, answer.text
    return await over(leads, http, answer.json()["id"])


async def lead(http: httpx.AsyncClient, id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get(f"/api/v1/leads/{id}")).json()
    return found


async def rows_of(http: httpx.AsyncClient, id: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await http.get(f"{PATH}/{id}/rows", params={"limit": "200", **query})).json()[
        "items"
    ]
    return found


def counts(**other: int) -> dict[str, int]:
    return {fate.value: 0 for fate in running.NOTHING} | other


@asynccontextmanager
async def signed_in(leads: Running, agency_id: UUID, role: Role) -> AsyncIterator[tuple[UUID, httpx.AsyncClient]]:
    """Somebody with a role, whom identity told of, and their client."""
    user_id = new_id()
    joined = UserJoined(user_id=user_id, email="p@x.example", name="P", role=role, team_ids=())
    await leads.sources("identity").publish(agency_id, joined, stream_id=user_id)
    await leads.wait_until_caught_up()
    token = leads.sources.signer.token(agency_id, user_id, role, [], version=1)
    async with leads.anonymous({"Authorization": f"Bearer {token}"}) as http:
        yield user_id, http


async def test_everything_a_filter_matches(leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 3)
    somebody = new_id()
    await leads.colleagues(agency_id, somebody)
    async with leads.client(agency_id) as http:
        ids = await several(http, 8, line_of_business="auto")
        other = await captured(http, name={"given": "Other"}, line_of_business="home")
        await http.put(f"/api/v1/leads/{ids[0]}/owner", json={"owner_id": str(somebody)})
        await http.put(f"/api/v1/leads/{ids[1]}/stage", json={"stage": "lost"})
        condition = {"all": [{"field": "line_of_business", "op": "is", "value": "auto"}]}
        matching = {"filter": condition}
        counted = await http.post(f"{PATH}/count", json={"selection": {"matching": matching}})
        assert counted.json() == {"count": 8}
        action = {"kind": "assign", "owner_id": str(somebody)}
        found = await done(leads, http, action, matching=matching, seen=8)
        assert (found["status"], found["leads"]) == ("done", 8)
        assert found["counts"] == counts(done=6, nothing=1, not_allowed=1)
        assert found["action"] == action
        assert found["selection"] == {"matching": {"filter": condition} | DEFAULTS, "seen": 8}
        assert (await lead(http, other["id"]))["owner_id"] is None
        assert {(await lead(http, id))["owner_id"] for id in ids[2:]} == {str(somebody)}
        (refused,) = await rows_of(http, found["id"], fate="not_allowed")
        assert refused["lead_id"] == ids[1]
        assert "reopen" in refused["reason"]
        entry = (await http.get(f"/api/v1/leads/{ids[3]}/history")).json()["items"][0]
        assert entry["correlation_id"] == found["id"]
        assert [each["id"] for each in (await http.get(PATH)).json()["items"]] == [found["id"]]
    events = await leads.events(agency_id)
    first = next(event for event in events if isinstance(event.data, LeadBulkStarted))
    theirs = [event for event in events if event.correlation_id == found["id"] and isinstance(event.data, LeadAssigned)]
    assert [event.causation_id for event in theirs] == [first.id] * 6
    assert {event.actor for event in theirs} == {first.actor}
    (ended,) = [event.data for event in events if isinstance(event.data, LeadBulkEnded)]
    assert (ended.outcome, ended.leads, ended.done) == ("done", 8, 6)


DEFAULTS = {
    "stage": [], "campaign_id": [], "owner_id": [], "in_pool": False, "stage_key": [], "rotting": False, "recycled": False,
}  # fmt: skip


async def test_tags_stages_and_removal_and_each_taken_back(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        ids = await several(http, 3)
        await http.patch(f"/api/v1/leads/{ids[0]}/tags", json={"add": ["old", "vip"]})
        added = await done(leads, http, {"kind": "tags", "mode": "add", "tags": ["vip"]}, ids=ids)
        assert added["counts"] == counts(done=2, nothing=1)
        replaced = await done(leads, http, {"kind": "tags", "mode": "replace", "tags": ["new"]}, ids=ids)
        assert [(await lead(http, id))["tags"] for id in ids] == [["new"]] * 3
        assert (await undone(leads, http, replaced["id"]))["counts"] == counts(done=3)
        assert (await lead(http, ids[0]))["tags"] == ["old", "vip"]
        # What was there before stays, also what somebody gave since.
        await http.patch(f"/api/v1/leads/{ids[1]}/tags", json={"add": ["gold"]})
        assert (await undone(leads, http, added["id"]))["counts"] == counts(done=2)
        assert [(await lead(http, id))["tags"] for id in ids] == [["old", "vip"], ["gold"], []]
        assert (await undone(leads, http, added["id"]))["leads"] == 0, "what was taken back is not taken back again"

        moved = await done(leads, http, {"kind": "stage", "stage": "quoted"}, ids=ids)
        assert (await undone(leads, http, moved["id"]))["counts"] == counts(done=3)
        assert {(await lead(http, id))["stage"] for id in ids} == {"new"}

        remove = {"action": {"kind": "remove"}, "selection": {"matching": {}}}
        assert (await http.post(PATH, json=remove)).status_code == 422
        told = await http.post(PATH, json={**remove, "confirmed": 2})
        assert (told.status_code, "3 leads now, not 2" in told.json()["detail"]) == (409, True)
        removed = await done(leads, http, {"kind": "remove"}, matching={}, confirmed=3)
        assert removed["counts"] == counts(done=3)
        assert (await http.get("/api/v1/leads")).json()["items"] == []
        back = await undone(leads, http, removed["id"])
        assert back["counts"] == counts(done=3)
        assert len((await http.get("/api/v1/leads")).json()["items"]) == 3
        assert (await http.post(f"{PATH}/{back['id']}/undo", json={})).status_code == 409
        assert (await shown(http, removed["id"]))["undone"] == {"status": "done", "counts": counts(done=3)}


async def test_enrolled_and_withdrawn_again(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        made = await http.post("/api/v1/campaigns", json={"name": "Spring", "source": "web form"})
        campaign_id = made.json()["id"]
        ids = [*await several(http, 2), (await captured(http, name={"given": "O"}, campaign_id=campaign_id))["id"]]
        action = {"kind": "enrol", "campaign_id": campaign_id}
        bulk = await done(leads, http, action, ids=ids)
        assert bulk["counts"] == counts(done=2, nothing=1), "who came from it is in it"
        assert (await done(leads, http, action, ids=ids[:1]))["counts"] == counts(nothing=1)
        assert (await undone(leads, http, bulk["id"]))["counts"] == counts(done=2)
        nowhere = {"action": {"kind": "enrol", "campaign_id": str(new_id())}, "selection": {"ids": ids}}
        assert (await http.post(PATH, json=nowhere)).status_code == 422


async def test_a_conflict_is_told_and_left_or_forced(leads: Running, agency_id: UUID) -> None:
    first, second = new_id(), new_id()
    await leads.colleagues(agency_id, first, second)
    async with leads.client(agency_id) as http:
        ids = await several(http, 3)
        given = await done(leads, http, {"kind": "assign", "owner_id": str(first)}, ids=ids)
        await http.put(f"/api/v1/leads/{ids[0]}/owner", json={"owner_id": str(second)})
        await http.put(f"/api/v1/leads/{ids[1]}/owner", json={"owner_id": None})
        back = await undone(leads, http, given["id"])
        assert back["counts"] == counts(done=1, nothing=1, conflict=1)
        (row,) = await rows_of(http, back["id"], fate="conflict")
        (conflict,) = row["conflicts"]
        changed = (await http.get(f"/api/v1/leads/{ids[0]}/history")).json()["items"][0]
        assert row["lead_id"] == ids[0]
        assert (conflict["field"], conflict["to"]) == ("owner_id", str(second))
        assert (conflict["by"], conflict["at"]) == (changed["actor"], changed["occurred_at"].replace("Z", "+00:00"))
        assert (await lead(http, ids[0]))["owner_id"] == str(second)
        forced = await undone(leads, http, given["id"], over_changes=True, only=[ids[0]])
        assert (forced["leads"], forced["counts"]) == (1, counts(done=1))
        assert (await lead(http, ids[0]))["owner_id"] is None
        answer = await http.get(f"{PATH}/{back['id']}/rows.csv")
        table = list(csv.reader(io.StringIO(answer.text)))
        assert table[0] == ["lead", "name", "fate", "reason", "changed since"]
        assert sorted(line[2] for line in table[1:]) == ["changed since, and stays", "done", "nothing to do"]


async def test_formulas_in_the_file_are_inert(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        found = await captured(http, name={"given": "=HYPERLINK(1)"})
        bulk = await done(leads, http, {"kind": "tags", "mode": "add", "tags": ["a"]}, ids=[found["id"], str(new_id())])
        assert bulk["counts"] == counts(done=1, gone=1)
        table = list(csv.reader(io.StringIO((await http.get(f"{PATH}/{bulk['id']}/rows.csv")).text)))
        assert [line[1] for line in table if line[0] == found["id"]] == ["'=HYPERLINK(1)"]


@pytest.mark.parametrize("how", ["the process ends", "the job is taken over", "the commit fails"])
async def test_a_kill_does_no_lead_twice(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(running, "CHUNK", 5)
    reached, chunks, told = asyncio.Event(), 0, running._tell

    async def tell(*given: Any) -> None:
        nonlocal chunks
        await told(*given)
        chunks += 1
        if chunks == 3:
            reached.set()
            if how == "the commit fails":
                raise ConnectionResetError("cut off in the middle")
            # Until it is cut off, in the middle of its transaction.
            await asyncio.Event().wait()

    monkeypatch.setattr(running, "_tell", tell)
    async with leads.client(agency_id) as http:
        ids = await several(http, 23)
        bulk = await started(http, {"kind": "stage", "stage": "contacted"}, matching={"stage": ["new"]})
        async with asyncio.timeout(20):
            await reached.wait()
        worker = next(each for each in leads.service.workers if "leads.run-bulk" in each._kinds)
        for held in list(worker._held.values()):
            if how == "the process ends":
                held.stop("the process ends")
            elif how == "the job is taken over":
                assert held.attempt is not None
                held.attempt.cancel()
        found = await over(leads, http, bulk["id"])
        assert (found["leads"], found["counts"]) == (23, counts(done=23))
    moved = [event.stream_id for event in await leads.events(agency_id) if isinstance(event.data, LeadStageChanged)]
    assert sorted(map(str, moved)) == sorted(ids)


async def test_of_two_at_once_neither_overwrites_the_other(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", 4)
    first, second = new_id(), new_id()
    await leads.colleagues(agency_id, first, second)
    selected, both, select = 0, asyncio.Event(), running._some

    async def together(*given: Any) -> bool:
        nonlocal selected
        if not both.is_set():
            selected += 1
            if selected >= 2:
                both.set()
            await both.wait()
        return await select(*given)

    monkeypatch.setattr(running, "_some", together)
    async with leads.client(agency_id) as http:
        ids = await several(http, 12)
        bulks = [await started(http, {"kind": "assign", "owner_id": str(to)}, ids=ids) for to in (first, second)]
        found = [await over(leads, http, bulk["id"]) for bulk in bulks]
        assert {bulk["status"] for bulk in found} == {"done"}
        assert sum(bulk["counts"]["done"] for bulk in found) == 12
        assert sum(bulk["counts"]["changed"] for bulk in found) == 12
        for bulk, to in zip(found, (first, second), strict=True):
            for row in await rows_of(http, bulk["id"], fate="done"):
                assert (await lead(http, row["lead_id"]))["owner_id"] == str(to)
    assert sum(isinstance(event.data, LeadAssigned) for event in await leads.events(agency_id)) == 12


async def test_what_the_asker_may_is_what_they_may_then(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    some, in_the_middle, goes_on = running._some, asyncio.Event(), asyncio.Event()

    async def held_up(*given: Any) -> bool:
        if in_the_middle.is_set() and not goes_on.is_set():
            await goes_on.wait()
            # The chunk is begun anew, with what is known of the asker by then.
            raise LostRace("held up")
        more = await some(*given)
        in_the_middle.set()
        return more

    monkeypatch.setattr(running, "_some", held_up)
    async with signed_in(leads, agency_id, Role.ADMIN) as (user_id, http):
        ids = await several(http, 6)
        bulk = await started(http, {"kind": "stage", "stage": "contacted"}, ids=ids)
        async with asyncio.timeout(20):
            await in_the_middle.wait()
        demoted = RoleChanged(user_id=user_id, role=Role.VIEWER)
        await leads.sources("identity").publish(agency_id, demoted, stream_id=user_id)
        await leads.wait_until_caught_up()
        goes_on.set()
    async with leads.client(agency_id) as owner:
        found = await over(leads, owner, bulk["id"])
        assert (found["status"], found["counts"]) == ("done", counts(done=2, not_allowed=4))
        for row in await rows_of(owner, bulk["id"], fate="not_allowed"):
            assert (await lead(owner, row["lead_id"]))["stage"] == "new"


async def test_for_whoever_was_deactivated_nothing_goes_on(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def held_up(*_: Any) -> bool:
        begun.set()
        await goes_on.wait()
        raise LostRace("held up")

    monkeypatch.setattr(running, "_some", held_up)
    async with signed_in(leads, agency_id, Role.ADMIN) as (user_id, http):
        ids = await several(http, 2)
        bulk = await started(http, {"kind": "remove"}, ids=ids, confirmed=2)
        async with asyncio.timeout(20):
            await begun.wait()
        gone = UserDeactivated(user_id=user_id)
        await leads.sources("identity").publish(agency_id, gone, stream_id=user_id)
        await leads.wait_until_caught_up()
        goes_on.set()
    async with leads.client(agency_id) as owner:
        found = await over(leads, owner, bulk["id"])
        assert (found["status"], found["counts"]) == ("failed", counts())
        assert "deactivated" in found["problem"]
        assert len(await rows_of(owner, bulk["id"], fate="left")) == 2
        assert len((await owner.get("/api/v1/leads")).json()["items"]) == 2


async def test_an_agent_changes_their_own_and_claims_what_nobody_has(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as owner, signed_in(leads, agency_id, Role.AGENT) as (user_id, http):
        free, theirs = await several(owner, 2)
        await owner.put(f"/api/v1/leads/{theirs}/owner", json={"owner_id": str(user_id)})
        other = await captured(owner, name={"given": "O"})
        somebody = new_id()
        await leads.colleagues(agency_id, somebody)
        await owner.put(f"/api/v1/leads/{other['id']}/owner", json={"owner_id": str(somebody)})
        all_three = [free, theirs, other["id"]]
        tagged = await done(leads, http, {"kind": "tags", "mode": "add", "tags": ["x"]}, ids=all_three)
        assert tagged["counts"] == counts(done=1, not_allowed=1, gone=1)
        (hidden,) = await rows_of(http, tagged["id"], fate="gone")
        assert (hidden["lead_id"], hidden["display_name"]) == (other["id"], None)
        claimed = await done(leads, http, {"kind": "assign", "owner_id": str(user_id)}, matching={})
        assert claimed["counts"] == counts(done=1, nothing=1)
        # Whoever does not see the agency sees their own alone.
        given = await done(leads, owner, {"kind": "tags", "mode": "add", "tags": ["y"]}, ids=[other["id"]])
        assert (await http.get(f"{PATH}/{given['id']}")).status_code == 404
        assert {each["id"] for each in (await http.get(PATH)).json()["items"]} == {tagged["id"], claimed["id"]}


async def test_what_is_stopped_keeps_what_was_done(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    some, done_once, goes_on, calls = running._some, asyncio.Event(), asyncio.Event(), 0

    async def slowly(*given: Any) -> bool:
        nonlocal calls
        calls += 1
        if calls == 2:
            done_once.set()
        if calls >= 2:
            # The second chunk is held up before it has done anything; it is stopped meanwhile.
            raise asyncio.CancelledError if goes_on.is_set() else LostRace("held up")
        return await some(*given)

    monkeypatch.setattr(running, "_some", slowly)
    monkeypatch.setattr(running, "_RACES", 10_000)
    async with leads.client(agency_id) as http:
        ids = await several(http, 6)
        bulk = await started(http, {"kind": "stage", "stage": "contacted"}, ids=ids)
        async with asyncio.timeout(20):
            await done_once.wait()
        answer = await http.post(f"{PATH}/{bulk['id']}/stop")
        assert (answer.status_code, answer.json()["status"]) == (202, "stopped")
        await leads.jobs_done()
        found = await shown(http, bulk["id"])
        assert (found["leads"], found["counts"]) == (6, counts(done=2))
        assert len(await rows_of(http, bulk["id"], fate="left")) == 4
        assert (await http.post(f"{PATH}/{bulk['id']}/stop")).status_code == 409
        monkeypatch.setattr(running, "_some", some)
        assert (await undone(leads, http, bulk["id"]))["counts"] == counts(done=2)
        assert {(await lead(http, id))["stage"] for id in ids} == {"new"}


async def test_of_somebody_forgotten_no_row_is_kept(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        ids = await several(http, 2)
        bulk = await done(leads, http, {"kind": "tags", "mode": "add", "tags": ["x"]}, matching={"q": "n0@x.example"})
        assert (bulk["counts"], bulk["selection"]["matching"]["q"]) == (counts(done=1), "…")
        await http.post(f"/api/v1/leads/{ids[0]}/forget")
        assert await leads.rows(agency_id, bulk_rows) == []
        back = await undone(leads, http, bulk["id"])
        assert back["leads"] == 0


async def test_asked_for_again_it_is_the_same(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        ids = await several(http, 1)
        body = {"action": {"kind": "stage", "stage": "quoted"}, "selection": {"ids": ids}}
        headers = {"Idempotency-Key": str(new_id())}
        first, again = [await http.post(PATH, json=body, headers=headers) for _ in range(2)]
        assert first.json()["id"] == again.json()["id"]
        for wrong in (
            {"ids": ids, "matching": {}},
            {},
            {"ids": [*ids, *ids]},
            {"matching": {"filter": {"all": [{"field": "nothing", "op": "is", "value": 1}]}}},
        ):
            answer = await http.post(PATH, json={"action": {"kind": "stage", "stage": "quoted"}, "selection": wrong})
            assert answer.status_code == 422, answer.text
        won = {"action": {"kind": "stage", "stage": "won"}, "selection": {"ids": ids}}
        assert (await http.post(PATH, json=won)).status_code == 422
