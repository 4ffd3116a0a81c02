"""The audit trail of a service: who did what, from where and by which rule; and who looked at it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from gardenos_notes.app import NoteStruck, NoteTaken

TRAIL = "/api/v1/operations/notes/audit"


async def take(notes: Running, agency_id: UUID, words: str, *, actor: str = "p", **more: Any) -> UUID:
    id = new_id()
    context = Context(agency_id, Actor(ActorKind.PERSON, actor), "c", **more)
    await notes.service.store.append(context, id, 0, [NoteTaken(note_id=id, text=words)])
    return id


async def trail(client: httpx.AsyncClient, **wanted: Any) -> list[dict[str, Any]]:
    """All pages."""
    found: list[dict[str, Any]] = []
    cursor: Mapping[str, str] = {}
    while True:
        page = (await client.get(TRAIL, params={**wanted, **cursor})).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_it_says_who_did_what_from_where_and_by_which_rule(notes: Running, agency_id: UUID) -> None:
    user_id = new_id()
    async with notes.client(agency_id, role=Role.AGENT, user_id=user_id) as agent:
        id = (await agent.post("/api/v1/notes", json={"text": "remember"})).json()["id"]
        await agent.get(f"/api/v1/notes/{id}")
    async with notes.client(agency_id, role=Role.AUDITOR) as auditor:
        opened, taken = await trail(auditor)
    assert {each["actor"] for each in (opened, taken)} == {f"person:{user_id}"}
    assert (taken["kind"], taken["title"], taken["subject_id"]) == ("change", "Note taken", id)
    assert (taken["rule"], opened["rule"]) == ("records:write/own", "records:read/own")
    assert (opened["kind"], opened["title"], opened["subject_id"]) == ("read", "Opened note", id)
    assert taken["origin"] == opened["origin"]
    assert taken["correlation_id"] != opened["correlation_id"]


async def test_whoever_looks_into_it_is_in_it(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id, role=Role.AUDITOR) as auditor:
        assert await trail(auditor) == []
        (looked,) = await trail(auditor)
    assert (looked["title"], looked["rule"]) == ("Listed audit trail", "audit:read/agency")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.VIEWER])
async def test_others_may_not(notes: Running, agency_id: UUID, role: Role) -> None:
    async with notes.client(agency_id, role=role) as client:
        assert (await client.get(TRAIL)).status_code == 403


async def test_it_is_of_one_agency(notes: Running, agency_id: UUID) -> None:
    await take(notes, new_id(), "somebody else's")
    async with notes.client(agency_id) as owner:
        assert await trail(owner) == []
        assert (await owner.get(f"{TRAIL}/changes/1")).status_code == 404


async def test_pages_of_changes_and_reads_are_one_list(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as client:
        ids = []
        for words in "abcde":
            ids.append(str(await take(notes, agency_id, words)))
            await client.get(f"/api/v1/notes/{ids[-1]}")
    async with notes.client(agency_id) as owner:
        found = await trail(owner, limit=3)
    found = [each for each in found if each["title"] != "Listed audit trail"]
    assert [each["subject_id"] for each in found] == [id for id in reversed(ids) for _ in range(2)]
    assert [each["kind"] for each in found] == ["read", "change"] * 5
    assert [each["at"] for each in found] == sorted((each["at"] for each in found), reverse=True)


async def test_it_is_asked_by_actor_subject_kind_type_and_time(notes: Running, agency_id: UUID) -> None:
    ours = await take(notes, agency_id, "ours")
    await take(notes, agency_id, "theirs", actor="q")
    robot = Context(agency_id, Actor(ActorKind.AI, "offline"), "c", on_behalf_of="p")
    await notes.service.store.append(robot, ours, 1, [NoteStruck(note_id=ours)])
    async with notes.client(agency_id) as client:
        await client.get(f"/api/v1/notes/{ours}")
        everything = [each for each in await trail(client) if each["kind"] == "change"]
        struck, theirs, taken = everything

        async def asked(**wanted: Any) -> list[dict[str, Any]]:
            return [each for each in await trail(client, **wanted) if each["title"] != "Listed audit trail"]

        assert await asked(actor="person:q") == [theirs]
        assert await asked(on_behalf_of="p") == [struck]
        assert await asked(kind="change", subject_id=str(ours)) == [struck, taken]
        assert [each["title"] for each in await asked(kind="read", subject_id=str(ours))] == ["Opened note"]
        assert await asked(type="notes.NoteTaken.v1") == [theirs, taken]
        (opened,) = await asked(type="opened note")
        assert (opened["kind"], opened["subject_id"]) == ("read", str(ours))
        assert await asked(type=["opened note", "notes.NoteStruck.v2"]) == [opened, struck]
        assert await asked(type="opened note", kind="change") == []
        assert await asked(type="notes.NoteTaken.v1", on_behalf_of="p") == []
        assert await asked(type="notes.NoteStruck.v2", on_behalf_of="p") == [struck]
        assert await asked(kind="change", since=theirs["at"]) == [struck, theirs]
        assert await asked(kind="change", until=theirs["at"]) == [taken]
        assert await asked(kind="change", since=theirs["at"], until=struck["at"]) == [theirs]
        assert await asked(kind="sign-in") == []


async def test_by_type_and_on_behalf_pages_are_one_list_too(notes: Running, agency_id: UUID) -> None:
    ids = [await take(notes, agency_id, words) for words in "abcde"]
    for note in ids:
        robot = Context(agency_id, Actor(ActorKind.AI, "offline"), "c", on_behalf_of="p")
        await notes.service.store.append(robot, note, 1, [NoteStruck(note_id=note)])
    async with notes.client(agency_id) as client:
        for note in ids:
            await client.get(f"/api/v1/notes/{note}")
        found = await trail(client, limit=2, type=["notes.NoteStruck.v2", "opened note"])
        behalf = await trail(client, limit=2, on_behalf_of="p")
    assert [each["subject_id"] for each in found] == [str(note) for note in reversed(ids)] * 2
    assert [each["title"] for each in found] == ["Opened note"] * 5 + ["Note struck"] * 5
    assert [each["subject_id"] for each in behalf] == [str(note) for note in reversed(ids)]


async def test_it_says_by_which_types_it_can_be_asked(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id, role=Role.AUDITOR) as auditor:
        told = (await auditor.get(f"{TRAIL}/types")).json()
    assert "notes.NoteTaken.v1" in told["changes"]
    assert all(each.startswith("notes.") for each in told["changes"])
    assert {"opened note", "listed notes", "searched notes", "listed audit trail"} <= set(told["looks"])
    async with notes.client(agency_id, role=Role.AGENT) as agent:
        assert (await agent.get(f"{TRAIL}/types")).status_code == 403


async def test_a_change_is_told_with_what_it_changed(notes: Running, agency_id: UUID) -> None:
    id = await take(notes, agency_id, "remember")
    struck = Context(agency_id, Actor(ActorKind.PERSON, "p"), "c", rule="records:write/own")
    await notes.service.store.append(struck, id, 1, [NoteStruck(note_id=id, by_mistake=True)])
    async with notes.client(agency_id) as client:
        told = (await client.get(f"{TRAIL}/changes/2")).json()
        first = (await client.get(f"{TRAIL}/changes/1")).json()
    assert told["changes"] == [{"field": "by_mistake", "old": None, "new": "true"}]
    assert (told["version"], told["rule"], told["forgotten"]) == (2, "records:write/own", False)
    assert {"field": "text", "old": None, "new": "remember"} in first["changes"]


@pytest.mark.parametrize("name", ["actor", "on_behalf_of", "type"])
async def test_a_text_that_no_text_can_be_is_refused(notes: Running, agency_id: UUID, name: str) -> None:
    async with notes.client(agency_id) as client:
        for bad in ("a\0b", "leads.\0"):
            assert (await client.get(TRAIL, params={name: bad})).status_code == 422


async def test_a_foreign_cursor_is_refused(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as client:
        answer = await client.get(TRAIL, params={"cursor": "AAAA"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "query:cursor"
