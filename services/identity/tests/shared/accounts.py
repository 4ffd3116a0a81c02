"""Accounts as the tests use them: an agency with its owner, signed in."""

from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

import httpx
import jwt
from gardenos_chassis.testing import Running

PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def register(http: httpx.AsyncClient, email: str | None = None) -> dict[str, Any]:
    email = email or f"{uuid4().hex}@garden.example"
    owner = {"name": "Olga Owner", "email": email, "password": PASSWORD}
    answer = await http.post(
        "/api/v1/agencies", json={"name": "Garden", "time_zone": "America/Chicago", "owner": owner}
    )
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "email": email}


async def sign_in(http: httpx.AsyncClient, email: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return await http.post("/api/v1/sessions", json={"email": email, "password": password}, headers=headers)


async def refresh(http: httpx.AsyncClient, token: str, **headers: str) -> httpx.Response:
    return await http.post("/api/v1/sessions/refresh", json={"refresh_token": token}, headers=headers)


def acting(
    identity: Running, session: dict[str, Any], *, confirmed: int = 0
) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """A client with the access token of a session: of the kit's keys, which verify here, and for the same session.

    So many seconds ago its person proved that it is they.
    """
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    token = identity.sources.signer.token(
        claims["agency_id"], claims["sub"], claims["role"], session_id=claims["sid"], confirmed=confirmed
    )
    return identity.anonymous({"Authorization": f"Bearer {token}"})


async def add(http: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    """Somebody who joins, an agent where no role is said."""
    body = {"name": "Ann Agent", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD, **fields}
    answer = await http.post("/api/v1/users", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
