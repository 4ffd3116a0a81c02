"""Somebody who operates the platform under test: made by the command, as whoever runs it would."""

import asyncio
import re
import sys
import time

import httpx
import pyotp
from platform_under_test import Platform

_EMAIL = "ops@platform.example"


async def operating(platform: Platform, http: httpx.AsyncClient) -> str:
    """The token of an operator's session."""
    command = (sys.executable, "-m", "gardenos_identity", "operator", "add", _EMAIL)
    process = await asyncio.create_subprocess_exec(
        *command, env=platform.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, wrong = await process.communicate()
    assert process.returncode == 0, wrong.decode()
    told = dict(re.findall(r"^  (password|authenticator) +(\S+)$", out.decode(), re.MULTILINE))
    # The step after, for the present one was used up when they were added.
    code = pyotp.TOTP(told["authenticator"]).at(int(time.time()) + 30)
    body = {"email": _EMAIL, "password": told["password"], "code": code}
    begun = await http.post(platform.route("/api/v1/operators/sessions"), json=body)
    assert begun.status_code == 201, begun.text
    return str(begun.json()["token"])
