"""Signing in, going on, signing out: on real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt
import pytest
from accounts import FIREFOX, PASSWORD, acting, refresh, register, sign_in
from gardenos_chassis.testing import Running
from gardenos_contracts.identity import RefreshTokenReused
from gardenos_identity.passwords import Passwords
from gardenos_identity.sessions import GRACE
from gardenos_identity.tables import sessions
from gardenos_identity.tokens import Signer
from sqlalchemy import update


async def test_an_owner_registers_and_signs_in(identity: Running, signing_key: str) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        answer = await sign_in(http, agency["email"].upper())
        assert answer.status_code == 201
        session = answer.json()
        assert session["user"]["role"] == "owner"
        told = {name: session["agency"][name] for name in ("id", "name", "time_zone", "currency")}
        assert told == {"id": agency["id"], "name": "Garden", "time_zone": "America/Chicago", "currency": "USD"}
        (key,) = (await http.get("/.well-known/jwks.json")).json()["keys"]
        claims = jwt.decode(session["access_token"], jwt.PyJWK(key), algorithms=["EdDSA"], audience="gardenos")
        assert jwt.get_unverified_header(session["access_token"])["kid"] == key["kid"] == Signer(signing_key).kid
        assert (claims["agency_id"], claims["sub"]) == (agency["id"], agency["owner_id"])
        assert claims["exp"] - claims["iat"] == 600
        assert "d" not in key


async def test_a_wrong_password_and_an_unknown_address_are_not_told_apart(
    identity: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        verified: list[str | None] = []
        honest = Passwords.verify

        async def counted(self: Passwords, kept: str | None, password: str) -> bool:
            verified.append(kept)
            return await honest(self, kept, password)

        monkeypatch.setattr(Passwords, "verify", counted)
        wrong = await sign_in(http, agency["email"], "not the password")
        unknown = await sign_in(http, "nobody@garden.example", "not the password")
        assert (wrong.status_code, unknown.status_code) == (401, 401)
        assert wrong.json() == unknown.json()
        # The same work was done for both: one hash each.
        assert len(verified) == 2
        assert verified[1] is None


async def test_refresh_rotates_and_a_used_token_ends_the_session(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        first = (await sign_in(http, agency["email"])).json()["refresh_token"]
        second = await refresh(http, first)
        assert second.status_code == 201
        assert second.json()["refresh_token"] != first
        third = await refresh(http, second.json()["refresh_token"])
        assert third.status_code == 201
        # Two behind: its answer was not lost, for the one after it came.
        assert (await refresh(http, first)).status_code == 401
        assert (await refresh(http, third.json()["refresh_token"])).status_code == 401
        for nonsense in ("", "a.b.c", f"{uuid4()}.{uuid4()}.secret"):
            assert (await refresh(http, nonsense)).status_code == 401
    told = [event.data for event in await identity.events(UUID(agency["id"]))]
    assert [found.user_id for found in told if isinstance(found, RefreshTokenReused)] == [UUID(agency["owner_id"])]


async def test_whoever_lost_the_answer_gets_the_same_session_for_a_while(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        first = (await sign_in(http, agency["email"])).json()["refresh_token"]
        # Two tabs at once are no thief either.
        answers = await asyncio.gather(*(refresh(http, first) for _ in range(3)))
        assert {answer.status_code for answer in answers} == {201}
        (second,) = {answer.json()["refresh_token"] for answer in answers}
        async with identity.service.database.transaction(UUID(agency["id"])) as session:
            await session.execute(update(sessions).values(rotated_at=datetime.now(UTC) - GRACE - timedelta(seconds=1)))
        assert (await refresh(http, first)).status_code == 401
        assert (await refresh(http, second)).status_code == 401


async def test_another_program_gets_no_grace(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        first = (await sign_in(http, agency["email"])).json()["refresh_token"]
        second = (await refresh(http, first, **{"User-Agent": FIREFOX})).json()["refresh_token"]
        assert (await refresh(http, first, **{"User-Agent": "curl/8"})).status_code == 401
        assert (await refresh(http, second, **{"User-Agent": FIREFOX})).status_code == 401


async def test_a_session_that_nobody_used_for_long_has_ended(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        token = (await sign_in(http, agency["email"])).json()["refresh_token"]
        async with identity.service.database.transaction(UUID(agency["id"])) as session:
            await session.execute(update(sessions).values(used_at=datetime.now(UTC) - timedelta(days=31)))
        assert (await refresh(http, token)).status_code == 401


async def test_sign_out_ends_the_session(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
        async with acting(identity, session) as mine:
            assert (await mine.delete("/api/v1/sessions/current")).status_code == 204
            assert (await mine.delete("/api/v1/sessions/current")).status_code == 204
        assert (await refresh(http, session["refresh_token"])).status_code == 401


async def test_people_see_their_sessions_and_end_them(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        here = (await sign_in(http, agency["email"], **{"User-Agent": FIREFOX})).json()
        phone = (await sign_in(http, agency["email"], **{"User-Agent": "Mozilla/5.0 (iPhone) Safari/604.1"})).json()
        third = (await sign_in(http, agency["email"], **{"User-Agent": "curl/8"})).json()
        async with acting(identity, here) as mine:
            listed = (await mine.get("/api/v1/sessions")).json()["items"]
            assert {found["device"] for found in listed} == {
                "Firefox on Windows",
                "Safari on iPhone",
                "Another program",
            }
            assert [found["device"] for found in listed if found["current"]] == ["Firefox on Windows"]
            assert {found["address"] for found in listed} == {"127.0.0.1"}
            (there,) = (found["id"] for found in listed if found["device"] == "Safari on iPhone")
            assert (await mine.delete(f"/api/v1/sessions/{there}")).status_code == 204
            assert (await mine.delete(f"/api/v1/sessions/{there}")).status_code == 404
            assert (await refresh(http, phone["refresh_token"])).status_code == 401
            assert (await mine.delete("/api/v1/sessions/others")).status_code == 204
            assert [found["current"] for found in (await mine.get("/api/v1/sessions")).json()["items"]] == [True]
        assert (await refresh(http, third["refresh_token"])).status_code == 401
        assert (await refresh(http, here["refresh_token"], **{"User-Agent": FIREFOX})).status_code == 201


async def test_nobody_ends_or_sees_another_s_session(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
    sid = jwt.decode(session["access_token"], options={"verify_signature": False})["sid"]
    for stranger in (UUID(agency["id"]), uuid4()):
        async with identity.client(stranger) as other:
            assert (await other.get("/api/v1/sessions")).json()["items"] == []
            assert (await other.delete(f"/api/v1/sessions/{sid}")).status_code == 404
            assert (await other.delete("/api/v1/sessions/others")).status_code == 204
    async with identity.anonymous() as http:
        assert (await refresh(http, session["refresh_token"])).status_code == 201


async def test_the_store_holds_no_password(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
    events = await identity.events(UUID(agency["id"]))
    assert [event.type for event in events] == ["identity.AgencyRegistered.v1", "identity.UserJoined.v1"]
    assert not any(
        "argon2" in event.data.model_dump_json() or PASSWORD in event.data.model_dump_json() for event in events
    )
