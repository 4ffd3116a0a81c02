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

    async def database(self, package: str) -> DatabaseUrls:
        """A migrated database for a service's package: `gardenos_leads`."""
        if package not in self._migrated:
            urls = await self.postgres.ensure_database(package.removeprefix("gardenos_"))
            await migrate(package, urls.owner_url)
            self._migrated[package] = urls
        return self._migrated[package]

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
