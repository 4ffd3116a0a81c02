"""The history of an aggregate: what changed from what to what, who did it, and what it was at any moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.events import Context, Repository
from gardenos_chassis.events.changes import FieldChange, changes, fields_of
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import PersonName, Role
from gardenos_notes.app import NoteTaken, evolve, scope_of


async def take(http: httpx.AsyncClient, **note: Any) -> str:
    answer = await http.post("/api/v1/notes", json={"text": "milk", **note})
    assert answer.status_code == 201, answer.text
    return f"/api/v1/notes/{answer.json()['id']}"


async def test_each_change_is_told_with_who_did_it_and_what_came_of_it(notes: Running, agency_id: UUID) -> None:
    owner, other = new_id(), new_id()
    async with notes.client(agency_id, user_id=owner) as http:
        path = await take(http, owner_id=str(owner))
    async with notes.client(agency_id, user_id=other, role=Role.ADMIN) as http:
        assert (await http.put(path + "/struck")).status_code == 200
        body = (await http.get(path + "/history")).json()
    struck, taken = body["items"]
    assert body["next_cursor"] is None
    assert (struck["title"], struck["type"], struck["actor"]) == (
        "Note struck", "notes.NoteStruck.v2", f"person:{other}",
    )  # fmt: skip
    assert struck["changes"] == [{"field": "struck", "old": "false", "new": "true"}]
    assert (taken["title"], taken["version"], taken["actor"]) == ("Note taken", 1, f"person:{owner}")
    assert {"field": "owner_id", "old": None, "new": str(owner)} in taken["changes"]
    stored = await notes.events(agency_id)
    for entry, event in zip([taken, struck], stored, strict=True):
        assert (entry["event_id"], entry["sequence"], entry["correlation_id"], entry["causation_id"]) == (
            event.id, event.sequence, event.correlation_id, None,
        )  # fmt: skip
        assert datetime.fromisoformat(entry["recorded_at"]) == event.recorded_at
    assert taken["correlation_id"] != struck["correlation_id"]


async def test_what_a_reaction_did_names_its_cause(notes: Running, agency_id: UUID) -> None:
    note_id = new_id()
    cause = Context(agency_id, Actor(ActorKind.AUTOMATION, "notes.bells"), "c-1", causation_id="a-bell.7")
    repository = Repository(notes.service.store, cause, evolve, scope_of, "note")
    await repository.create(note_id, lambda: [NoteTaken(note_id=note_id, text="heard")])
    async with notes.client(agency_id) as http:
        (entry,) = (await http.get(f"/api/v1/notes/{note_id}/history")).json()["items"]
    assert (entry["actor"], entry["correlation_id"], entry["causation_id"]) == (
        "automation:notes.bells", "c-1", "a-bell.7",
    )  # fmt: skip


async def test_its_state_at_any_moment(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as http:
        path = await take(http)
        await http.put(path + "/struck")
        first, second = [event.recorded_at for event in await notes.events(agency_id)]

        async def struck(**asked: Any) -> tuple[bool, int]:
            answer = await http.get(path + "/history/state", params=asked)
            assert answer.status_code == 200, answer.text
            return answer.json()["state"]["struck"], answer.json()["version"]

        assert await struck() == await struck(version=2) == await struck(at=second.isoformat()) == (True, 2)
        assert await struck(version=1) == await struck(at=first.isoformat()) == (False, 1)
        assert await struck(at=(second - timedelta(microseconds=1)).isoformat()) == (False, 1)
        assert await struck(at=datetime(2999, 1, 1, tzinfo=UTC).isoformat()) == (True, 2)

        async def refused(**asked: Any) -> int:
            return (await http.get(path + "/history/state", params=asked)).status_code

        assert await refused(version=3) == await refused(at=(first - timedelta(seconds=1)).isoformat()) == 404
        assert await refused(version=0) == await refused(at="2026-03-14T12:00:00") == 422
        assert await refused(version=1, at=first.isoformat()) == 422


async def test_it_is_told_page_by_page(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as http:
        path = await take(http)
        await http.put(path + "/struck")
        found, cursor = [], None
        for _ in range(2):
            page = (
                await http.get(path + "/history", params={"limit": 1, **({"cursor": cursor} if cursor else {})})
            ).json()
            found += [entry["version"] for entry in page["items"]]
            cursor = page["next_cursor"]
        assert (found, cursor) == ([2, 1], None)
        for foreign in ("x", "-1", "²", "9" * 5000):
            assert (await http.get(path + "/history", params={"cursor": foreign})).status_code == 422
        assert (await http.get(path + "/history", params={"cursor": "0"})).json()["items"] == []


async def test_outside_the_scope_there_is_no_history(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as http:
        path = await take(http, owner_id=str(new_id()))
    unknown = f"/api/v1/notes/{new_id()}"
    for agency, role, asked in (
        (agency_id, Role.AGENT, path), (new_id(), Role.OWNER, path), (agency_id, Role.OWNER, unknown)
    ):  # fmt: skip
        async with notes.client(agency, role=role) as http:
            for what in ("/history", "/history/state", "/history/state?version=1"):
                answer = await http.get(asked + what)
                assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such note"), what
    async with notes.client(agency_id, role=Role.AUDITOR) as http:
        assert (await http.get(path + "/history")).status_code == 200


def test_fields_are_those_of_json_without_levels() -> None:
    @dataclass
    class Roof:
        id: UUID
        details: dict[str, Any]
        measured: tuple[int, ...]
        on: date | None = None

    before = fields_of(Roof(UUID(int=1), {"name": PersonName(given="Ada"), "kinds": {}}, (1, 2)))
    assert before == {
        "id": str(UUID(int=1)), "details.name.given": "Ada", "details.name.family": "", "details.kinds": {},
        "measured": [1, 2], "on": None,
    }  # fmt: skip
    after = fields_of(Roof(UUID(int=1), {"name": PersonName(given="Bea")}, (1,), date(2026, 3, 14)))
    assert changes(before, after) == [
        FieldChange("details.name.given", "Ada", "Bea"),
        FieldChange("measured", "[1,2]", "[1]"),
        FieldChange("on", None, "2026-03-14"),
        FieldChange("details.kinds", "{}", None),
    ]
