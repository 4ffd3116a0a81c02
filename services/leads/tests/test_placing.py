"""Leads of an agency of many follow a change of their pipelines by a job: told of, killed and gone on with, changed meanwhile."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import retry_job
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.tenancy import driver_of
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.leads import LeadStageChanged, Stage
from gardenos_leads.pipelines import placing
from gardenos_leads.pipelines.tables import lead_placings
from gardenos_leads.tables import leads as lead_table
from sqlalchemy import select

AT = "/api/v1/pipelines"
BOARD = "/api/v1/leads/board"
Json = dict[str, Any]


def stage(key: str, kind: str, **said: Any) -> Json:
    probability = {"won": 100, "lost": 0}.get(kind, 50)
    return {"key": key, "name": key.title(), "kind": kind, "probability": probability} | said


def pipeline(*way: Json, **said: Any) -> Json:
    return {"name": "P", "stages": [*way, stage("won", "won"), stage("lost", "lost")]} | said


NEW, TALK, DOCS = stage("new", "new"), stage("talk", "contacted"), stage("docs", "quoted")


async def several(http: httpx.AsyncClient, count: int, to: str | None = None) -> list[str]:
    ids = []
    for place in range(count):
        made = await http.post("/api/v1/leads", json={"name": {"given": f"Ann {place}"}})
        assert made.status_code == 201, made.text
        ids.append(made.json()["id"])
        if to is not None:
            answer = await http.put(f"/api/v1/leads/{ids[-1]}/stage", json={"stage": to})
            assert answer.status_code == 200, answer.text
    return ids


async def defined(http: httpx.AsyncClient, body: Json, line: str = "default", status: int = 200) -> Json:
    answer = await http.put(f"{AT}/{line}", json=body)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


async def in_place(http: httpx.AsyncClient) -> None:
    async def all_there() -> bool:
        return (await http.get(AT)).json()["placing"] is None

    await eventually(all_there, what="all leads are where their pipelines have them", within=30)


async def stands(running: Running, agency_id: UUID) -> Counter[tuple[str, str]]:
    return Counter((row["pipeline"], row["stage_key"]) for row in await running.rows(agency_id, lead_table))


class Held:
    """Each transaction in which leads move waits, after the ones that are let through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, let: int) -> None:
        self.reached, self.free, self._let, self._move = asyncio.Event(), asyncio.Event(), let, placing._move
        monkeypatch.setattr(placing, "_move", self._held)

    async def _held(self, *given: Any) -> int:
        moved = await self._move(*given)
        self._let -= 1
        if self._let < 0:
            self.reached.set()
            await self.free.wait()
        return moved


async def reached(event: asyncio.Event) -> None:
    async with asyncio.timeout(20):
        await event.wait()


async def test_an_agency_of_few_has_its_leads_there_with_the_answer(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await defined(http, pipeline(NEW, TALK, DOCS))
        await several(http, 2, "talk")
        assert (await defined(http, pipeline(NEW, DOCS, moved={"talk": "docs"})))["placing"] is None
        assert await stands(leads, agency_id) == {("default", "docs"): 2}
        assert (await http.get(BOARD)).json()["placing"] is None


async def test_the_change_holds_at_once_and_leads_follow_told_of(
    leads: Running, parts: Parts, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "BATCH", 3)
    async with leads.client(agency_id) as http:
        await defined(http, pipeline(NEW, TALK, DOCS))
        await in_place(http)
        await several(http, 5)
        talking = await several(http, 8, "talk")
        held = Held(monkeypatch, let=3)
        there = await defined(http, pipeline(NEW, DOCS, moved={"talk": "docs"}))
        # The first few are of those that stand elsewhere: nobody has counted yet how many are to move.
        assert there["placing"] | {"begun_at": None} == {
            "status": "running",
            "leads": None,
            "moved": 0,
            "begun_at": None,
        }
        await reached(held.reached)
        for path in (AT, BOARD):
            told = (await http.get(path)).json()["placing"]
            assert (told["status"], told["leads"], told["moved"]) == ("running", 8, 4), path
        # Who is moved meanwhile, and who comes in, is where the new pipeline has them.
        moved = await http.put(f"/api/v1/leads/{talking[-1]}/stage", json={"stage": "new"})
        assert (moved.status_code, moved.json()["stage_key"]) == (200, "new")
        late = await several(http, 1, "docs")
        held.free.set()
        await in_place(http)
        assert await stands(leads, agency_id) == {("default", "new"): 6, ("default", "docs"): 8}
        assert (await http.get(BOARD)).json()["placing"] is None
        assert (await http.get(f"/api/v1/leads/{late[0]}")).json()["stage_key"] == "docs"
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


@pytest.mark.parametrize("how", ["the process ends", "the job is taken over", "the commit fails"])
async def test_a_kill_leaves_no_lead_behind(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(placing, "BATCH", 3)
    cut, batches, move = asyncio.Event(), 0, placing._move

    async def cut_off(*given: Any) -> int:
        nonlocal batches
        moved = await move(*given)
        batches += 1
        if batches == 3:
            cut.set()
            if how == "the commit fails":
                raise ConnectionResetError("cut off in the middle")
            # Until it is cut off, in the middle of its transaction.
            await asyncio.Event().wait()
        return moved

    async with leads.client(agency_id) as http:
        await defined(http, pipeline(NEW, TALK, DOCS))
        await several(http, 11, "talk")
        await in_place(http)
        monkeypatch.setattr(placing, "_move", cut_off)
        await defined(http, pipeline(NEW, DOCS, moved={"talk": "docs"}))
        await reached(cut)
        worker = next(each for each in leads.service.workers if placing.PLACE in each._kinds)
        for held in list(worker._held.values()):
            if how == "the process ends":
                held.stop("the process ends")
            elif how == "the job is taken over":
                assert held.attempt is not None
                held.attempt.cancel()
        await in_place(http)
    assert await stands(leads, agency_id) == {("default", "docs"): 11}
    (kept,) = await leads.rows(agency_id, lead_placings)
    assert (kept["status"], kept["leads"], kept["moved"]) == ("done", 11, 11)


async def test_a_second_change_meanwhile_is_followed_from_the_first_lead(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "BATCH", 3)
    async with leads.client(agency_id) as http:
        await defined(http, pipeline(NEW, TALK, DOCS))
        await several(http, 10, "talk")
        await in_place(http)
        # Two are under way, of whom one batch is with the change, and the next cannot commit.
        held = Held(monkeypatch, let=1)
        await defined(http, pipeline(NEW, DOCS, moved={"talk": "docs"}))
        await reached(held.reached)
        # Nobody stands in it yet that is on the way there: it cannot vanish all the same.
        late = stage("late", "quoted")
        second = asyncio.create_task(http.put(f"{AT}/default", json=pipeline(NEW, late, moved={"docs": "late"})))
        held.free.set()
        assert (await second).status_code == 200
        await in_place(http)
        assert await stands(leads, agency_id) == {("default", "late"): 10}


async def test_where_leads_are_on_their_way_to_cannot_vanish(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "BATCH", 3)
    async with leads.client(agency_id) as http:
        await defined(http, pipeline(NEW, TALK, DOCS))
        await several(http, 4)
        await several(http, 4, "talk")
        await in_place(http)

        held = Held(monkeypatch, let=1)
        await defined(http, pipeline(NEW, DOCS, moved={"talk": "docs"}))
        await reached(held.reached)
        assert await stands(leads, agency_id) == {("default", "new"): 4, ("default", "talk"): 4}
        refused = await defined(http, pipeline(NEW), status=422)
        assert [each["pointer"] for each in refused["errors"]] == ["/moved/docs"]
        held.free.set()
        await in_place(http)
        assert await stands(leads, agency_id) == {("default", "new"): 4, ("default", "docs"): 4}


async def test_one_that_cannot_go_on_says_so_and_is_taken_up_again(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "BATCH", 2)
    count = placing._to_move

    async def fails(*_: Any) -> int:
        raise ValueError("it cannot be counted")

    async with leads.client(agency_id) as http:
        await defined(http, pipeline(NEW, TALK, DOCS))
        await several(http, 5, "talk")
        await in_place(http)
        monkeypatch.setattr(placing, "_to_move", fails)
        once = replace(placing.placing.kinds[placing.PLACE], tries=1)
        monkeypatch.setitem(placing.placing.kinds, placing.PLACE, once)
        await defined(http, pipeline(NEW, DOCS, moved={"talk": "docs"}))

        async def failed() -> bool:
            return bool((await http.get(AT)).json()["placing"]["status"] == "failed")

        await eventually(failed, what="it was given up", within=30)
        monkeypatch.setattr(placing, "_to_move", count)
        async with leads.service.database.transaction(agency_id) as session:
            left = (await session.execute(select(jobs.c.id).where(jobs.c.kind == placing.PLACE))).scalar_one()
            await retry_job(session, left)
        await in_place(http)
        assert await stands(leads, agency_id) == {("default", "docs"): 5}


async def test_a_line_gives_its_own_stages_up(leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "BATCH", 2)
    async with leads.client(agency_id) as http:
        for _ in range(5):
            body = {"name": {"given": "Ann"}, "line_of_business": "auto"}
            assert (await http.post("/api/v1/leads", json=body)).status_code == 201
        await defined(http, pipeline(stage("new", "new", rots_after_days=3), TALK), line="auto")
        await in_place(http)
        rows = await leads.rows(agency_id, lead_table)
        assert {(row["pipeline"], (row["rots_at"] - row["stage_since"]).days) for row in rows} == {("auto", 3)}
        withdrawn = await http.delete(f"{AT}/auto")
        assert (withdrawn.status_code, withdrawn.json()["placing"]["status"]) == (200, "running")
        await in_place(http)
        rows = await leads.rows(agency_id, lead_table)
        assert {(row["pipeline"], row["rots_at"]) for row in rows} == {("default", None)}


async def test_whoever_places_a_lead_holds_its_pipelines(leads: Running, agency_id: UUID) -> None:
    """A change waits for a lead that is placed by what was before it: its run would have passed that lead by."""
    store, lead_id = leads.service.store, new_id()
    context = Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "test")
    async with leads.client(agency_id) as http:
        (id,) = await several(http, 1)
        async with store.unit_of_work(context) as work:
            facts = await work.load(UUID(id))
            event = LeadStageChanged(
                lead_id=UUID(id), person_id=lead_id, stage=Stage.CONTACTED, previous_stage=Stage.NEW, key=None
            )
            work.record(UUID(id), facts[-1].version, [event])
            await work.flush()
            change = asyncio.create_task(http.put(f"{AT}/default", json=pipeline(NEW, TALK, DOCS)))

            async def waits() -> bool:
                return bool(
                    await driver_of(work.session).fetchval(
                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                        " and pg_backend_pid() = any(pg_blocking_pids(pid))"
                    )
                )

            await eventually(waits, what="the change waits for the move", within=20)
            assert not change.done()
        answer = await change
        assert answer.status_code == 200, answer.text
        assert (await http.get(f"/api/v1/leads/{id}")).json()["stage_key"] == "talk"
