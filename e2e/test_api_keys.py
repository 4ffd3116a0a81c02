"""An API key on the whole platform: one request makes it, every service takes it, and soon after it is revoked none does."""

from typing import Any

import httpx
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import real_parts
from platform_under_test import platform

PASSWORD = "a long enough password"
OF_EACH = ("leads", "clients", "threads", "search?q=renewal", "reports/pipeline", "users")
"""A list of each service."""


async def test_a_key_s_life(tmp_path_factory: Any) -> None:
    async with (
        real_parts() as parts,
        platform(parts, tmp_path_factory.mktemp("platform")) as found,
        httpx.AsyncClient(timeout=60) as http,
    ):

        async def ask(method: str, path: str, shown: str, **body: Any) -> httpx.Response:
            headers = {"Authorization": f"Bearer {shown}"}
            return await http.request(method, found.route(f"/api/v1/{path}"), headers=headers, **body)

        owner = {"name": "Olga", "email": "olga@cedar.example", "password": PASSWORD}
        agency = {"name": "Cedar", "time_zone": "UTC", "owner": owner}
        assert (await http.post(found.route("/api/v1/agencies"), json=agency)).status_code == 201
        signed_in = await http.post(
            found.route("/api/v1/sessions"), json={"email": owner["email"], "password": PASSWORD}
        )
        session = signed_in.json()["access_token"]
        wanted = {"name": "Everything", "scopes": ["records:read", "records:write", "people:read"]}
        made = (await ask("POST", "api-keys", session, json=wanted)).json()
        key = made["key"]

        # As it is, and exchanged for a token as OAuth 2.0 clients do.
        grant = {"grant_type": "client_credentials", "client_secret": key}
        exchanged = (await http.post(found.route("/api/v1/api-keys/tokens"), data=grant)).json()
        for shown in (key, exchanged["access_token"]):
            for path in OF_EACH:
                answer = await ask("GET", path, shown)
                assert answer.status_code == 200, (path, answer.text)
        lead = await ask("POST", "leads", key, json={"name": {"given": "Maria"}, "source": "web form"})
        assert lead.status_code == 201, lead.text
        history = (await ask("GET", f"leads/{lead.json()['id']}/history", session)).json()
        assert f"key:{made['id']}" in str(history)

        assert (await ask("DELETE", f"api-keys/{made['id']}", session)).status_code == 204

        async def still_taken() -> list[str]:
            return [
                path
                for shown in (key, exchanged["access_token"])
                for path in OF_EACH
                if (await ask("GET", path, shown)).status_code != 401
            ]

        async def is_over() -> bool:
            return not await still_taken()

        # Two seconds, which the services' own tests hold; here six processes share what the machine has left.
        await eventually(is_over, within=20, what="every service refuses the key")
