"""An agency with people who sign in, for measurements in which identity's own tokens are used."""

from typing import Any

import httpx

from bench.platform import Running

PASSWORD = "a long enough password"


async def agency(running: Running, http: httpx.AsyncClient) -> dict[str, str]:
    """Its owner, signed in: the headers of their requests."""
    owner = {"name": "Olga Owner", "email": "olga@garden.example", "password": PASSWORD}
    address = f"{running.address('identity')}/api/v1/agencies"
    await post(http, address, {}, {"name": "Garden Insurance", "owner": owner})
    return await signed_in(running, http, owner["email"])


async def person(running: Running, http: httpx.AsyncClient, owner: dict[str, str], number: int, role: str) -> str:
    """The id of somebody who joined, as `email(number)`."""
    joins = {"name": f"Person {number}", "email": email(number), "password": PASSWORD, "role": role}
    made = await post(http, f"{running.address('identity')}/api/v1/users", owner, joins)
    return str(made["id"])


def email(number: int) -> str:
    """With what a `person` signs in."""
    return f"person{number}@garden.example"


async def signed_in(running: Running, http: httpx.AsyncClient, email: str) -> dict[str, str]:
    """The headers of somebody's requests."""
    credentials = {"email": email, "password": PASSWORD}
    session = await post(http, f"{running.address('identity')}/api/v1/sessions", {}, credentials)
    return {"Authorization": f"Bearer {session['access_token']}"}


async def post(http: httpx.AsyncClient, address: str, headers: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """What was answered. Raises AssertionError where it was refused."""
    answer = await http.post(address, headers=headers, json=body)
    assert answer.is_success, f"POST {address}: {answer.status_code} {answer.text}"
    found: dict[str, Any] = answer.json()
    return found
