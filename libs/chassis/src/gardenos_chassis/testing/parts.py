"""Real PostgreSQL and real Kafka for tests: by explicit setting, by testcontainers, or embedded."""

import asyncio
import secrets
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from gardenos_contracts import Message

from gardenos_chassis.events.store import read_after
from gardenos_chassis.local import DatabaseUrls, EmbeddedPostgres, start_broker
from gardenos_chassis.migrations import migrate
from gardenos_chassis.sealing.keys import MasterKeys, new_master_key
from gardenos_chassis.settings import SERVICES, ServiceSettings
from gardenos_chassis.tenancy import Database
from gardenos_chassis.testing.sources import Sources

S = TypeVar("S", bound=ServiceSettings)


@dataclass
class Parts:
    """What services need to run, and their settings for it."""

    postgres: EmbeddedPostgres
    bootstrap: str
    idempotence: bool
    sources: Sources
    internal_token: str = field(default_factory=lambda: secrets.token_hex(16))
    master_key: str = field(default_factory=new_master_key)
    _migrated: dict[str, DatabaseUrls] = field(default_factory=dict)
    _blanks: set[str] = field(default_factory=set)
    """Packages whose migrated database is kept to be copied."""

    async def database(self, package: str) -> DatabaseUrls:
        """A migrated database for a service's package: `gardenos_leads`."""
        if package not in self._migrated:
            if package not in self._blanks:
                urls = await self.postgres.ensure_database(package.removeprefix("gardenos_"))
                await migrate(package, urls.owner_url)
                await self._copied(_database_of(package), _blank_of(package))
                self._blanks.add(package)
            else:
                await self._copied(_blank_of(package), _database_of(package))
                # Who may connect is not copied.
                urls = await self.postgres.ensure_database(package.removeprefix("gardenos_"))
            self._migrated[package] = urls
        return self._migrated[package]

    async def anew(self) -> None:
        """As on the first day, for the next file: empty topics, databases as migrations leave them, no sources.

        A service would read what all files before recorded, and be held up by it.
        """
        self._migrated.clear()
        self.sources.forget()
        # The broker without Java cannot; there the groups' offsets spare most of it.
        if self.idempotence:
            await _empty_topics(self.bootstrap)

    async def _copied(self, source: str, target: str) -> None:
        """The database `target` is a copy of `source` from now on, whatever it was and whoever was connected."""
        admin = await self.postgres.server.connect()
        try:
            await admin.execute(f'drop database if exists "{target}" with (force)')
            await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", source)
            owner = await admin.fetchval("select pg_get_userbyid(datdba) from pg_database where datname = $1", source)
            await admin.execute(f'create database "{target}" template "{source}" owner "{owner}"')
        finally:
            await admin.close()

    async def recorded(self, service: str, agency_id: UUID, after: int, limit: int) -> list[Message]:
        """An agency's events in the store of a service that was started on these parts; none of one that was not."""
        urls = self._migrated.get(f"gardenos_{service}")
        if urls is None:
            return []
        database = Database(urls.app_url, pool=1, master_keys=MasterKeys.parse(self.master_key))
        try:
            async with database.transaction(agency_id) as session:
                return await read_after(session, after, limit)
        finally:
            await database.close()

    async def settings(self, settings_class: type[S], package: str, **overrides: Any) -> S:
        """Settings that point at these parts; overrides win."""
        urls = await self.database(package)
        given: dict[str, Any] = {
            "database_url": urls.app_url,
            "database_pool": 10,
            "kafka_bootstrap": self.bootstrap,
            "kafka_idempotence": self.idempotence,
            "kafka_partitions": 2,
            "internal_token": self.internal_token,
            "master_key": self.master_key,
            "jwks_url": self.sources.jwks_url,
            "reconcile_seconds": 60,
            **{f"{name}_url": self.sources.url_of(name) for name in SERVICES},
            **overrides,
        }
        return settings_class.model_validate(given)


def _database_of(package: str) -> str:
    return f"gardenos_{package.removeprefix('gardenos_')}"


def _blank_of(package: str) -> str:
    return f"{_database_of(package)}_blank"


async def _empty_topics(bootstrap: str) -> None:
    """Takes every record out of all topics. Offsets go on from where they are, so that those of groups stay true."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        topics = [name for name in await admin.list_topics() if not name.startswith("__")]
        places = {
            TopicPartition(topic["topic"], each["partition"]): RecordsToDelete(before_offset=-1)
            for topic in (await admin.describe_topics(topics) if topics else ())
            for each in topic["partitions"]
        }
        if places:
            await admin.delete_records(places)
    finally:
        await admin.close()


@asynccontextmanager
async def real_parts() -> AsyncIterator[Parts]:
    """Starts the parts in a folder of their own, and leaves nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="gardenos-test-"))
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = EmbeddedPostgres(folder / "postgres")
        stack.push_async_callback(postgres.stop)
        _, broker = await asyncio.gather(postgres.start(), start_broker(folder, say=warnings.warn))
        stack.push_async_callback(broker.stop)
        sources = await stack.enter_async_context(Sources(broker.bootstrap).serving())
        parts = Parts(postgres, broker.bootstrap, broker.idempotence, sources)
        sources.recorded = parts.recorded
        yield parts
