"""The agency of this request, event or job, and its database session."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import orjson
from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.settings import ServiceSettings

Session: TypeAlias = AsyncConnection
"""A connection inside a transaction that sees one agency's rows alone."""

_HINTS = "gardenos.hints"
_LAST = "gardenos.last"
_FIRST = "gardenos.first"
_MASTER_KEYS = "gardenos.master_keys"

_OLDEST = {15: 14, 16: 10, 17: 6}
"""The first minor of each major in which row-level security hides rows from planner statistics (CVE-2025-8713)."""


class Database:
    """One service's database, reached as a role that owns nothing."""

    def __init__(
        self,
        url: str,
        *,
        pool: int = 20,
        statement_cache: int = 100,
        schema: str | None = None,
        master_keys: MasterKeys | None = None,
    ) -> None:
        """`schema`: the only one whose tables its transactions find by name; what they write is not waited for.

        `master_keys` wrap people's keys; without them nothing is sealed.
        """
        self._schema = (
            "" if schema is None else f"set local search_path = {schema}; set local synchronous_commit = off; "
        )
        self.master_keys = master_keys
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
            url,
            pool_size=pool,
            # Making a connection costs more than many a request: none is given up after a burst, to be made anew.
            max_overflow=0,
            pool_use_lifo=True,
            connect_args=connect,
            json_deserializer=orjson.loads,
            # Transactions are begun and ended below, in fewer round trips than the toolkit would take.
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
            execution_options={_MASTER_KEYS: master_keys},
        )
        event.listen(self.engine.sync_engine, "checkout", _replace_if_closed)
        self._listeners: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    @classmethod
    def of(cls, settings: ServiceSettings, *, schema: str | None = None) -> "Database":
        """The database that a service's settings name."""
        return cls(
            settings.database_url,
            pool=settings.database_pool,
            statement_cache=settings.statement_cache,
            schema=schema,
            master_keys=settings.master_keys,
        )

    def transaction(self, agency_id: UUID, *, first: str = "") -> AbstractAsyncContextManager[Session]:
        """A transaction in which only this agency's rows exist; commits on success, else rolls back.

        `first`: a statement without parameters that goes along with its beginning, and so costs no round trip; what came
        of it, `told_by_first` tells.
        """
        # Hexadecimal digits of a number, whatever was given: nothing that could be SQL.
        return self._transaction(f"begin; {self._schema}set local app.agency_id = '{agency_id.hex}'; {first}")

    def snapshot(self, agency_id: UUID) -> AbstractAsyncContextManager[Session]:
        """As `transaction`, to read alone: all that it reads is of one moment."""
        begin = "begin isolation level repeatable read, read only"
        return self._transaction(f"{begin}; {self._schema}set local app.agency_id = '{agency_id.hex}'")

    def across(self) -> AbstractAsyncContextManager[Session]:
        """A transaction without an agency: it sees no tenant's rows, only tables that hold no personal data."""
        return self._transaction(f"begin; {self._schema}")

    def on_commit(self, what: str, listener: Callable[[], None]) -> None:
        """Calls the listener after each commit in this process of which `hint_at_commit` was told: no promise."""
        self._listeners[what].append(listener)

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator[Session]:
        """Begins and names the agency in one message to the server: a round trip is what most transactions cost."""
        session = await self.engine.connect()
        try:
            driver = driver_of(session)
            # It belongs to the connection, and so may be left over from a transaction that failed.
            session.info.pop(_HINTS, None)
            session.info.pop(_LAST, None)
            try:
                session.info[_FIRST] = await driver.execute(begin)
                yield session
                if await driver.execute(f"{session.info.pop(_LAST, '')}commit") != "COMMIT":
                    raise RuntimeError("a statement had failed, so the transaction was rolled back and not committed")
            except BaseException:
                await _undo(session, driver)
                raise
            hints = session.info.pop(_HINTS, ())
        finally:
            # Back to the pool: nothing is awaited there, so nothing can be cut off, and no greenlet is needed for it.
            assert session.sync_connection is not None
            session.sync_connection.close()
        for what in hints:
            for listener in self._listeners[what]:
                listener()

    @asynccontextmanager
    async def outside_transactions(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """The driver's own connection, for one statement that is a transaction by itself and names its agency in it."""
        # Without the toolkit's own connection around it, which costs half of what such a statement does.
        pooled = await self.engine.raw_connection()
        driver = pooled.driver_connection
        assert isinstance(driver, asyncpg.Connection)
        try:
            yield driver
        except asyncpg.PostgresError:
            # The server has ended the statement's transaction.
            raise
        except BaseException:
            # Cut off in between: what the server still does is ended, or the connection is not used again.
            try:
                await driver.execute("rollback")
            except BaseException:
                pooled.invalidate()
            raise
        finally:
            pooled.close()

    async def do_alone(self, agency_id: UUID, statement: str) -> str:
        """A statement without parameters as a transaction by itself, in one round trip; gives its tag: `SELECT 1`.

        That it is on disk is not waited for: it is for what is done again where a crash of the server loses it.
        """
        # Statements that are sent together are one transaction.
        begin = f"{self._schema}set local synchronous_commit = off; set local app.agency_id = '{agency_id.hex}'"
        async with self.outside_transactions() as driver:
            tag: str = await driver.execute(f"{begin}; {statement}")
            return tag

    async def ready(self) -> None:
        """Raises if the database is away, or too old to keep tenants apart."""
        async with self.across() as connection:
            version = (await connection.execute(text("show server_version_num"))).scalar_one()
        major, minor = divmod(int(version), 10_000)
        if minor < _OLDEST.get(major, 0) or major < min(_OLDEST):
            raise RuntimeError(f"PostgreSQL {major}.{minor} leaks rows past row-level security; update it")

    async def close(self) -> None:
        """Closes every connection."""
        await self.engine.dispose()


def driver_of(session: Session) -> "asyncpg.Connection[asyncpg.Record]":
    """The driver's own connection, inside the session's transaction: for the hottest statements."""
    assert session.sync_connection is not None
    driver = session.sync_connection.connection.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    return driver


async def act_for(session: Session, agency_id: UUID | None) -> None:
    """From here on the transaction sees this agency's rows alone; with None, no agency's."""
    await driver_of(session).execute(f"set local app.agency_id = '{agency_id.hex if agency_id else ''}'")


def master_keys_of(session: Session) -> MasterKeys | None:
    """What wraps the keys of the people in the session's database; None where nothing is sealed."""
    assert session.sync_connection is not None
    found: MasterKeys | None = session.sync_connection.get_execution_options().get(_MASTER_KEYS)
    return found


def hint_at_commit(session: Session, what: str) -> None:
    """Says that once this transaction has committed there is something new for the listeners of this name."""
    session.info.setdefault(_HINTS, set()).add(what)


def last_of(session: Session, statement: str) -> None:
    """A statement without parameters that goes along with this transaction's commit, and so costs no round trip."""
    session.info[_LAST] = f"{statement}; "


def told_by_first(session: Session) -> str:
    """The tag of the statement that went along with the beginning of this transaction: `SELECT 1`."""
    tag: str = session.info[_FIRST]
    return tag


async def _undo(session: Session, driver: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Rolls back. A connection that cannot, or was cut off in between, is not used again."""
    try:
        if not driver.is_closed():
            await driver.execute("rollback")
            return
    except BaseException:
        await session.invalidate()
        raise
    await session.invalidate()


def _replace_if_closed(connection: Any, *_: object) -> None:
    """A connection that the server closed while nobody used it is made anew, and no request is lost by it."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
