"""GardenOS as it is deployed: each service a process of its own, on real PostgreSQL and Kafka."""

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from gardenos_chassis.local import free_port
from gardenos_chassis.settings import SERVICES
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_cli.up.router import RESOURCES


@dataclass
class Platform:
    """Six processes; any of them can be killed and started again."""

    parts: Parts
    folder: Path
    environment: dict[str, str]
    ports: dict[str, int]
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, service: str) -> None:
        """Starts a service's process, as its image would, and waits until it is ready."""
        await self.launch(service)
        await eventually(lambda: self.ready(service), within=300, what=f"{service} ready")

    async def launch(self, service: str) -> None:
        """Starts a service's process; it is not ready yet."""
        log = (self.folder / f"{service}.log").open("ab")
        self.processes[service] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"gardenos_{service}" if service in SERVICES else f"chaos.{service}",
            env=self.environment | {"GARDENOS_PORT": str(self.ports[service])}, cwd=self.folder, stdout=log, stderr=log,
        )  # fmt: skip
        log.close()

    async def kill(self, service: str) -> None:
        """kill -9: nothing is said, nothing is finished."""
        self.processes[service].kill()
        await self.processes[service].wait()

    async def stop(self) -> None:
        """Asks every process to end, and waits for it."""
        for process in self.processes.values():
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in self.processes.values()))

    async def ready(self, service: str) -> bool:
        """Whether it says that all is well with it. Raises AssertionError if its process has ended."""
        return not await self.ails(service)

    async def ails(self, service: str) -> str:
        """What is wrong with it by its own words, empty if nothing is. Raises AssertionError if its process has ended."""
        if self.processes[service].returncode is not None:
            log = (self.folder / f"{service}.log").read_text()
            raise AssertionError(f"{service} ended with {self.processes[service].returncode}:\n{log[-3000:]}")
        try:
            async with httpx.AsyncClient() as http:
                answer = await http.get(f"http://127.0.0.1:{self.ports[service]}/readyz")
                return "" if answer.is_success else answer.text
        except httpx.HTTPError as silent:
            return repr(silent)

    def route(self, path: str) -> str:
        """The whole address of `/api/v1/<resource>…`, by its prefix: what an ingress does."""
        return f"http://127.0.0.1:{self.ports[owner_of(path)]}{path}"


def owner_of(path: str) -> str:
    """The service that serves `/api/v1/<resource>…`."""
    resource = path.removeprefix("/api/v1/").partition("/")[0].partition("?")[0]
    return next(name for name, resources in RESOURCES.items() if resource in resources)


@asynccontextmanager
async def platform(
    parts: Parts, folder: Path, *, reached: Callable[[str, str], str] = lambda service, url: url, **settings: str
) -> AsyncIterator[Platform]:
    """The whole platform, each service migrated and started.

    `reached` tells by what address a service reaches its database, which is at this one; settings are environment variables.
    """
    ports = {service: free_port() for service in SERVICES}
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONUNBUFFERED": "1",
        "GARDENOS_KAFKA_BOOTSTRAP": parts.bootstrap,
        "GARDENOS_KAFKA_PARTITIONS": "2",
        "GARDENOS_KAFKA_IDEMPOTENCE": str(parts.idempotence),
        "GARDENOS_INTERNAL_TOKEN": parts.internal_token,
        "GARDENOS_MASTER_KEY": parts.master_key,
        "GARDENOS_IDENTITY_SIGNING_KEY": _signing_key(),
        "GARDENOS_AI_QDRANT_PATH": str(folder / "vectors"),
        **{f"GARDENOS_{service.upper()}_URL": f"http://127.0.0.1:{port}" for service, port in ports.items()},
        **settings,
    }
    for service in SERVICES:
        # Databases of their own: the kit's hold what other tests left.
        urls = await parts.postgres.ensure_database(f"{service}_e2e")
        environment[f"GARDENOS_{service.upper()}_DATABASE_URL"] = reached(service, urls.app_url)
        environment[f"GARDENOS_{service.upper()}_MIGRATION_URL"] = urls.owner_url
    await asyncio.gather(*(_migrate(service, environment) for service in SERVICES))
    found = Platform(parts, folder, environment, ports)
    try:
        await asyncio.gather(*(found.start(service) for service in SERVICES))
        yield found
    finally:
        await found.stop()


async def _migrate(service: str, environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"gardenos_{service}", "migrate", env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


def _signing_key() -> str:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(pem).decode()
