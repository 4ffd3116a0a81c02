"""The check of a database's tenancy finds what it is for."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from gardenos_chassis.testing import assert_tenant_safe
from gardenos_chassis.testing.isolation import tenancy_faults
from gardenos_chassis.testing.parts import Parts
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

OWN = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"


async def test_a_protected_database_is_safe(parts: Parts) -> None:
    await assert_tenant_safe(await parts.database("gardenos_notes"))


async def test_a_database_that_was_not_migrated_proves_nothing(parts: Parts) -> None:
    with pytest.raises(AssertionError, match="no table with agency_id"):
        await assert_tenant_safe(await parts.postgres.ensure_database("bare"))


@pytest_asyncio.fixture(loop_scope="session")
async def owner(parts: Parts) -> AsyncIterator[AsyncConnection]:
    """The owner's transaction, of which nothing stays."""
    engine = create_async_engine((await parts.database("gardenos_notes")).owner_url)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@pytest.mark.parametrize(
    ("done", "fault"),
    [
        ("alter table notes disable row level security", "notes: row-level security is not enabled"),
        ("alter table notes no force row level security", "notes: row-level security is not forced on its owner"),
        ("drop policy notes_agency on notes", "notes: no policy lets the service read"),
        ("create policy p on notes for select using (true)", "notes: policy p shows rows of other agencies"),
        ("create policy p on notes for update using (true) with check (agency_id is not null)", "notes: policy p lets rows of other agencies be written"),
        (f"drop policy notes_agency on notes; create policy p on notes using ({OWN})", "notes: policy p lets rows of other agencies be written"),
        ("create policy p on notes for delete using (true)", "notes: policy p shows rows of other agencies"),
        ("create policy p on notes for insert with check (true)", "notes: policy p lets rows of other agencies be written"),
        ("alter policy notes_agency on notes using (agency_id = current_setting('app.agency_id')::uuid)", "notes: policy notes_agency shows"),
        ("create policy p on events for select using (true)", "events: policy p shows rows of other agencies"),
        ("drop policy consumer_marks_update on consumer_marks", "consumer_marks: no policy lets the service update"),
        (f"create policy p on notes for delete using (({OWN} and text <> 'x') or true)", "notes: policy p shows rows of other agencies"),
        (f"create policy p on accesses for update using ({OWN}) with check ({OWN})", "accesses: policy p lets the service change what it may only add"),
        ("create table loose (id uuid primary key)", "loose: a table without agency_id"),
        ("create table loose (agency_id uuid primary key)", "loose: row-level security is not enabled"),
        ("create view shown as select * from notes", "shown: a view that reads as its owner"),
        ("create materialized view kept as select * from notes", "kept: a materialized or foreign table"),
        ("create unique index notes_text on notes (text, id)", "notes: unique index notes_text spans agencies"),
        (
            "alter table rings add unique (agency_id, id, loudness);"
            "alter table rings add column note_id uuid, add column note_agency uuid,"
            " add constraint note foreign key (note_agency, note_id) references notes",
            "rings: foreign key note may point into another agency",
        ),
        ("grant truncate on notes to gardenos_notes", "notes: the service may truncate it"),
        ("create function f() returns int language sql security definer set search_path = public as 'select 1'", "f(): runs as its owner, and the service may call it"),
        ("create function f() returns int language sql security definer as 'select 1'", "f(): runs as its owner without a search_path"),
    ],
)  # fmt: skip
async def test_what_would_leak_is_named(owner: AsyncConnection, done: str, fault: str) -> None:
    for statement in done.split(";"):
        await owner.execute(text(statement))
    faults = await tenancy_faults(owner, "gardenos_notes")
    assert any(found.startswith(fault) for found in faults), faults


@pytest.mark.parametrize(
    "done",
    [
        "create view shown with (security_invoker = true) as select * from notes",
        "create policy p on notes for select to gardenos_notes_owner using (true)",
        f"create policy p on notes for delete using ({OWN} and text <> 'x')",
        f"create policy p on notes as restrictive using ({OWN} and text <> 'x')",
        "alter table rings add column note_id uuid, add constraint note foreign key (agency_id, note_id) references notes",
    ],
)
async def test_what_does_not_leak_is_let_be(owner: AsyncConnection, done: str) -> None:
    await owner.execute(text(done))
    assert await tenancy_faults(owner, "gardenos_notes") == []


async def test_exceptions_are_named(owner: AsyncConnection) -> None:
    await owner.execute(text("drop policy notes_agency on notes"))
    for command in ("select using (true)", f"insert with check ({OWN})", f"update using ({OWN}) with check ({OWN})", f"delete using ({OWN})"):  # fmt: skip
        await owner.execute(text(f"create policy notes_{command.split()[0]} on notes for {command}"))
    await owner.execute(
        text("create function f() returns int language sql security definer set search_path = public as 'select 1'")
    )
    assert len(await tenancy_faults(owner, "gardenos_notes")) == 2
    assert await tenancy_faults(owner, "gardenos_notes", read_across=["notes"], definers=["f"]) == []


@pytest.mark.parametrize(
    ("done", "undone", "fault"),
    [
        ("alter role gardenos_weak bypassrls", "alter role gardenos_weak nobypassrls", "exempt from row-level security"),
        ("alter role gardenos_weak superuser", "alter role gardenos_weak nosuperuser", "a superuser"),
        ("grant gardenos_weak_owner to gardenos_weak", "revoke gardenos_weak_owner from gardenos_weak", "a member of gardenos_weak_owner"),
        ("grant create on schema public to gardenos_weak", "revoke create on schema public from gardenos_weak", "schema public: the service may make things"),
        ("create table own (agency_id uuid primary key); alter table own owner to gardenos_weak", "drop table own", "role owns table own"),
    ],
)  # fmt: skip
async def test_a_role_that_may_too_much_is_named(parts: Parts, done: str, undone: str, fault: str) -> None:
    urls = await parts.postgres.ensure_database("weak")
    admin = await parts.postgres.server.connect("gardenos_weak")
    try:
        await admin.execute("create table if not exists notes (agency_id uuid primary key)")
        await admin.execute(done)
        with pytest.raises(AssertionError, match=fault):
            await assert_tenant_safe(urls)
    finally:
        await admin.execute(undone)
        await admin.close()
    assert make_url(urls.app_url).username == "gardenos_weak"
