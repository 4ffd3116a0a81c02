"""What events say of who asked, from where and by which rule; and who looked at what."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from gardenos_chassis.audit.accesses import prune
from gardenos_chassis.audit.chain import Chain
from gardenos_chassis.audit.verification import verify
from gardenos_chassis.events.store import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from gardenos_notes.app import BellRung, NoteTaken
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest_asyncio.fixture(loop_scope="session")
async def superuser(parts: Parts) -> AsyncIterator[Superuser]:
    """Somebody whom nothing in the database binds."""
    connection = await parts.postgres.server.connect("gardenos_notes")
    yield connection
    await connection.close()


async def accesses(notes: Running, agency_id: UUID) -> list[dict[str, Any]]:
    async with notes.service.database.transaction(agency_id) as session:
        found = await session.execute(text("select * from accesses order by at, id"))
        return [dict(row) for row in found.mappings()]


async def took(client: httpx.AsyncClient, words: str = "remember") -> str:
    made = await client.post("/api/v1/notes", json={"text": words}, headers={"User-Agent": FIREFOX})
    id: str = made.json()["id"]
    return id


async def test_an_event_says_from_where_and_by_which_rule(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id, role=Role.AGENT) as client:
        await took(client)
    (event,) = await notes.events(agency_id)
    assert event.rule == "records:write/own"
    assert event.origin is not None
    assert event.origin.startswith("127.0.0.0/24; Firefox on Windows; session ")
    assert event.on_behalf_of is None


async def test_what_follows_from_it_says_on_whose_behalf(notes: Running, agency_id: UUID) -> None:
    user_id = str(new_id())
    bell = notes.sources("bells")
    await bell.publish(agency_id, BellRung(loudness=3, must_answer=True), actor=Actor(ActorKind.PERSON, user_id))
    await notes.wait_until_caught_up()
    (event,) = await notes.events(agency_id)
    assert (str(event.actor), event.on_behalf_of) == ("automation:notes.bells", user_id)
    assert (event.origin, event.rule) == (None, "platform:hears bells.BellRung.v2")


async def test_a_job_remembers_on_whose_behalf(notes: Running, agency_id: UUID) -> None:
    asked = Context(agency_id, Actor(ActorKind.PERSON, "p"), "c")
    async with notes.service.database.transaction(agency_id) as session:
        id = await enqueue(session, "notes.any", because_of=asked)
        kept = await session.execute(text("select on_behalf_of from jobs where id = :id"), {"id": id})
        assert kept.scalar_one() == "p"
        await session.execute(text("delete from jobs where id = :id"), {"id": id})


async def test_what_is_published_says_it_too(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as client:
        await took(client)
    token = notes.service.settings.internal_token.get_secret_value()
    async with notes.anonymous({"Authorization": f"Bearer {token}"}) as other:
        (told,) = (await other.get("/internal/v1/events", params={"agency_id": str(agency_id)})).json()["items"]
    assert told["rule"] == "records:write/agency"
    assert told["origin"].startswith("127.0.0.0/24")


@pytest.mark.parametrize("what", ["rule", "origin", "on_behalf_of"])
async def test_the_chain_covers_them_and_older_events_hold(
    notes: Running, agency_id: UUID, superuser: Superuser, what: str
) -> None:
    # One as it was recorded before events said any of this, and one that says it.
    bare = Context(agency_id, Actor(ActorKind.PERSON, "p"), "c")
    await notes.service.store.append(bare, id := new_id(), 0, [NoteTaken(note_id=id, text="before")])
    said = Context(
        agency_id, Actor(ActorKind.AI, "offline"), "c", on_behalf_of="p", origin="here", rule="records:write/own"
    )
    await notes.service.store.append(said, id := new_id(), 0, [NoteTaken(note_id=id, text="since")])
    await Chain(notes.service.database).extend()
    assert [b for b in (await verify(notes.service, lambda _: None)).breaks if b.agency_id == agency_id] == []
    change = "update events set metadata = jsonb_set(metadata, $2, '\"other\"') where sequence = 2 and agency_id = $1"
    assert await superuser.execute(change, agency_id, [what]) == "UPDATE 1"
    (broken,) = (b for b in (await verify(notes.service, lambda _: None)).breaks if b.agency_id == agency_id)
    assert broken.sequence == 2


async def test_who_looks_is_recorded(notes: Running, agency_id: UUID) -> None:
    user_id = new_id()
    async with notes.client(agency_id, role=Role.VIEWER, user_id=user_id) as client:
        async with notes.client(agency_id) as other:
            id = await took(other)
        await client.get(f"/api/v1/notes/{id}", headers={"User-Agent": FIREFOX})
        await client.get("/api/v1/notes")
        await client.get("/api/v1/notes", params={"q": "somebody's name"})
    opened, listed, searched = await accesses(notes, agency_id)
    assert (opened["act"], opened["what"], str(opened["subject_id"])) == ("opened", "note", id)
    assert (opened["actor"], opened["rule"]) == (f"person:{user_id}", "records:read/teams")
    assert opened["origin"].startswith("127.0.0.0/24; Firefox on Windows; session ")
    assert (listed["act"], listed["subject_id"]) == ("listed", None)
    assert searched["act"] == "searched"
    assert "somebody" not in str(searched)


async def test_what_was_not_shown_is_not_recorded(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as client:
        assert (await client.get(f"/api/v1/notes/{new_id()}")).status_code == 404
    assert await accesses(notes, agency_id) == []


async def test_a_request_id_with_quotes_stays_text(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as client:
        await client.get(
            "/api/v1/notes", headers={"X-Request-Id": "a'); drop table accesses; --", "User-Agent": "O'Neill"}
        )
    assert len(await accesses(notes, agency_id)) == 1


async def test_others_see_none_of_it(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as client:
        await client.get("/api/v1/notes")
    assert await accesses(notes, new_id()) == []


@pytest.mark.parametrize("change", ["update accesses set act = 'nothing'", "truncate accesses"])
async def test_the_service_cannot_change_what_is_recorded(notes: Running, agency_id: UUID, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with notes.service.database.transaction(agency_id) as session:
            await session.execute(text(change))


async def test_only_what_is_old_goes(notes: Running, agency_id: UUID, superuser: Superuser) -> None:
    async with notes.client(agency_id) as client:
        for _ in range(3):
            await client.get("/api/v1/notes")
    oldest, middle, _ = await accesses(notes, agency_id)
    aged = "update accesses set at = now() - make_interval(days => $2) where id = $1"
    await superuser.execute(aged, oldest["id"], 500)
    await superuser.execute(aged, middle["id"], 100)
    assert await prune(notes.service.database, timedelta(days=400)) == 1
    # Whatever it is asked for, the database lets go of nothing younger than ninety days.
    assert await prune(notes.service.database, timedelta(days=1)) == 1
    assert len(await accesses(notes, agency_id)) == 1


def test_less_than_ninety_days_are_refused_at_the_start(notes: Running) -> None:
    given = notes.service.settings.model_dump() | {"keep_accesses_days": 30}
    settings: type[ServiceSettings] = type(notes.service.settings)
    with pytest.raises(ValidationError, match="keep_accesses_days"):
        settings.model_validate(given)
