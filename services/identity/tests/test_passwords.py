"""Passwords: hashed in turn, changed by their owner, set anew by a letter."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from accounts import PASSWORD, acting, refresh, register, sign_in
from argon2 import PasswordHasher
from gardenos_chassis.errors import Unavailable
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.mail import Mailbox, mailbox, text_of
from gardenos_chassis.testing.plugin import Start
from gardenos_identity.app import create_service
from gardenos_identity.passwords import Passwords
from gardenos_identity.settings import IdentitySettings
from gardenos_identity.tables import credentials, password_resets
from sqlalchemy import update

NEW = "an even better battery"


@pytest_asyncio.fixture(loop_scope="session")
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def posting(start: Start, signing_key: str, box: Mailbox) -> AsyncIterator[Running]:
    settings = {**box.settings, "public_url": "https://garden.example/"}
    async with start(create_service, IdentitySettings, signing_key=signing_key, **settings) as running:
        yield running


async def ask(http: httpx.AsyncClient, email: str, **headers: str) -> httpx.Response:
    return await http.post("/api/v1/users/password-resets", json={"email": email}, headers=headers)


async def complete(http: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    body = {"token": token, "password": password}
    return await http.post("/api/v1/users/password-resets/completion", json=body)


async def token_for(running: Running, box: Mailbox, email: str) -> str:
    """What stands behind the # of the last letter's link."""
    await running.jobs_done()
    found = re.search(r"https://garden\.example/reset-password#(\S+)", text_of(box.to(email)[-1]))
    assert found
    return found[1]


async def test_a_forgotten_password_is_set_anew_once_and_every_session_ends(posting: Running, box: Mailbox) -> None:
    async with posting.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
        assert (await ask(http, agency["email"].upper())).status_code == 202
        token = await token_for(posting, box, agency["email"])
        assert (await complete(http, token, "short")).status_code == 422
        assert (await complete(http, token)).status_code == 204
        assert (await refresh(http, session["refresh_token"])).status_code == 401
        assert (await sign_in(http, agency["email"])).status_code == 401
        assert (await sign_in(http, agency["email"], NEW)).status_code == 201
        again = await complete(http, token, "yet another battery")
        assert again.status_code == 422
        assert again.json()["errors"][0]["pointer"] == "/token"
    told = [event.data.model_dump(mode="json") for event in await posting.events(UUID(agency["id"]))]
    assert told[-1] == {"user_id": agency["owner_id"], "by": "mail"}


async def test_whether_there_is_an_account_is_not_told(posting: Running, box: Mailbox) -> None:
    async with posting.anonymous() as http:
        agency = await register(http)
        unknown = f"{uuid4().hex}@garden.example"
        there, not_there = await ask(http, agency["email"]), await ask(http, unknown)
        assert (there.status_code, there.content) == (not_there.status_code, not_there.content)
        await posting.jobs_done()
        assert len(box.to(agency["email"])) == 1
        assert box.to(unknown) == []


async def test_a_link_leads_to_us_whatever_host_the_request_names(posting: Running, box: Mailbox) -> None:
    async with posting.anonymous() as http:
        agency = await register(http)
        lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        assert (await ask(http, agency["email"], **lies)).status_code == 202
        await posting.jobs_done()
        (letter,) = box.to(agency["email"])
        assert "https://garden.example/reset-password#" in text_of(letter)
        assert "evil" not in letter.as_string()


async def test_a_link_is_good_for_a_while_and_kept_as_a_hash(posting: Running, box: Mailbox) -> None:
    async with posting.anonymous() as http:
        agency = await register(http)
        assert (await ask(http, agency["email"])).status_code == 202
        token = await token_for(posting, box, agency["email"])
        (row,) = await posting.rows(UUID(agency["id"]), password_resets)
        assert token.rpartition(".")[2] not in row.values()
        for forged in ("", "nonsense", f"{agency['id']}.{row['id']}.{'A' * 43}"):
            assert (await complete(http, forged)).status_code == 422
        async with posting.service.database.transaction(UUID(agency["id"])) as session:
            await session.execute(update(password_resets).values(expires_at=datetime.now(UTC)))
        assert (await complete(http, token)).status_code == 422
        assert (await sign_in(http, agency["email"])).status_code == 201


async def test_a_new_password_makes_older_links_worthless(posting: Running, box: Mailbox) -> None:
    async with posting.anonymous() as http:
        agency = await register(http)
        assert (await ask(http, agency["email"])).status_code == 202
        first = await token_for(posting, box, agency["email"])
        assert (await ask(http, agency["email"])).status_code == 202
        second = await token_for(posting, box, agency["email"])
        assert first != second
        # Both at once: one of them is the one.
        answers = await asyncio.gather(complete(http, first), complete(http, second))
        assert sorted(answer.status_code for answer in answers) in ([204, 409], [204, 422])
        assert [(await complete(http, token)).status_code for token in (first, second)] == [422, 422]


async def test_a_reset_frees_an_account_that_strangers_locked(posting: Running, box: Mailbox) -> None:
    async with posting.anonymous() as http:
        agency = await register(http)
        for _ in range(5):
            assert (await sign_in(http, agency["email"], "wrong")).status_code == 401
        assert (await sign_in(http, agency["email"])).status_code == 429
        assert (await ask(http, agency["email"])).status_code == 202
        assert (await complete(http, await token_for(posting, box, agency["email"]))).status_code == 204
        assert (await sign_in(http, agency["email"], NEW)).status_code == 201


async def test_letters_cannot_be_asked_for_without_end(posting: Running) -> None:
    async with posting.anonymous() as http:
        email = f"{uuid4().hex}@garden.example"
        statuses = [(await ask(http, email)).status_code for _ in range(6)]
        assert statuses == [202] * 5 + [429]


async def test_without_a_mail_server_that_is_said(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        for email in (agency["email"], "nobody@garden.example"):
            assert (await ask(http, email)).status_code == 503


async def test_a_password_is_changed_by_the_old_one_and_other_sessions_end(identity: Running) -> None:
    path = "/api/v1/users/me/password"
    async with identity.anonymous() as http:
        agency = await register(http)
        here, elsewhere = [(await sign_in(http, agency["email"])).json() for _ in range(2)]
        async with acting(identity, here) as mine:
            wrong = await mine.put(path, json={"old_password": "not the password", "new_password": NEW})
            assert wrong.status_code == 422
            assert wrong.json()["errors"][0]["pointer"] == "/old_password"
            short = await mine.put(path, json={"old_password": PASSWORD, "new_password": "short"})
            assert short.json()["errors"][0]["pointer"] == "/new_password"
            assert (await refresh(http, elsewhere["refresh_token"])).status_code == 201
            assert (await mine.put(path, json={"old_password": PASSWORD, "new_password": NEW})).status_code == 204
        assert (await refresh(http, here["refresh_token"])).status_code == 201
        assert (await refresh(http, elsewhere["refresh_token"])).status_code == 401
        assert (await sign_in(http, agency["email"])).status_code == 401
        assert (await sign_in(http, agency["email"], NEW)).status_code == 201
    told = [event.data.model_dump(mode="json") for event in await identity.events(UUID(agency["id"]))]
    assert told[-1] == {"user_id": agency["owner_id"], "by": "old password"}


async def test_who_took_a_session_cannot_guess_the_password_by_it(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
        async with acting(identity, session) as thief:
            body = {"old_password": "a guess at it", "new_password": NEW}
            statuses = [(await thief.put("/api/v1/users/me/password", json=body)).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


async def test_a_hash_of_weaker_parameters_is_made_anew(identity: Running) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with identity.anonymous() as http:
        agency = await register(http)
        async with identity.service.database.transaction(UUID(agency["id"])) as session:
            await session.execute(update(credentials).values(password_hash=weak))
        assert (await sign_in(http, agency["email"])).status_code == 201
        (row,) = await identity.rows(UUID(agency["id"]), credentials)
        assert "m=19456,t=2,p=1" in row["password_hash"]
        assert (await sign_in(http, agency["email"])).status_code == 201


async def test_hashes_are_made_a_few_at_a_time_and_a_full_line_is_told_to_come_again() -> None:
    passwords = Passwords(at_once=1, in_line=2)
    first = [asyncio.create_task(passwords.verify(None, "wrong")) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await passwords.verify(None, "wrong")
    assert refused.value.retry_after >= 1
    assert await asyncio.gather(*first) == [False] * 3
    # The line is free again, for those who hung up too.
    waiting = [asyncio.create_task(passwords.verify(None, "wrong")) for _ in range(3)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    async with asyncio.timeout(10):
        while True:
            try:
                assert await passwords.verify(await passwords.hash(PASSWORD), PASSWORD)
                break
            except Unavailable:
                await asyncio.sleep(0.01)


async def test_a_flood_of_sign_ins_is_answered_with_503_and_the_rest_is_served(start: Start, signing_key: str) -> None:
    few = {"concurrent_hashes": 1, "waiting_hashes": 1}
    async with (
        start(create_service, IdentitySettings, signing_key=signing_key, **few) as running,
        running.anonymous() as http,
    ):
        flood = [sign_in(http, f"{uuid4().hex}@garden.example", "wrong") for _ in range(12)]
        *answers, keys = await asyncio.gather(*flood, http.get("/.well-known/jwks.json"))
        assert keys.status_code == 200
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        assert {answer.status_code for answer in answers} <= {401, 503}
