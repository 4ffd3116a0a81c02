"""The journeys of the web client, in a real browser against the whole platform with its demo agency.

The journeys themselves are `web/journeys/*.spec.ts`; here the platform is started for them.
"""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio
from gardenos_chassis.local import free_port
from gardenos_chassis.testing.openid import Provider, provider
from poison import plant_poison
from retaining import plant_announcement
from up_under_test import Up, up

WEB = Path(__file__).parents[1] / "web"
JOURNEYS = sorted(path.name for path in (WEB / "journeys").glob("*.spec.ts"))
NEARBY = {
    "GARDENOS_COMMS_WEBHOOKS_PLAIN": "true",
    "GARDENOS_COMMS_WEBHOOKS_PRIVATE": "127.0.0.1/32",
    "GARDENOS_IDENTITY_SINGLE_SIGN_ON_PRIVATE": "true",
}
"""What lets receivers of webhooks and a provider of single sign-on be on this machine, without TLS."""

MAIL_DOMAIN, MAIL_PORT = "leads.maplegrove.example", free_port()
"""For which domain leads are taken in by mail, and where."""


def browser() -> str:
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    assert found, "no browser was found: apt install chromium, or point CHROMIUM= at one"
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def planted() -> AsyncIterator[Up]:
    mail = {"GARDENOS_LEADS_MAIL_DOMAIN": MAIL_DOMAIN, "GARDENOS_LEADS_MAIL_PORT": str(MAIL_PORT)}
    with TemporaryDirectory(prefix="gardenos-browser-") as folder:
        async with up(Path(folder) / "data", free_port(), "--web", str(WEB / "dist"), **NEARBY, **mail) as running:
            await running.ready()
            await plant_poison(running.folder, aggregates=6)
            yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def openid() -> AsyncIterator[Provider]:
    async with provider(asks=True) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def operator(planted: Up) -> dict[str, object]:
    """Somebody who operates the platform, made by the command: what they sign in with."""
    email = "ops@platform.example"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from gardenos_cli.main import app; app()",
        "operator", "add", email, "--data", str(planted.folder),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    told = dict(re.findall(r"^  (password|recovery codes) +(.+)$", said, re.MULTILINE))
    return {"email": email, "password": told["password"], "recovery_codes": told["recovery codes"].split()}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def retaining(planted: Up) -> dict[str, object]:
    """An agency in which leads are announced to be forgotten."""
    return await plant_announcement(planted.address, planted.folder)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("journey", JOURNEYS)
async def test_journey(
    planted: Up, openid: Provider, operator: dict[str, object], retaining: dict[str, object], journey: str
) -> None:
    environment = os.environ | {
        "GARDENOS": planted.address,
        "GARDENOS_LOGINS": json.dumps(planted.logins()),
        "GARDENOS_MAIL": f"127.0.0.1:{MAIL_PORT}",
        "GARDENOS_OPENID": openid.issuer,
        "GARDENOS_OPERATOR": json.dumps(operator),
        "GARDENOS_RETAINING": json.dumps(retaining),
        "CHROMIUM": browser(),
    }
    process = await asyncio.create_subprocess_exec(
        "npx", "playwright", "test", journey, cwd=WEB, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-6000:]
