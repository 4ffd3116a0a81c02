import base64
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent / "shared"))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_identity.app import create_service
from gardenos_identity.settings import IdentitySettings


@pytest.fixture(scope="session")
def signing_key() -> str:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(pem).decode()


@pytest_asyncio.fixture(loop_scope="session")
async def identity(start: Start, signing_key: str) -> AsyncIterator[Running]:
    async with start(create_service, IdentitySettings, signing_key=signing_key) as running:
        yield running
