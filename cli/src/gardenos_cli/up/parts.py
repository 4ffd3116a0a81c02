"""What the services stand on: PostgreSQL and a broker, started here unless the environment says where they are."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gardenos_chassis.local import (
    DatabaseUrls,
    EmbeddedKafka,
    EmbeddedPostgres,
    EmbeddedTansu,
    StartFailed,
    start_broker,
)
from gardenos_chassis.settings import SERVICES

from gardenos_cli.up.folder import DataFolder
from gardenos_cli.up.progress import Progress
from gardenos_cli.up.services import explicit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """Where they are. `started` are children of this process; `databases` are those of services that need one here."""

    started: tuple[EmbeddedPostgres | EmbeddedKafka | EmbeddedTansu, ...]
    databases: dict[str, DatabaseUrls]
    bootstrap: str
    idempotence: bool
    words: dict[str, str]

    async def kept_alive(self) -> None:
        """Starts again what ends by itself, for as long as this runs."""
        while True:
            await asyncio.sleep(1)
            for part in self.started:
                if not part.alive:
                    log.error("%s ended by itself; starting it again", type(part).__name__)
                    try:
                        await part.start()
                    except StartFailed:
                        log.exception("it did not start; trying again")


@asynccontextmanager
async def parts(folder: DataFolder, progress: Progress) -> AsyncIterator[Parts]:
    """PostgreSQL with a database a service, and a broker, at work until the context ends."""
    started: list[EmbeddedPostgres | EmbeddedKafka | EmbeddedTansu] = []
    try:
        postgres, databases = await _postgres(folder, progress)
        started += [postgres] if postgres else []
        broker = await _broker(folder, progress)
        started += [broker] if broker else []
        yield Parts(
            started=tuple(started),
            databases=databases,
            bootstrap=broker.bootstrap if broker else os.environ["GARDENOS_KAFKA_BOOTSTRAP"],
            idempotence=broker.idempotence if broker else True,
            words={"postgres": "embedded" if postgres else "external", "broker": _kind(broker)},
        )
    finally:
        await asyncio.gather(*(part.stop() for part in started))


async def _postgres(folder: DataFolder, progress: Progress) -> tuple[EmbeddedPostgres | None, dict[str, DatabaseUrls]]:
    needed = [service for service in SERVICES if explicit(service, "database_url") is None]
    if not needed:
        return None, {}
    with progress.step("PostgreSQL") as step:
        postgres = EmbeddedPostgres(folder.path / "postgres")
        await postgres.start()
        databases = {}
        for service in needed:
            step.now(f"database of {service}")
            databases[service] = await postgres.ensure_database(service)
        step.done(f"PostgreSQL 18, {len(databases)} databases")
    return postgres, databases


async def _broker(folder: DataFolder, progress: Progress) -> EmbeddedKafka | EmbeddedTansu | None:
    if os.environ.get("GARDENOS_KAFKA_BOOTSTRAP"):
        return None
    with progress.step("Kafka (the first time, its artifacts come by Maven)") as step:
        broker = await start_broker(folder.path, progress.warn)
        step.done("Tansu, a volatile broker" if broker.volatile else "Kafka, one node")
    return broker


def _kind(broker: EmbeddedKafka | EmbeddedTansu | None) -> str:
    if broker is None:
        return "external"
    return "tansu (volatile)" if broker.volatile else "kafka"
