"""What an agency's owners and admins see and do of its jobs, by HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.service import Service
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.plugin import Start
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from gardenos_notes.app import NotesSettings
from gardenos_notes.app import create_service as notes

HERE = "/api/v1/operations/notes/jobs"


class Handyman:
    """A service whose jobs do as the test says."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.begun = asyncio.Event()
        self.mended = False

    def create(self, settings: NotesSettings) -> Service:
        jobs = Jobs(at_once=1)

        @jobs.on(self.kind, tries=1)
        async def work(job: Job) -> None:
            self.begun.set()
            if job.arguments.get("hang"):
                await asyncio.Event().wait()
            if not self.mended:
                raise ValueError("Maria Delgado's roof")

        return Service(settings, jobs=[jobs])

    # The kit finds the package, and with it the migrations, by this.
    create.__module__ = notes.__module__


async def put_down(running: Running, agency_id: UUID, kind: str, hang: bool = False, at: datetime | None = None) -> str:
    because = Context(agency_id, Actor(ActorKind.SYSTEM, "test"), correlation_id="why", causation_id="leads/7")
    async with running.service.database.transaction(agency_id) as session:
        return str(await enqueue(session, kind, {"hang": hang}, because_of=because, at=at))


async def state_of(http: httpx.AsyncClient, id: str) -> str | None:
    answer = await http.get(f"{HERE}/{id}")
    if answer.status_code == 404:
        return None
    state: str = answer.json()["state"]
    return state


async def test_jobs_are_listed_shown_cancelled_and_retried(start: Start, agency_id: UUID) -> None:
    handyman = Handyman("notes.mend-roof")
    async with start(handyman.create, NotesSettings) as running, running.client(agency_id) as http:
        failed = await put_down(running, agency_id, handyman.kind)
        later = await put_down(running, agency_id, handyman.kind, at=datetime.now(UTC) + timedelta(hours=1))

        async def is_now(id: str, state: str | None) -> bool:
            return await state_of(http, id) == state

        await eventually(lambda: is_now(failed, "failed"))
        shown = (await http.get(f"{HERE}/{failed}")).json()
        assert shown["error"].startswith("ValueError")
        assert "Maria" not in shown["error"]
        assert (shown["kind"], shown["arguments"], shown["tries"]) == (handyman.kind, {"hang": False}, 1)
        assert (shown["correlation_id"], shown["causation_id"], shown["due_at"]) == ("why", "leads/7", None)

        page = (await http.get(HERE, params={"limit": 1})).json()
        assert [each["id"] for each in page["items"]] == [failed]
        page = (await http.get(HERE, params={"limit": 1, "cursor": page["next_cursor"]})).json()
        assert ([each["id"] for each in page["items"]], page["next_cursor"]) == ([later], None)
        for query, ids in (
            ({"state": "failed"}, [failed]),
            ({"state": ["failed", "scheduled"], "kind": handyman.kind}, [failed, later]),
            ({"state": "running"}, []),
            ({"kind": "notes.other"}, []),
            ({"person_id": str(new_id())}, []),
        ):
            assert [each["id"] for each in (await http.get(HERE, params=query)).json()["items"]] == ids, query

        handyman.mended = True
        assert (await http.post(f"{HERE}/{failed}/retry")).status_code == 204
        await eventually(lambda: is_now(failed, None))
        assert (await http.post(f"{HERE}/{later}/cancel")).status_code == 204
        assert await state_of(http, later) == "cancelled"
        assert (await http.post(f"{HERE}/{later}/cancel")).status_code == 409
        assert (await http.post(f"{HERE}/{later}/retry")).status_code == 204
        await eventually(lambda: is_now(later, None))

        handyman.begun.clear()
        running_one = await put_down(running, agency_id, handyman.kind, hang=True)
        await asyncio.wait_for(handyman.begun.wait(), 30)
        assert await state_of(http, running_one) == "running"
        assert (await http.post(f"{HERE}/{running_one}/retry")).status_code == 409
        assert (await http.post(f"{HERE}/{running_one}/cancel")).status_code == 204
        await eventually(lambda: is_now(running_one, "cancelled"))
        await running.jobs_done()


@pytest.mark.parametrize(("role", "looks", "acts"), [
    (Role.OWNER, 200, 204), (Role.ADMIN, 200, 204), (Role.AUDITOR, 200, 403),
    (Role.MANAGER, 403, 403), (Role.AGENT, 403, 403), (Role.VIEWER, 403, 403),
])  # fmt: skip
async def test_jobs_are_for_owners_and_admins(start: Start, agency_id: UUID, role: Role, looks: int, acts: int) -> None:
    handyman = Handyman(f"notes.{role}")
    async with start(handyman.create, NotesSettings) as running:
        id = await put_down(running, agency_id, handyman.kind, at=datetime.now(UTC) + timedelta(hours=1))
        async with running.client(agency_id, role=role) as http:
            assert (await http.get(HERE)).status_code == looks
            assert (await http.get(f"{HERE}/{id}")).status_code == looks
            assert (await http.post(f"{HERE}/{id}/cancel")).status_code == acts
        async with running.client(new_id()) as http:
            assert (await http.get(HERE)).json()["items"] == []
            assert [(await http.request(method, f"{HERE}/{id}{act}")).status_code for method, act in
                    (("GET", ""), ("POST", "/cancel"), ("POST", "/retry"))] == [404, 404, 404]  # fmt: skip
