"""Who is signed in proves anew that it is they, before what a session that was left open or stolen must not do."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
import pytest
from accounts import PASSWORD, acting, refresh, register, sign_in
from gardenos_chassis.auth.caller import CONFIRMED_SECONDS
from gardenos_chassis.testing import Running
from gardenos_identity.tables import sessions
from second_factors import ME, answer, code, enrolled
from sqlalchemy import update

HERE = "/api/v1/sessions/confirmation"
NEEDED = "urn:gardenos:confirmation-needed"
LONG_AGO = CONFIRMED_SECONDS + 1


def proved(answer: dict[str, Any]) -> int:
    """When the person of a token last proved that it is they."""
    found: int = jwt.decode(answer["access_token"], options={"verify_signature": False})["auth_time"]
    return found


async def ago(identity: Running, agency: dict[str, Any], seconds: int) -> int:
    """As if all sessions of the agency had begun so long ago; gives when that was."""
    then = int(time.time()) - seconds
    async with identity.service.database.transaction(UUID(agency["id"])) as session:
        at = datetime.fromtimestamp(then, UTC)
        await session.execute(update(sessions).values(started_at=at, proved_at=at))
    return then


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/api-keys", {"name": "Form", "scopes": ["records:read"]}),
        ("PUT", "/api/v1/agencies/{id}/closure", {"name": "Garden"}),
        ("GET", "/api/v1/operations/identity/agency-export", None),
        ("DELETE", "/api/v1/users/{owner_id}/second-factor", None),
        ("POST", f"{ME}/removal", None),
        ("POST", f"{ME}/recovery-codes", None),
    ],
)
async def test_what_asks_for_it_is_done_by_nobody_who_has_not_confirmed_lately(
    identity: Running, method: str, path: str, body: dict[str, Any] | None
) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
    path = path.format(**mine)
    async with acting(identity, mine["session"], confirmed=LONG_AGO) as me:
        refused = await me.request(method, path, json=body)
        assert (refused.status_code, refused.json()["type"]) == (403, NEEDED), refused.text
        assert "10 minutes" in refused.json()["detail"]
    async with acting(identity, mine["session"], confirmed=CONFIRMED_SECONDS - 60) as me:
        done = await me.request(method, path, json=body)
        assert done.is_success, done.text


async def test_a_password_confirms_and_the_session_remembers(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
        then = await ago(identity, agency, 3600)
        gone_on = (await refresh(http, session["refresh_token"])).json()
        assert proved(gone_on) == then, "going on proves nothing"
        async with acting(identity, gone_on, confirmed=3600) as me:
            wrong = await me.post(HERE, json={"password": "another password"})
            assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/password")
            assert proved((await refresh(http, gone_on["refresh_token"])).json()) == then
            confirmed = await me.post(HERE, json={"password": PASSWORD})
            assert confirmed.status_code == 201, confirmed.text
        assert proved(confirmed.json()) > then
        again = (await sign_in(http, agency["email"])).json()
        assert proved((await refresh(http, again["refresh_token"])).json()) > then


async def test_a_second_factor_is_asked_for_too_and_its_code_is_good_once(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        async with acting(identity, mine["session"], confirmed=LONG_AGO) as me:
            for given in ({}, {"code": None}, {"code": code(mine["secret"], steps=-5)}, {"code": "xxxx-xxxx"}):
                refused = await me.post(HERE, json={"password": PASSWORD, **given})
                assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/code")
            right = {"password": PASSWORD, "code": code(mine["secret"])}
            assert (await me.post(HERE, json=right)).status_code == 201
            assert (await me.post(HERE, json=right)).status_code == 422
            by_recovery = {"password": PASSWORD, "code": mine["recovery_codes"][0]}
            assert (await me.post(HERE, json=by_recovery)).status_code == 201
        challenge = (await sign_in(http, mine["email"])).json()["challenge"]
        assert (await answer(http, challenge, mine["recovery_codes"][0])).status_code == 422


async def test_it_cannot_be_guessed(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        async with acting(identity, mine["session"]) as me:
            guesses = [
                (await me.post(HERE, json={"password": PASSWORD, "code": f"00000{place}"})).status_code
                for place in range(6)
            ]
        assert guesses == [422] * 5 + [429]


async def test_a_session_that_has_ended_is_not_confirmed(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
        async with acting(identity, session) as me:
            assert (await me.delete("/api/v1/sessions/current")).status_code == 204
            assert (await me.post(HERE, json={"password": PASSWORD})).status_code == 401
