"""The HTTP edge that all services share."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role
from sqlalchemy import text


async def test_create_show_list(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as http:
        made = await http.post("/api/v1/notes", json={"text": "milk"})
        assert made.status_code == 201
        assert made.headers["etag"] == '"1"'
        assert (await http.get(made.headers["location"])).json()["text"] == "milk"
        assert [note["text"] for note in (await http.get("/api/v1/notes")).json()["items"]] == ["milk"]


async def test_problems_say_what_where_and_what_to_do(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as http:
        empty = await http.post("/api/v1/notes", json={"text": ""})
        assert empty.status_code == 422
        assert empty.headers["content-type"] == "application/problem+json"
        assert empty.json()["errors"][0]["pointer"] == "/text"
        assert (await http.post("/api/v1/notes", content=b"{oops")).status_code == 422
        assert (await http.get(f"/api/v1/notes/{new_id()}")).status_code == 404
        assert (await http.get("/api/v1/notes/not-an-id")).status_code == 404
        assert (await http.get("/api/v1/nothing")).headers["content-type"] == "application/problem+json"
        assert (await http.get("/api/v1/notes?cursor=zzz")).json()["errors"][0]["pointer"] == "query:cursor"
        stale = await http.put(
            (await http.post("/api/v1/notes", json={"text": "a"})).headers["location"] + "/struck",
            headers={"If-Match": '"9"'},
        )
        assert stale.status_code == 412


async def test_pages_by_cursor_meet_every_row_once(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as http:
        made = [(await http.post("/api/v1/notes", json={"text": str(n)})).json()["id"] for n in range(7)]
        seen: list[str] = []
        cursor = None
        while True:
            page = (
                await http.get("/api/v1/notes", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))
            ).json()
            seen += [note["id"] for note in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == sorted(made, reverse=True)


async def test_tokens(notes: Running, agency_id: UUID) -> None:
    signer = notes.sources.signer
    good = signer.token(agency_id, new_id(), Role.AGENT)
    expired = signer.token(agency_id, new_id(), Role.AGENT, age=700)
    foreign = type(signer)().token(agency_id, new_id(), Role.AGENT)
    head, body, signature = good.split(".")
    async with notes.anonymous() as http:

        async def status(token: str | None) -> int:
            headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
            return (await http.get("/api/v1/notes", headers=headers)).status_code

        assert await status(good) == 200
        for token in (None, "", "nonsense", expired, foreign, f"{head}.{body}.{signature[::-1]}", f"{head}.{body}."):
            assert await status(token) == 401
        none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + body + "."
        assert await status(none) == 401


async def test_scope_by_role(notes: Running, agency_id: UUID) -> None:
    team, other_team, mine = new_id(), new_id(), new_id()
    async with notes.client(agency_id) as owner:
        texts = {
            "mine": {"owner_id": str(mine), "team_id": str(other_team)},
            "my team's pool": {"team_id": str(team)},
            "a colleague's": {"owner_id": str(new_id()), "team_id": str(team)},
            "another team's": {"owner_id": str(new_id()), "team_id": str(other_team)},
            "the agency's pool": {},
        }
        places = {}
        for words, scope in texts.items():
            places[words] = (await owner.post("/api/v1/notes", json={"text": words, **scope})).headers["location"]
    expected = {
        Role.AGENT: {"mine", "my team's pool", "the agency's pool"},
        Role.MANAGER: {"mine", "my team's pool", "a colleague's", "the agency's pool"},
        Role.AUDITOR: set(texts),
        Role.OWNER: set(texts),
    }
    for role, visible in expected.items():
        async with notes.client(agency_id, role=role, user_id=mine, team_ids=[team]) as http:
            assert {note["text"] for note in (await http.get("/api/v1/notes")).json()["items"]} == visible
            strike = await http.put(places["another team's"] + "/struck")
            assert strike.status_code == {Role.AUDITOR: 403, Role.OWNER: 200}.get(role, 404)


async def test_bodies_have_a_limit_announced_or_not(notes: Running, agency_id: UUID) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    async with notes.client(agency_id) as http:
        assert (await http.post("/api/v1/notes", content=b"x" * 1_000_001)).status_code == 413
        assert (await http.post("/api/v1/notes", content=chunks())).status_code == 413


async def test_a_database_that_is_away_is_told_from_a_fault(notes: Running) -> None:
    async def asked(sqlstate: str) -> None:
        async with notes.service.database.across() as session:
            await session.execute(
                text(f"do $$ begin raise exception 'said by the database' using errcode = '{sqlstate}'; end $$")
            )

    async def unreachable() -> None:
        await asyncpg.connect(host="127.0.0.1", port=free_port())

    notes.service.app.add_api_route("/asked/{sqlstate}", asked)
    notes.service.app.add_api_route("/unreachable", unreachable)
    transport = httpx.ASGITransport(notes.service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        for away in ("/asked/53100", "/asked/57P03", "/unreachable"):
            answer = await http.get(away)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2"), away
            assert answer.json()["detail"] == "something that this needs is away just now; please try again"
        fault = await http.get("/asked/42P01")
        assert fault.status_code == 500
        assert "said by the database" not in fault.text


async def test_the_feed_is_for_services(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as http:
        await http.post("/api/v1/notes", json={"text": "milk"})
        path = f"/internal/v1/events?agency_id={agency_id}"
        assert (await http.get(path)).status_code == 401
        token = notes.service.settings.internal_token.get_secret_value()
        answer = await http.get(path, headers={"Authorization": f"Bearer {token}"})
        assert [event["type"] for event in answer.json()["items"]] == ["notes.NoteTaken.v1"]
