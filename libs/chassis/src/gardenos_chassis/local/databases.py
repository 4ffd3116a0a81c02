"""A service's database and its two roles: the owner, who migrates, and the service, which owns nothing."""

from dataclasses import dataclass

import asyncpg
from asyncpg import Connection
from sqlalchemy import URL

EXTENSIONS = ("pg_trgm", "citext", "unaccent", "btree_gin")
"""What migrations may rely on; made here, so that no owner needs the right to."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a PostgreSQL server is, and its superuser. `host` is a name, an address or a socket's folder."""

    host: str
    port: int
    user: str
    password: str

    async def connect(self, database: str = "postgres") -> "Connection[asyncpg.Record]":
        """A connection as the superuser."""
        return await asyncpg.connect(
            host=self.host, port=self.port, user=self.user, password=self.password, database=database, timeout=10
        )

    def url(self, user: str, password: str, database: str) -> str:
        """How a role reaches a database: `postgresql+asyncpg://…`, by socket or by TCP."""
        by_socket = self.host.startswith("/")
        return URL.create(
            "postgresql+asyncpg",
            username=user,
            password=password,
            host=None if by_socket else self.host,
            port=None if by_socket else self.port,
            database=database,
            query={"host": self.host, "port": str(self.port)} if by_socket else {},
        ).render_as_string(hide_password=False)


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """How a service's database is reached: to migrate it, and to serve from it."""

    owner_url: str
    app_url: str


async def provision(server: Server, service: str, *, owner_password: str, app_password: str) -> DatabaseUrls:
    """Makes sure of a service's database and roles, and sets their passwords. Safe to repeat.

    The service's role may read and write the rows of every table that its owner makes, and nothing else: it owns
    nothing, may not create, truncate or bypass row-level security.
    """
    name = f"gardenos_{service}"
    owner = f"{name}_owner"
    admin = await server.connect()
    try:
        for role, password in ((owner, owner_password), (name, app_password)):
            await _ensure_role(admin, role, password)
        if not await admin.fetchval("select 1 from pg_database where datname = $1", name):
            await admin.execute(f'create database "{name}" owner "{owner}"')
        await admin.execute(f'revoke all on database "{name}" from public')
        await admin.execute(f'grant connect on database "{name}" to "{name}"')
    finally:
        await admin.close()
    inside = await server.connect(name)
    try:
        await inside.execute(
            f"""
            {"".join(f"create extension if not exists {extension};" for extension in EXTENSIONS)}
            grant usage on schema public to "{name}";
            alter default privileges for role "{owner}" in schema public
                grant select, insert, update, delete on tables to "{name}";
            alter default privileges for role "{owner}" in schema public
                grant usage, select on sequences to "{name}";
            """
        )
    finally:
        await inside.close()
    return DatabaseUrls(server.url(owner, owner_password, name), server.url(name, app_password, name))


async def _ensure_role(admin: "Connection[asyncpg.Record]", role: str, password: str) -> None:
    if not await admin.fetchval("select 1 from pg_roles where rolname = $1", role):
        await admin.execute(f'create role "{role}"')
    # A statement of this kind takes no parameters: the server quotes the literal.
    statement = await admin.fetchval(
        "select format('alter role %I login nosuperuser nobypassrls nocreatedb nocreaterole noreplication "
        "noinherit password %L', $1::text, $2::text)",
        role,
        password,
    )
    await admin.execute(statement)
