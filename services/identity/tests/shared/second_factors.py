"""Second factors as the tests use them: enrolled, and answered with."""

import time
from typing import Any

import httpx
import pyotp
from accounts import PASSWORD, acting, register, sign_in
from gardenos_chassis.testing import Running

ME = "/api/v1/users/me/second-factor"


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows, so many half minutes from now."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


async def enrolled(identity: Running, http: httpx.AsyncClient) -> dict[str, Any]:
    """An owner with a second factor: the agency's fields, `secret`, `recovery_codes`, `session`."""
    agency = await register(http)
    session = (await sign_in(http, agency["email"])).json()
    async with acting(identity, session) as mine:
        made = await mine.post(ME, json={"password": PASSWORD})
        assert made.status_code == 201, made.text
        secret = made.json()["secret"]
        # The step before, so that the present one is not used up yet.
        confirmed = await mine.post(f"{ME}/confirmation", json={"code": code(secret, steps=-1)})
        assert confirmed.status_code == 201, confirmed.text
    return {**agency, "secret": secret, **confirmed.json(), "session": session, "address": made.json()["address"]}


async def answer(http: httpx.AsyncClient, challenge: str, code: str) -> httpx.Response:
    return await http.post("/api/v1/sessions/second-factor", json={"challenge": challenge, "code": code})
