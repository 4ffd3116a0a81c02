import os
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import asyncpg
import pytest
import pytest_asyncio
from gardenos_chassis.local import DatabaseUrls, EmbeddedPostgres, StartFailed
from gardenos_chassis.testing import eventually
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine


class Parent(Protocol):
    said: str

    def kill(self) -> None: ...


ParentOf = Callable[[str, Path], Parent]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def postgres() -> AsyncIterator[EmbeddedPostgres]:
    with TemporaryDirectory(prefix="gardenos-") as made:
        async with EmbeddedPostgres(Path(made)) as server:
            yield server


async def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            result = None
            for statement in statements:
                result = await connection.execute(text(statement))
            return [tuple(row) for row in result] if result is not None and result.returns_rows else []
    finally:
        await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def urls(postgres: EmbeddedPostgres) -> DatabaseUrls:
    urls = await postgres.ensure_database("leads")
    await run(
        urls.owner_url,
        "drop table if exists notes",
        "create table notes (agency_id int not null, id int generated always as identity, words text)",
        "alter table notes enable row level security",
        "alter table notes force row level security",
        "create policy own on notes using (agency_id = nullif(current_setting('app.agency_id', true), '')::int)",
    )
    return urls


async def test_what_was_committed_is_there_after_the_parent_is_killed(folder: Path, parent_of: ParentOf) -> None:
    parent = parent_of("postgres", folder)
    owner = await _owner_url(folder)
    await run(owner, "create table kept (word text)", "insert into kept values ('here')")
    parent.kill()

    async with EmbeddedPostgres(folder) as again:
        urls = await again.ensure_database("leads")
        assert await run(urls.app_url, "select word from kept") == [("here",)]


async def _owner_url(folder: Path) -> str:
    """Asked of a second handle on the same folder: passwords are kept there."""
    return (await EmbeddedPostgres(folder).ensure_database("leads")).owner_url


async def test_the_server_ends_with_its_parent(folder: Path, parent_of: ParentOf, is_held: Callable[[], bool]) -> None:
    parent = parent_of("postgres", folder)
    assert is_held()
    parent.kill()

    async def gone() -> bool:
        return not is_held()

    await eventually(gone, what="the server of a killed parent is gone")


async def test_a_stale_pid_file_with_the_number_of_a_living_process_is_no_hindrance(folder: Path) -> None:
    async with EmbeddedPostgres(folder):
        pass
    # What a kill of the whole machine leaves behind, where the number now belongs to somebody else.
    (folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/data\n1\n5432\n{folder}/run\n\n  1 1\n")
    async with EmbeddedPostgres(folder) as again:
        assert await run((await again.ensure_database("leads")).app_url, "select 1") == [(1,)]


async def test_a_first_start_cut_short_is_begun_anew(folder: Path) -> None:
    half = folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    async with EmbeddedPostgres(folder) as server:
        assert await run((await server.ensure_database("leads")).app_url, "select 1") == [(1,)]


async def test_a_second_server_in_the_same_folder_is_refused(folder: Path) -> None:
    async with EmbeddedPostgres(folder):
        second = EmbeddedPostgres(folder, lock_seconds=0.2)
        with pytest.raises(StartFailed, match="another server still runs in"):
            await second.start()


async def test_a_deep_folder_gets_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("a-rather-long-name-" * 5) / "postgres"
    async with EmbeddedPostgres(deep) as server:
        assert not server.server.host.startswith(str(deep))
        assert await run((await server.ensure_database("leads")).app_url, "select 1") == [(1,)]


async def test_it_listens_by_tcp_only_when_asked(folder: Path) -> None:
    async with EmbeddedPostgres(folder, port=0) as server:
        assert server.port
        admin = server.server
        connection = await asyncpg.connect(
            host="127.0.0.1", port=server.port, user=admin.user, password=admin.password, database="postgres"
        )
        assert await connection.fetchval("show listen_addresses") == "127.0.0.1"
        await connection.close()
    async with EmbeddedPostgres(folder) as server:
        admin_connection = await server.server.connect()
        assert await admin_connection.fetchval("show listen_addresses") == ""
        await admin_connection.close()


async def test_commits_are_durable_and_passwords_private(postgres: EmbeddedPostgres) -> None:
    admin = await postgres.server.connect()
    settings = {
        name: await admin.fetchval(f"show {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")
    }
    await admin.close()
    assert settings == {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    assert stat.S_IMODE((postgres.folder / "passwords.json").stat().st_mode) == 0o600


async def test_nobody_gets_in_without_a_password(postgres: EmbeddedPostgres, urls: DatabaseUrls) -> None:
    server = postgres.server
    for password in ("", "wrong"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host=server.host, port=server.port, user="gardenos_leads", password=password, database="gardenos_leads"
            )


async def test_the_service_reads_and_writes_rows_of_what_the_owner_makes(urls: DatabaseUrls) -> None:
    await run(
        urls.app_url,
        "set local app.agency_id = '1'",
        "insert into notes (agency_id, words) values (1, 'a')",
        "update notes set words = 'b'",
        "delete from notes",
    )


async def test_the_service_owns_nothing_and_bypasses_nothing(urls: DatabaseUrls) -> None:
    await run(urls.app_url, "set local app.agency_id = '1'", "insert into notes (agency_id, words) values (1, 'mine')")
    assert await run(urls.app_url, "set local app.agency_id = '2'", "select * from notes") == []
    assert await run(urls.app_url, "select * from notes") == []
    [(superuser, bypasses, makes_roles, makes_databases)] = await run(
        urls.app_url,
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user",
    )
    assert (superuser, bypasses, makes_roles, makes_databases) == (False, False, False, False)
    assert await run(
        urls.app_url,
        "select count(*) from pg_class where relowner = (select oid from pg_roles where rolname = current_user)",
    ) == [(0,)]


@pytest.mark.parametrize(
    "forbidden",
    [
        "create table mine (id int)",
        "create temporary table mine (id int)",
        "truncate notes",
        "drop table notes",
        "alter table notes disable row level security",
        "create policy all_of_it on notes using (true)",
        "set role gardenos_leads_owner",
        "alter role gardenos_leads bypassrls",
    ],
)
async def test_the_service_may_not(urls: DatabaseUrls, forbidden: str) -> None:
    with pytest.raises(Exception, match=r"permission denied|must be owner|Only roles with"):
        await run(urls.app_url, forbidden)


async def test_the_owner_is_bound_by_row_level_security_too(urls: DatabaseUrls) -> None:
    await run(urls.app_url, "set local app.agency_id = '1'", "insert into notes (agency_id, words) values (1, 'mine')")
    assert await run(urls.owner_url, "select * from notes") == []


async def test_a_service_cannot_reach_the_database_of_another(postgres: EmbeddedPostgres, urls: DatabaseUrls) -> None:
    await postgres.ensure_database("clients")
    with pytest.raises(ProgrammingError, match="permission denied for database"):
        await run(urls.app_url.replace("/gardenos_leads?", "/gardenos_clients?"), "select 1")


async def test_ensuring_again_changes_nothing(postgres: EmbeddedPostgres, urls: DatabaseUrls) -> None:
    assert await postgres.ensure_database("leads") == urls
    assert await run(urls.app_url, "select count(*) >= 0 from notes") == [(True,)]


async def test_migrations_find_the_extensions_they_may_rely_on(urls: DatabaseUrls) -> None:
    found = await run(urls.app_url, "select extname from pg_extension")
    assert {("pg_trgm",), ("citext",), ("unaccent",), ("btree_gin",)} <= set(found)


async def test_words_are_compared_alike_on_every_machine(urls: DatabaseUrls) -> None:
    assert await run(urls.app_url, "select lower('ÉÑ'), similarity('josé peña', 'jose pena') > 0.2") == [("éñ", True)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for it")
async def test_root_does_not_run_the_server_as_root(postgres: EmbeddedPostgres) -> None:
    pid = (postgres.folder / "data" / "postmaster.pid").read_text().splitlines()[0]
    assert os.stat(f"/proc/{pid}").st_uid != 0


async def test_a_name_that_is_none_is_refused(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(ValueError, match="not a service's name"):
        await postgres.ensure_database('leads"; drop database gardenos_leads; --')
