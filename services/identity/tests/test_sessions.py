"""Signing in, going on, signing out: on real PostgreSQL."""

from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from gardenos_chassis.testing import Running
from gardenos_identity.passwords import Passwords
from gardenos_identity.tokens import Signer

PASSWORD = "correct horse battery"


async def register(http: httpx.AsyncClient, email: str | None = None) -> dict[str, Any]:
    email = email or f"{uuid4().hex}@garden.example"
    owner = {"name": "Olga Owner", "email": email, "password": PASSWORD}
    answer = await http.post(
        "/api/v1/agencies", json={"name": "Garden", "time_zone": "America/Chicago", "owner": owner}
    )
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "email": email}


async def sign_in(http: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await http.post("/api/v1/sessions", json={"email": email, "password": password})


async def test_an_owner_registers_and_signs_in(identity: Running, signing_key: str) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        answer = await sign_in(http, agency["email"].upper())
        assert answer.status_code == 201
        session = answer.json()
        assert session["user"]["role"] == "owner"
        assert session["agency"] == {
            "id": agency["id"], "name": "Garden", "time_zone": "America/Chicago", "currency": "USD"
        }  # fmt: skip
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


async def test_many_failures_lock_the_account_for_a_while(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        for _ in range(5):
            assert (await sign_in(http, agency["email"], "wrong")).status_code == 401
        locked = await sign_in(http, agency["email"])
        assert locked.status_code == 429
        assert int(locked.headers["retry-after"]) >= 1


async def test_refresh_rotates_and_a_used_token_ends_the_session(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        first = (await sign_in(http, agency["email"])).json()["refresh_token"]
        second = await http.post("/api/v1/sessions/refresh", json={"refresh_token": first})
        assert second.status_code == 201
        assert second.json()["refresh_token"] != first
        assert (await http.post("/api/v1/sessions/refresh", json={"refresh_token": first})).status_code == 401
        stolen = await http.post("/api/v1/sessions/refresh", json={"refresh_token": second.json()["refresh_token"]})
        assert stolen.status_code == 401
        for nonsense in ("", "a.b.c", f"{uuid4()}.{uuid4()}.secret"):
            assert (await http.post("/api/v1/sessions/refresh", json={"refresh_token": nonsense})).status_code == 401


async def test_sign_out_ends_the_session(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
    caller = {"agency_id": agency["id"], "user_id": agency["owner_id"]}
    token = identity.sources.signer
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert claims["sub"] == caller["user_id"]
    # The kit's keys verify here, so the same session is named in a token of the kit's.
    mine = token.token(claims["agency_id"], claims["sub"], claims["role"], session_id=claims["sid"])
    async with identity.anonymous({"Authorization": f"Bearer {mine}"}) as http:
        assert (await http.delete("/api/v1/sessions/current")).status_code == 204
        again = await http.post("/api/v1/sessions/refresh", json={"refresh_token": session["refresh_token"]})
        assert again.status_code == 401


async def test_the_store_holds_no_password(identity: Running) -> None:
    from uuid import UUID

    async with identity.anonymous() as http:
        agency = await register(http)
    events = await identity.events(UUID(agency["id"]))
    assert [event.type for event in events] == ["identity.AgencyRegistered.v1", "identity.UserJoined.v1"]
    assert not any(
        "argon2" in event.data.model_dump_json() or PASSWORD in event.data.model_dump_json() for event in events
    )
