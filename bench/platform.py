"""The six services, each a process of its own, on the kit's parts."""

import base64
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from gardenos_chassis.local import free_port
from gardenos_chassis.settings import SERVICES
from gardenos_chassis.testing.parts import Parts

from bench.processes import serving
from bench.settings import settings_of

LISTS = {
    "identity": "/api/v1/users",
    "leads": "/api/v1/leads",
    "clients": "/api/v1/clients",
    "comms": "/api/v1/threads",
    "ai": "/api/v1/insights",
    "reporting": "/api/v1/reports/pipeline",
}
"""What each service is asked for most."""


@dataclass(frozen=True, slots=True)
class Running:
    """Where each service listens, and which process it is."""

    ports: Mapping[str, int]
    pids: Mapping[str, int]

    def address(self, service: str) -> str:
        """`http://host:port` of a service."""
        return f"http://127.0.0.1:{self.ports[service]}"


@asynccontextmanager
async def platform(parts: Parts, *, own_tokens: bool = False) -> AsyncIterator[Running]:
    """All services, until the context ends. Tokens are the kit's; with `own_tokens` those of the identity service."""
    ports = {service: free_port() for service in SERVICES}
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    environment = {
        "PATH": os.environ["PATH"],
        "GARDENOS_IDENTITY_SIGNING_KEY": base64.b64encode(pem).decode(),
        "GARDENOS_AI_QDRANT_PATH": str(parts.postgres.folder / "vectors"),
    }
    for service, port in ports.items():
        environment |= await settings_of(parts, service, port)
        environment[f"GARDENOS_{service.upper()}_URL"] = f"http://127.0.0.1:{port}"
    if own_tokens:
        del environment["GARDENOS_JWKS_URL"]
    async with AsyncExitStack() as stack:
        processes = {
            service: await stack.enter_async_context(
                serving(
                    "-m", f"gardenos_{service}", environment=environment, answers_at=f"http://127.0.0.1:{port}/readyz"
                )
            )
            for service, port in ports.items()
        }
        yield Running(ports, {service: process.pid for service, process in processes.items()})
