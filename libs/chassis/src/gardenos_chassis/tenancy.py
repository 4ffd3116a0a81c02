"""The agency of this request, event or job, and its database session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gardenos_chassis.settings import ServiceSettings

Session: TypeAlias = AsyncConnection
"""A connection inside a transaction that sees one agency's rows alone."""

_OLDEST = {15: 14, 16: 10, 17: 6}
"""The first minor of each major in which row-level security hides rows from planner statistics (CVE-2025-8713)."""

_ENTER = text("select set_config('app.agency_id', :agency, true)")


class Database:
    """One service's database, reached as a role that owns nothing."""

    def __init__(self, url: str, *, pool: int = 10, statement_cache: int = 100) -> None:
        connect: dict[str, Any] = {
            "statement_cache_size": statement_cache,
            "prepared_statement_cache_size": statement_cache,
            # JIT compiles for longer than such queries run.
            "server_settings": {"jit": "off", "application_name": "gardenos"},
        }
        if statement_cache == 0:
            # A pooler in transaction mode hands a connection on: names must not collide.
            connect["prepared_statement_name_func"] = lambda: f"__gardenos_{uuid4()}__"
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=pool, max_overflow=pool, pool_pre_ping=False, connect_args=connect
        )

    @classmethod
    def of(cls, settings: ServiceSettings) -> "Database":
        """The database that a service's settings name."""
        return cls(settings.database_url, pool=settings.database_pool, statement_cache=settings.statement_cache)

    @asynccontextmanager
    async def transaction(self, agency_id: UUID) -> AsyncIterator[Session]:
        """A transaction in which only this agency's rows exist; commits on success, else rolls back."""
        async with self.engine.begin() as connection:
            await connection.execute(_ENTER, {"agency": str(agency_id)})
            yield connection

    @asynccontextmanager
    async def across(self) -> AsyncIterator[Session]:
        """A transaction without an agency: it sees no tenant's rows, only tables that hold no personal data."""
        async with self.engine.begin() as connection:
            yield connection

    async def ready(self) -> None:
        """Raises if the database is away, or too old to keep tenants apart."""
        async with self.engine.connect() as connection:
            version = (await connection.execute(text("show server_version_num"))).scalar_one()
        major, minor = divmod(int(version), 10_000)
        if minor < _OLDEST.get(major, 0) or major < min(_OLDEST):
            raise RuntimeError(f"PostgreSQL {major}.{minor} leaks rows past row-level security; update it")

    async def close(self) -> None:
        """Closes every connection."""
        await self.engine.dispose()
